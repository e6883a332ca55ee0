"""A child process that drives gateways: it runs what its folder says, tells how far it is, stops when it is told."""

import argparse
import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sensorhub.errors import SensorHubError

log = logging.getLogger(__name__)

PROGRESS_S = 0.2

STOPPED = 128 + signal.SIGTERM
"""Exit code of a process that was told to stop before it was through: not 0, so that it is started again."""


@contextmanager
def telling(write: Callable[[], None]) -> Iterator[None]:
    """Have `write` tell how far it is: several times a second while the block lasts, and once when it is through."""
    task = asyncio.create_task(_tell(write))
    try:
        yield
    finally:
        task.cancel()
    write()


async def _tell(write: Callable[[], None]) -> None:
    while True:
        write()
        await asyncio.sleep(PROGRESS_S)


def run_child(run: Callable[[Path], Coroutine[Any, Any, None]], what: str | None) -> int:
    """Read the command line and run; the exit code.

    Arguments:
        run: goes on until all is done; given the folder.
        what: the help text of the command line.
    """
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        asyncio.run(_until_told(run(arguments.data)))
    except asyncio.CancelledError:
        log.info("Stopped; what was measured is in the spool.")
        return STOPPED
    except SensorHubError as error:
        log.error("%s", error)
        return error.exit_code
    return 0


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    running = asyncio.create_task(work)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    await running
