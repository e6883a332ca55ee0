"""Whether the proof can fail: the product broken on purpose, here and there (`python -m tests.delivery.mutations`)."""
