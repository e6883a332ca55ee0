"""Ctrl-C and SIGTERM for commands that start other processes: one way to be stopped, and nothing left running."""

import signal
from types import FrameType
from typing import NoReturn

from simulators.processes import Processes

BOTH = (signal.SIGINT, signal.SIGTERM)


def interrupt_on(*numbers: signal.Signals) -> None:
    """Raise KeyboardInterrupt on these signals, also where a shell that runs it in the background ignores them."""
    for number in numbers:
        signal.signal(number, _interrupt)


def stop_for_good(processes: Processes) -> None:
    """End all parts; a second Ctrl-C must not leave any of them running."""
    for number in BOTH:
        signal.signal(number, signal.SIG_IGN)
    processes.stop()


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
