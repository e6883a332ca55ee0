"""Free ports for servers that tests start."""

from simulators.programs import free_port

__all__ = ["free_port"]
