"""`sensorhub watch`: every input of the gateways on this machine, live in the terminal."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from queue import Queue
from types import FrameType
from typing import NoReturn

from rich.console import Console
from rich.live import Live

from firmware_config.gateway import GatewayConfig
from gateway.watching.client import NothingToWatch, WatchLost, find_sockets, watch
from gateway.watching.inputs import GatewayNow
from gateway.watching.screen import PlainLines, picture
from sensorhub.config import load_toml
from sensorhub.errors import SensorHubError

Said = GatewayNow | SensorHubError
SAID_MAX = 64
"""So much waits for a terminal that was stopped; then gateways are not heard, and drop this watcher."""


def spools_to_watch(data: Path | None, config: Path) -> list[Path]:
    """The spools whose gateways are watched: those below a folder, else that of a configuration.

    Raises:
        NothingToWatch: there is none, or no configuration.
        ConfigInvalid: the configuration cannot be read.
    """
    if data is None and not config.exists():
        raise NothingToWatch(
            f"There is no {config}. Name the gateway's configuration with --config, or a folder with --data."
        )
    if data is None:
        return [load_toml(config, GatewayConfig).spool]
    found = find_sockets(data)
    if not found:
        raise NothingToWatch(
            f"No gateway runs below {data}. Give the folder of a demo, or of a gateway: the one with its spool."
        )
    return found


def run_watch(spools: Sequence[Path], gateway: str | None, *, plain: bool, as_json: bool) -> int:
    """Show what the gateways of these spools say until Ctrl-C, or until all have ended; the exit code.

    Arguments:
        gateway: only this one.
        plain: lines in place of a table that moves.
        as_json: a JSON object a line.

    Raises:
        NothingToWatch: none of them is there.
    """
    signal.signal(signal.SIGTERM, _interrupt)  # so that the terminal gets its screen back
    said: Queue[tuple[Path, Said]] = Queue(SAID_MAX)
    for spool in spools:
        threading.Thread(target=_listen, args=(spool, said), daemon=True).start()
    try:
        if as_json:
            return _follow(said, spools, gateway, lambda now, _: _write([now.model_dump_json()]))
        if plain or not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
            lines = PlainLines()
            return _follow(said, spools, gateway, lambda now, _: _write(lines.of(now)))
        with Live(console=Console(highlight=False), auto_refresh=False, screen=True) as live:
            return _follow(said, spools, gateway, lambda _, all_: live.update(picture(all_), refresh=True))
    except KeyboardInterrupt:
        return 0


def _listen(spool: Path, said: "Queue[tuple[Path, Said]]") -> None:
    try:
        for now in watch(spool):
            said.put((spool, now))
    except SensorHubError as error:
        said.put((spool, error))


def _follow(
    said: "Queue[tuple[Path, Said]]",
    spools: Sequence[Path],
    gateway: str | None,
    show: Callable[[GatewayNow, list[GatewayNow]], None],
) -> int:
    known: dict[Path, GatewayNow] = {}
    others: set[str] = set()
    watched, shown = set(spools), False
    last: SensorHubError = NothingToWatch("No gateway runs here.")
    while watched:
        spool, each = said.get()
        if isinstance(each, SensorHubError):
            watched.discard(spool)
            known.pop(spool, None)
            last = each
        elif gateway in (None, each.gateway):
            known[spool], shown = each, True
            show(each, [known[one] for one in sorted(known)])
        else:
            watched.discard(spool)
            others.add(each.gateway)
    if others and not shown:
        raise NothingToWatch(f"The gateway {gateway} does not run here; {', '.join(sorted(others))} do.")
    if isinstance(last, WatchLost):
        sys.stderr.write(f"{last}\n")
        return 1
    raise last


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _write(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
