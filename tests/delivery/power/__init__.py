"""Power cuts: copies of a loop-mounted ext4 image while its writers are stopped (`python -m tests.delivery.power`)."""
