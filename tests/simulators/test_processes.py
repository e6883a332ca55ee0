"""Child processes of a demo: restarted when they die, gone when it ends."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from simulators.processes import FAILURES_MAX, RESTART_S, ChildRefused, Processes, Program
from tests.waiting import wait_for

RESTARTED_S = 0.1

STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", flush=True)
while True: time.sleep(1)
"""


def python(name: str, code: str) -> Program:
    return Program(name, (sys.executable, "-c", textwrap.dedent(code)))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()


def test_child_that_died_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    processes = Processes(tmp_path, said.append)
    try:
        processes.start(python("part", "import time; time.sleep(60)"))
        first = processes.pid("part")
        assert json.loads((tmp_path / "processes.json").read_text()) == {"part": first}
        began_s = time.monotonic()
        os.kill(first, signal.SIGKILL)

        def revived() -> bool:
            processes.revive()
            return processes.pid("part") != first

        wait_for(revived, 5, "another process")
        assert time.monotonic() - began_s > RESTART_S / 2
        assert alive(processes.pid("part"))
        assert json.loads((tmp_path / "processes.json").read_text()) == {"part": processes.pid("part")}
        assert len(said) == 1
        assert "by signal 9" in said[0]
    finally:
        processes.stop()


def test_child_that_dies_at_once_is_started_at_most_once_a_second(tmp_path: Path) -> None:
    processes = Processes(tmp_path, lambda _: None)
    try:
        processes.start(python("part", "print('again', flush=True); raise SystemExit(1)"))
        log = processes.log("part")

        def again() -> bool:
            processes.revive()
            return log.read_text().count("again") == 3

        began_s = time.monotonic()
        wait_for(again, 10, "three starts")
        assert time.monotonic() - began_s > 1.9 * RESTART_S
    finally:
        processes.stop()


def test_child_that_is_through_is_left_alone(tmp_path: Path) -> None:
    processes = Processes(tmp_path, lambda _: None)
    processes.start(Program("part", (sys.executable, "-c", ""), may_end=True))
    wait_for(lambda: processes.exit_code("part") == 0, 5, "its end")
    pid = processes.pid("part")
    processes.revive()
    assert processes.pid("part") == pid
    processes.stop()


def test_server_that_ends_in_good_order_is_started_again(tmp_path: Path) -> None:
    processes = Processes(tmp_path, lambda _: None)
    processes.start(python("part", ""))
    first = processes.pid("part")

    def revived() -> bool:
        processes.revive()
        return processes.pid("part") != first

    wait_for(revived, 5, "another process")
    processes.stop()


def test_child_that_was_asked_wrong_is_not_started_again(tmp_path: Path) -> None:
    processes = Processes(tmp_path, lambda _: None)
    processes.start(python("part", "print('no such thing'); raise SystemExit(2)"))
    wait_for(lambda: processes.exit_code("part") is not None, 5, "its end")
    with pytest.raises(ChildRefused, match=r"exit code 2.*\n.*no such thing"):
        processes.revive()
    processes.stop()


def test_child_that_fails_again_and_again_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    said: list[str] = []
    processes = Processes(tmp_path, said.append, RESTARTED_S)
    try:
        processes.start(python("part", "raise RuntimeError('no such pin')"))

        def given_up() -> str:
            try:
                processes.revive()
            except ChildRefused as refused:
                return str(refused)
            return ""

        told = wait_for(given_up, 20, "it is given up")
        assert told.endswith(f"RuntimeError: no such pin\nIt failed {FAILURES_MAX} times in a row and is given up.")
        assert len(said) == FAILURES_MAX - 1
    finally:
        processes.stop()


@pytest.mark.parametrize(
    ("end", "sound_s"),
    [("os.kill(os.getpid(), 9)", 60.0), ("sys.exit(128 + 15)", 60.0), ("sys.exit(0)", 60.0), ("sys.exit(1)", 0.0)],
)
def test_child_that_was_stopped_or_had_been_well_is_not_given_up(tmp_path: Path, end: str, sound_s: float) -> None:
    said: list[str] = []
    processes = Processes(tmp_path, said.append, RESTARTED_S, sound_s)

    def often() -> bool:
        processes.revive()
        return len(said) > FAILURES_MAX

    try:
        processes.start(python("part", f"import os, sys; {end}"))
        wait_for(often, 20, "more ends than a child may fail")
    finally:
        processes.stop()


def test_children_are_gone_within_two_seconds_even_if_one_will_not(tmp_path: Path) -> None:
    processes = Processes(tmp_path, lambda _: None)
    processes.start(python("willing", "import time; time.sleep(60)"))
    processes.start(python("stubborn", STUBBORN))
    pids = [processes.pid("willing"), processes.pid("stubborn")]
    wait_for(lambda: "ready" in processes.log("stubborn").read_text(), 5, "it ignores SIGTERM")
    began_s = time.monotonic()
    processes.stop()
    assert time.monotonic() - began_s < 2
    assert not any(map(alive, pids))
    assert json.loads((tmp_path / "processes.json").read_text()) == {}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_children_end_when_the_demo_itself_is_killed(tmp_path: Path) -> None:
    code = f"""
        import time
        from pathlib import Path
        from simulators.processes import Processes, Program
        import sys
        processes = Processes(Path({str(tmp_path)!r}), print)
        processes.start(Program("part", (sys.executable, "-c", "import time; time.sleep(60)")))
        time.sleep(60)
    """
    with subprocess.Popen((sys.executable, "-c", textwrap.dedent(code))) as demo:
        noted = tmp_path / "processes.json"
        pids = json.loads(wait_for(lambda: noted.read_text() if noted.exists() else "", 10, "the child"))
        assert alive(pids["part"])
        demo.kill()
        demo.wait()
    wait_for(lambda: not alive(pids["part"]), 5, "the child is gone")
