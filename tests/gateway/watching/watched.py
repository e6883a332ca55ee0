"""A gateway as it is watched, and a socket that says what a test wants."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from gateway.watching.inputs import GatewayNow, InputNow, PinNow, ValueNow
from gateway.watching.server import SOCKET_NAME, socket_path
from sensorhub.status import Status

TIME_US = 1_768_284_000_000_000
LOOP = InputNow(
    id="loop",
    kind="loop",
    title="Towards Southend",
    period_s=60,
    pins=(PinNow(name="contact", number=5, active=True),),
    edges=1_234,
    values=(ValueNow(quantity="vehicle_count", value=7), ValueNow(quantity="occupancy", value=12.5)),
    age_s=12.3,
    quiet_s=0.0,
)


def now(*inputs: InputNow, **changed: Any) -> GatewayNow:
    """A gateway with these inputs, by default one loop."""
    status = Status(state="ready", connection="0" * 16, pack_s=1.0, hours_left=1_234.5)
    told: dict[str, Any] = {"gateway": "weir", "time_us": TIME_US, "connected": True, "percent": 3.4, "status": status}
    return GatewayNow(**(told | changed), inputs=inputs or (LOOP,))


@contextmanager
def short_path(spool: Path) -> Iterator[str]:
    """The socket of a spool by a name that fits, however long a test's folder is."""
    handle = os.open(spool, os.O_RDONLY)
    try:
        yield socket_path(spool, handle)
    finally:
        os.close(handle)


@contextmanager
def saying(spool: Path, *lines: bytes, stays: bool = False) -> Iterator[None]:
    """A socket in a spool that says these to whoever connects, and then ends, or stays open."""
    spool.mkdir(parents=True)
    open_ones: list[socket.socket] = []
    with socket.socket(socket.AF_UNIX) as server, short_path(spool) as path:
        server.bind(path)
        server.listen()

        def serve() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                with suppress(OSError):  # whoever listens may have heard enough
                    line.sendall(b"".join(lines))
                if stays:
                    open_ones.append(line)
                else:
                    line.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for line in open_ones:
                line.close()
    (spool / SOCKET_NAME).unlink()


def line_of(told: GatewayNow) -> bytes:
    """A line of the socket."""
    return told.model_dump_json(exclude_defaults=True).encode() + b"\n"
