"""What counts as progress, and that a process which always dies makes none."""

import sys
import time
from pathlib import Path

import pytest

from simulators.patience import Patience
from simulators.processes import RESTART_S, ChildRefused, Processes, Program
from simulators.progress import Furthest, RunProgress, read_progress

STILL_S = 2.5 * RESTART_S

DYING = """
import os, sys
from pathlib import Path
from simulators.progress import RunProgress, write_progress
for clock_ns in range(1, 40):
    write_progress(Path(sys.argv[1]), RunProgress(clock_ns, clock_ns, 100 - clock_ns, 0, 1, {"g": 1}))
{end}
"""


def at(clock_ns: int, outstanding: int = 0, played: int = 0) -> RunProgress:
    return RunProgress(clock_ns, 0, outstanding, played, 2, {})


def test_only_what_was_never_reached_is_progress() -> None:
    furthest = Furthest()
    assert not furthest.passed(None)
    assert furthest.passed(at(10, 5))
    assert not furthest.passed(at(10, 5))
    assert not furthest.passed(at(10, 6))
    assert furthest.passed(at(10, 4))
    assert not furthest.passed(at(9, 0, played=1))
    assert furthest.passed(at(10, 9, played=1))
    assert furthest.passed(at(11, 50))
    assert not furthest.passed(at(10, 0, played=1))


def dying(data: Path, end: str) -> Program:
    return Program("gateway", (sys.executable, "-c", DYING.replace("{end}", end), str(data)), may_end=True)


def test_process_that_always_dies_is_given_up(tmp_path: Path) -> None:
    notices: list[str] = []
    processes = Processes(tmp_path, notices.append)
    try:
        processes.start(dying(tmp_path, "os.kill(os.getpid(), 9)"))
        began_s = time.monotonic()
        answer = Patience(tmp_path, processes, STILL_S).until(lambda: processes.exit_code("gateway") == 0)
        assert answer is None
        assert STILL_S <= time.monotonic() - began_s < 4 * STILL_S
        assert read_progress(tmp_path) is not None
        assert len(notices) > 1
    finally:
        processes.stop()


def test_process_that_always_fails_is_given_up_before_patience_ends_and_says_why(tmp_path: Path) -> None:
    processes = Processes(tmp_path, lambda _: None, 0.1)
    try:
        processes.start(dying(tmp_path, "raise RuntimeError('no such pin')"))
        with pytest.raises(ChildRefused, match="RuntimeError: no such pin"):
            Patience(tmp_path, processes).until(lambda: processes.exit_code("gateway") == 0)
    finally:
        processes.stop()
