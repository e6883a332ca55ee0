"""Waiting for a run that should end, for as long as it goes on."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from simulators.processes import Processes
from simulators.progress import Furthest, read_progress

T = TypeVar("T")

POLL_S = 0.1
STILL_S = 60.0
"""So long without any progress, and a run that should end has failed."""


class Patience:
    """Keeps the parts of a run alive while it goes on; one that only fails it gives up.

    Arguments:
        data: the run's folder.
        processes: its parts.
        still_s: how long nothing may go on, s.
    """

    def __init__(self, data: Path, processes: Processes, still_s: float = STILL_S) -> None:
        self._data = data
        self._processes = processes
        self._furthest = Furthest()
        self.still_s = still_s

    def until(self, ask: Callable[[], T | None]) -> T | None:
        """Ask until there is an answer; None where nothing got further for too long. Each call is a new phase.

        Raises:
            ChildRefused: a part does not do what it was started for.
        """
        moved_s = time.monotonic()
        while True:
            self._processes.revive()
            answer = ask()
            if answer:
                return answer
            if self._furthest.passed(read_progress(self._data)):
                moved_s = time.monotonic()
            if time.monotonic() - moved_s >= self.still_s:
                return None
            time.sleep(POLL_S)
