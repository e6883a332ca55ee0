"""What goes wrong in a simulated county: scenarios as data, and how they reach pins, buses and gateways."""
