"""The proof of delivery: tests of the whole promise, in four tiers (docs/delivery.md)."""
