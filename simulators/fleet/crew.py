"""The processes of a fleet, as the command that starts them sees them."""

import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import IO, Self

from sensorhub.errors import SensorHubError
from simulators.fleet.counts import Counts, added_up
from simulators.fleet.order import Begin, Order

STOP_S = 6.0
"""Time for farewells to the broker; then SIGKILL."""


class ProcessEnded(SensorHubError):
    """A process of the fleet that ended before it was told to."""


class Crew:
    """Running processes, one for each order; all are gone when the block ends.

    On Ctrl-C they get no signal of their own: they end when their standard input does, and so they do when this
    process is killed.
    """

    def __init__(self, orders: Sequence[Order]) -> None:
        self._orders = orders
        self._processes: list[subprocess.Popen[str]] = []
        self._readers: list[threading.Thread] = []
        self._counts = [Counts() for _ in orders]
        self._leaving = False

    def __enter__(self) -> Self:
        for number, order in enumerate(self._orders):
            process = subprocess.Popen(
                [sys.executable, "-m", "simulators.fleet.process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            assert process.stdin is not None and process.stdout is not None
            self._processes.append(process)
            reader = threading.Thread(target=self._read, args=(number, process.stdout), daemon=True)
            reader.start()
            self._readers.append(reader)
            _say(process.stdin, order.model_dump_json())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()
        for process in self._processes:
            process.kill()
            process.wait()

    def begin(self, begin: Begin) -> None:
        """The gateways measure from then to then."""
        for process in self._processes:
            assert process.stdin is not None
            _say(process.stdin, begin.model_dump_json())

    def counts(self) -> Counts:
        """What all have done, as they said last.

        Raises:
            ProcessEnded: one of them is gone.
        """
        ended = next((process for process in self._processes if process.poll() is not None), None)
        if ended is not None and not self._leaving:
            raise ProcessEnded(
                f"A process of the fleet ended (exit code {ended.returncode}). What it said is above; start the fleet "
                "again, with fewer gateways where memory or open files ran out."
            )
        return added_up(self._counts)

    def leave(self) -> None:
        """Every gateway says farewell; returns when the processes have ended, or their time is over."""
        self._leaving = True
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.close()
        end_s = time.monotonic() + STOP_S
        for process, reader in zip(self._processes, self._readers, strict=True):
            try:
                process.wait(max(0.0, end_s - time.monotonic()))
            except subprocess.TimeoutExpired:
                continue
            reader.join()

    def _read(self, number: int, lines: IO[str]) -> None:
        for line in lines:
            self._counts[number] = Counts.of_json(line)


def _say(pipe: IO[str], line: str) -> None:
    try:
        pipe.write(line + "\n")
        pipe.flush()
    except BrokenPipeError:
        return  # it has ended, which the next look at its counts tells
