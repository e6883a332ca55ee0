"""The electrical side of the simulators."""
