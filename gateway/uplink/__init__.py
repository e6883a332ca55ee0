"""From the spool to the broker, and what the hub answers."""
