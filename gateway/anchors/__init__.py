"""From boot clock to wall time."""
