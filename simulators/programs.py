"""Programs of this machine that a demo can use, and free ports for them."""

import shutil
import socket

_SYSTEM_FOLDERS = "/usr/sbin:/usr/local/sbin"
"""Debian puts servers there, which is not on a person's PATH."""

LOOPBACK = "127.0.0.1"


def find_program(name: str) -> str | None:
    """The path of a program on the PATH or in `/usr/sbin`; None where it is not installed."""
    return shutil.which(name) or shutil.which(name, path=_SYSTEM_FOLDERS)


def free_port() -> int:
    """A TCP port of 127.0.0.1 on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether somebody takes connections on a port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((LOOPBACK, port)) == 0
