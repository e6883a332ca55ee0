"""Gateways, an adversarial broker and a hub in one thread under virtual clocks: `python -m tests.delivery.simulated`."""
