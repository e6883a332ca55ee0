"""The simulated side of pins and buses: what a gateway's code finds where a Pi has hardware."""
