"""The real processes of one seed: started, killed, frozen, started again, and never left running."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from simulators.programs import listens

END_S = 5.0
POLL_S = 0.02
TAIL_LINES = 15

_pause = threading.Event().wait
"""Nobody sets it: a wait for the next look at what processes do."""


def wait_until(condition: Callable[[], object], timeout_s: float) -> bool:
    """Whether a condition came true in time; asked every 20 ms."""
    end_s = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() >= end_s:
            return False
        _pause(POLL_S)
    return True


@dataclass(slots=True)
class Part:
    """One program, and the process that runs it now.

    Arguments:
        name: in messages and files.
        command: its command line.
        log: file for all that it writes.
        ready: whether a process that was started is up; asked with its id.
        env: beside the environment of this process.
    """

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[[int], bool]
    env: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    is_frozen: bool = False
    was_ready: bool = False

    def start(self) -> None:
        """Start it; the kernel ends it when this process is killed."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*bound_to_us(), *self.command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.env},
            )
        self.was_ready = self.is_frozen = False

    @property
    def is_running(self) -> bool:
        """Whether its process has not ended."""
        return self.process is not None and self.process.poll() is None

    def look(self) -> bool:
        """Whether it is up; noted, so that an end before it was up can be told from one after."""
        if self.process is not None and not self.was_ready and self.is_running:
            self.was_ready = self.ready(self.process.pid)
        return self.was_ready and self.is_running

    def freeze(self) -> None:
        """Stop it where it stands, as a machine that swaps does."""
        self.is_frozen = True
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self.is_frozen = False
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it at once, without a word."""
        if self.process is not None:
            self._signal(signal.SIGKILL)
            self.process.wait(END_S)
            self.process = None

    def stop(self) -> int | None:
        """Ask it to end, as systemd does; its exit code, None where it had to be killed."""
        if self.process is None:
            return None
        self._signal(signal.SIGCONT)
        self._signal(signal.SIGTERM)
        try:
            return self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            return None
        finally:
            self.kill()

    def end_of_log(self) -> str:
        """The last lines that it wrote."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:])
        except FileNotFoundError:
            return ""

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


def is_listening(port: int) -> Callable[[int], bool]:
    """A part is ready when its port takes connections."""
    return lambda _pid: listens(port)


def fake_time_env(offset_file: Path) -> dict[str, str] | None:
    """The environment in which a process's wall clock is off by what a file says; None where that is not installed.

    The monotonic and the boot clock stay as they are: no real computer's jump.
    """
    if shutil.which("faketime") is None:
        return None
    asked = subprocess.run(
        ["faketime", "-m", "-f", "+0", "printenv", "LD_PRELOAD"], capture_output=True, text=True, check=True
    )
    jump_clock(offset_file, 0)
    return {
        "LD_PRELOAD": asked.stdout.strip(),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "FAKETIME_TIMESTAMP_FILE": str(offset_file),
        "FAKETIME_NO_CACHE": "1",
    }


def jump_clock(offset_file: Path, offset_s: int) -> None:
    """From now on the wall clock of a process is off by so much."""
    half = offset_file.with_suffix(".new")
    half.write_text(f"{offset_s:+d}\n")
    half.replace(offset_file)


def bound_to_us() -> list[str]:
    """What a command line begins with so that the kernel ends it when the thread that started it is gone.

    Not by a function between fork and exec: this process has threads.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []
