"""Child processes of a demo: restarted when they die, given up when they only fail, and never left running.

On Linux the kernel ends them when the demo itself is killed; their output is in `log/`, their ids in
`processes.json`.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sensorhub.errors import SensorHubError
from simulators.files import write_whole

RESTART_S = 1.0
"""A child that dies at once again must not keep the machine busy."""

STOP_S = 1.5
"""Time to end in good order; then SIGKILL, so that all are gone within 2 s."""

LAST_STOP_S = 0.7
"""Of that, how long the child that was started last has for itself."""

POLL_S = 0.02
LOG_BYTES_MAX = 16_777_216
"""A log that grows beyond this is emptied: a demo may run for weeks."""

TAIL_LINES = 12
ASKED_WRONG = 2
SIGNALLED = 128
"""From here on an exit code tells of a signal: it was stopped, and did not fail."""

FAILURES_MAX = 5
"""So often in a row one child may fail by itself: what fails the same way each time never goes on."""

SOUND_S = 30.0
"""A child that ran for so long before it failed had been well: its failure is the first again. How far its run came is
no better sign: one that is taken up again goes on a moment later each time."""

_PR_SET_PDEATHSIG = 1


class ChildRefused(SensorHubError):
    """A child process that will not do what it was started for, however often it is started."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to run.

    Arguments:
        name: in messages and files.
        command: its command line.
        may_end: whether it is through when it ends with 0; otherwise any end is a death.
    """

    name: str
    command: tuple[str, ...]
    may_end: bool = False


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes]
    started_s: float
    failures: int = 0
    mourned: bool = False


class Processes:
    """The children of one demo. Used from one thread.

    Arguments:
        data: the demo's folder.
        notice: called with a sentence when a child died.
        restart_s: how long after its start a child is started again at the soonest, s.
        sound_s: after how long a child that fails had been well, s.
    """

    def __init__(
        self, data: Path, notice: Callable[[str], None], restart_s: float = RESTART_S, sound_s: float = SOUND_S
    ) -> None:
        self._data = data
        self._notice = notice
        self._restart_s = restart_s
        self._sound_s = sound_s
        self._children: dict[str, _Child] = {}
        self._logs = data / "log"
        self._logs.mkdir(exist_ok=True)
        libc = ctypes.CDLL(None) if sys.platform == "linux" else None
        self._prctl = libc.prctl if libc is not None else None  # looked up here: not between fork and exec

    def start(self, program: Program) -> None:
        """Start a program in a session of its own, so that a Ctrl-C meant for the demo does not reach it."""
        self._children[program.name] = self._started(program)
        self._write()

    def _started(self, program: Program, failures: int = 0) -> _Child:
        with self.log(program.name).open("ab") as log:
            process = subprocess.Popen(
                program.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=self._die_with_parent(os.getpid()),  # noqa: PLW1509  # the demo has one thread
            )
        return _Child(program, process, time.monotonic(), failures)

    def pid(self, name: str) -> int:
        """The process id of a child."""
        return self._children[name].process.pid

    def exit_code(self, name: str) -> int | None:
        """How a child ended; None while it runs."""
        return self._children[name].process.poll()

    def log(self, name: str) -> Path:
        """The file with a child's output."""
        return self._logs / f"{name}.log"

    def revive(self) -> None:
        """Start again what died; to be called often.

        Raises:
            ChildRefused: a child says that it was asked wrong, or fails again and again.
        """
        for name, child in list(self._children.items()):
            code = child.process.poll()
            if code is None or (code == 0 and child.program.may_end):
                self._trim(name)
                continue
            if code == ASKED_WRONG:
                raise ChildRefused(self.obituary(name))
            if not child.mourned:
                self._mourn(name, child, code)
            if time.monotonic() - child.started_s >= self._restart_s:
                self._children[name] = self._started(child.program, child.failures)
                self._write()

    def _mourn(self, name: str, child: _Child, code: int) -> None:
        child.mourned = True
        if 0 < code < SIGNALLED:
            was_sound = time.monotonic() - child.started_s >= self._sound_s
            child.failures = 1 if was_sound else child.failures + 1
        if child.failures >= FAILURES_MAX:
            raise ChildRefused(f"{self.obituary(name)}\nIt failed {child.failures} times in a row and is given up.")
        self._notice(f"The {name} ended ({_ending(code)}) and is started again; its output: {self.log(name)}")

    def obituary(self, name: str) -> str:
        """A sentence on a child that ended, with the last lines that it wrote."""
        code = self.exit_code(name)
        how = "does not answer" if code is None else f"ended ({_ending(code)})"
        lines = self.log(name).read_text(errors="replace").splitlines()[-TAIL_LINES:]
        said = "\n".join(f"  {line}" for line in lines) or "  (nothing)"
        return f"The {name} {how}. The end of {self.log(name)}:\n{said}"

    def stop(self) -> None:
        """End all children, those that do not go with SIGKILL; none is left when this returns."""
        processes = [child.process for child in reversed(self._children.values())]
        # The last that was started depends on the others: it says its farewell while they are still there.
        _end(processes[:1], LAST_STOP_S)
        _end(processes[1:], STOP_S - LAST_STOP_S)
        for process in processes:
            _signal(process, signal.SIGKILL)
            process.wait()
        self._children.clear()
        self._write()

    def _write(self) -> None:
        pids = {name: child.process.pid for name, child in self._children.items()}
        write_whole(self._data / "processes.json", json.dumps(pids).encode())

    def _trim(self, name: str) -> None:
        if self.log(name).stat().st_size > LOG_BYTES_MAX:
            os.truncate(self.log(name), 0)

    def _die_with_parent(self, parent: int) -> Callable[[], None] | None:
        prctl = self._prctl
        if prctl is None:
            return None

        def ask() -> None:
            prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # it died before it could be asked for
                os._exit(1)

        return ask


def _end(processes: Sequence[subprocess.Popen[bytes]], wait_s: float) -> None:
    for process in processes:
        _signal(process, signal.SIGTERM)
    end_s = time.monotonic() + wait_s
    while any(process.poll() is None for process in processes) and time.monotonic() < end_s:
        time.sleep(POLL_S)


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if process.poll() is None:
        try:
            os.killpg(process.pid, number)  # its own session: children of its own go with it
        except ProcessLookupError:
            return


def _ending(code: int) -> str:
    return f"by signal {-code}" if code < 0 else f"exit code {code}"
