"""Programs of this machine that a demo can use, and free ports for them."""

import shutil
import socket
from contextlib import suppress
from random import SystemRandom

from sensorhub.errors import SensorHubError

_SYSTEM_FOLDERS = "/usr/sbin:/usr/local/sbin"
"""Debian puts servers there, which is not on a person's PATH."""

LOOPBACK = "127.0.0.1"

_PORTS = range(20_000, 32_000)
"""Below those that Linux (from 32768) and macOS (from 49152) give to connections."""


def find_program(name: str) -> str | None:
    """The path of a program on the PATH or in `/usr/sbin`; None where it is not installed."""
    return shutil.which(name) or shutil.which(name, path=_SYSTEM_FOLDERS)


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody uses now, and that no connection gets by itself before it is used."""
    chance = SystemRandom()
    for port in (chance.choice(_PORTS) for _ in _PORTS):
        with socket.socket() as probe, suppress(OSError):
            probe.bind((LOOPBACK, port))
            return port
    raise SensorHubError(f"No port of {LOOPBACK} from {_PORTS[0]} to {_PORTS[-1]} is free: end what uses them.")


def listens(port: int) -> bool:
    """Whether somebody takes connections on a port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((LOOPBACK, port)) == 0
