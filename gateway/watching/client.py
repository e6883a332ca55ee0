"""The other end of the socket: finds running gateways, and reads what they say."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from gateway.watching.inputs import GatewayNow
from gateway.watching.server import SOCKET_NAME, WATCHERS_MAX, socket_path
from sensorhub.errors import AskedWrong, SensorHubError

TIMEOUT_S = 5.0
LINE_BYTES_MAX = 1_048_576
DEPTH_MAX = 4
"""Folders below the one that was named: DIR/county/gateways/NAME/spool."""


class NothingToWatch(AskedWrong):
    """No gateway runs where one was looked for."""


class WatchLost(SensorHubError):
    """The gateway that was watched says nothing any more."""


def find_sockets(data: Path) -> list[Path]:
    """The spools below a folder in which a gateway offers a socket, by name."""
    found = []
    for depth in range(DEPTH_MAX + 1):
        found += [path.parent for path in data.glob("/".join(["*"] * depth + [SOCKET_NAME]))]
    return sorted(found)


def watch(spool: Path) -> Iterator[GatewayNow]:
    """What the gateway of a spool says, about once a second, until it ends.

    Raises:
        NothingToWatch: no gateway answers there.
        WatchLost: it says nothing any more.
    """
    try:
        handle = os.open(spool, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        raise NothingToWatch(
            f"No gateway runs with the spool {spool}, and none has. Start it with sensorhub gateway run, or name "
            "another."
        ) from None
    except OSError as error:
        raise NothingToWatch(f"{spool} cannot be opened: {error.strerror}.") from None
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(TIMEOUT_S)
            try:
                line.connect(socket_path(spool, handle))
            except OSError:
                raise NothingToWatch(
                    f"No gateway runs with the spool {spool}. Start it with sensorhub gateway run, or name another."
                ) from None
            yield from _lines(line, spool)
    finally:
        os.close(handle)


def _lines(line: socket.socket, spool: Path) -> Iterator[GatewayNow]:
    rest = b""
    while True:
        try:
            data = line.recv(65_536)
        except OSError:
            data = b""
        if not data or len(rest) > LINE_BYTES_MAX:
            raise WatchLost(
                f"The gateway with the spool {spool} says nothing any more: it was stopped, it hangs, or "
                f"{WATCHERS_MAX} others watch it already."
            )
        *lines, rest = (rest + data).split(b"\n")
        for each in lines:
            try:
                yield GatewayNow.model_validate_json(each)
            except ValidationError:
                raise WatchLost(
                    f"The gateway with the spool {spool} is of another version than this command."
                ) from None
