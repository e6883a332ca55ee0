"""A command of `sensorhub` that runs until it is stopped, with what it writes in a file."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.waiting import wait_for

SAID_S = 30.0
END_S = 2.0
"""A program that was asked to end is gone within this time."""


class CommandProcess:
    """One running command; `log` is the file that it writes to."""

    def __init__(self, log: Path, *words: str) -> None:
        print(f"{' '.join(words)} writes to {log}")
        self._log = log
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sensorhub", *words],
                stdout=file,
                stderr=subprocess.STDOUT,
                env={**os.environ, "GPIOZERO_PIN_FACTORY": "mock"},
            )

    def log(self) -> str:
        return self._log.read_text()

    def wait_for_log(self, words: str) -> None:
        """Wait until it has said this."""
        wait_for(lambda: words in self.log() or self.process.poll() is not None, SAID_S, f"{self._log} says {words!r}")
        assert words in self.log(), self.log()

    def stop(self) -> None:
        """Ask it to end, as systemd does; it must end well and in time."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(END_S) == 0


@contextmanager
def command(log: Path, *words: str) -> Iterator[CommandProcess]:
    """Run a command for as long as the block lasts."""
    running = CommandProcess(log, *words)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.wait()
