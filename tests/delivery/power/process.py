"""A writer as a process: started, stopped at its own moments or at a time, let go on, ended."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

STOPPED_S_MAX = 60.0


class WriterFailed(Exception):
    """A writer ended by itself: the product could not start on the image, or failed at work."""


class WriterProcess:
    """A running writer.

    Arguments:
        module: of this package, run with `arguments`.
        errors: a file for what it says of its end, in the folder of the run.
        preload: a library that stands before the system's calls, if any.
    """

    def __init__(self, module: str, arguments: Sequence[str], errors: Path, preload: str | None = None) -> None:
        self._errors = errors
        # Compiled once for all writers of a run, and gone with its folder.
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(errors.parent / "compiled")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        if preload:
            environment["LD_PRELOAD"] = preload
        with errors.open("wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments], stdout=subprocess.DEVNULL, stderr=stderr, env=environment
            )

    def stop(self, after_s: float | None = None) -> None:
        """Wait until it stops itself, or stop it after so many seconds where it has not.

        Raises:
            WriterFailed: it ended instead.
        """
        if after_s is not None and not self._changed(after_s):
            os.kill(self._process.pid, signal.SIGSTOP)
        if not self._changed(STOPPED_S_MAX):
            raise WriterFailed(f"A writer neither stopped nor ended within {STOPPED_S_MAX:g} s.")
        found = os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if found is None or found.si_code in {os.CLD_EXITED, os.CLD_KILLED, os.CLD_DUMPED}:
            self._process.wait()
            raise WriterFailed(self._errors.read_text(errors="replace").strip() or "A writer ended without a word.")
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED)

    def _changed(self, within_s: float) -> bool:
        """Whether it has stopped or ended, now or within some seconds; SIGCHLD is blocked, so none is missed."""
        watched = os.WSTOPPED | os.WEXITED | os.WNOHANG | os.WNOWAIT
        if os.waitid(os.P_PID, self._process.pid, watched) is not None:
            return True
        while signal.sigtimedwait({signal.SIGCHLD}, within_s) is not None:
            if os.waitid(os.P_PID, self._process.pid, watched) is not None:
                return True
        return os.waitid(os.P_PID, self._process.pid, watched) is not None

    def go_on(self) -> None:
        """Let it go on."""
        os.kill(self._process.pid, signal.SIGCONT)

    def end(self) -> None:
        """Kill it, stopped or not."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def watch_children() -> None:
    """Call once in a process that has writers: its children's changes then wait to be asked for."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
