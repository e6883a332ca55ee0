"""Gateways, an adversarial broker and a hub in one thread: `python -m tests.delivery.simulated`."""
