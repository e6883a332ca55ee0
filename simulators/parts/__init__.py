"""The electrical side of each kind of sensor: one module a kind, driven by the world."""
