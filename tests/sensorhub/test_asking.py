"""A command that asks at a terminal, and is stopped there."""

import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.waiting import wait_for

ANSWER_S = 30.0
AGAIN_S = 3.0
CTRL_C = b"\x03"


def test_question_that_is_answered_by_ctrl_c_ends_in_a_sentence_on_a_line_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "sites.toml").write_text(
        '[[sites]]\nid = "weir"\nname = "Weir"\nlatitude = 51.57\nlongitude = 0.6\nstrands = ["transport"]\n'
    )
    ours, theirs = pty.openpty()
    asked = subprocess.Popen(
        [sys.executable, "-m", "sensorhub", "config", "new", "--deployment", str(tmp_path)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=_of_this_terminal,  # noqa: PLW1509  # no thread of the tests holds anything that it needs
    )
    os.close(theirs)
    os.set_blocking(ours, False)
    said = b""

    def more() -> bytes:
        nonlocal said
        with suppress(OSError):  # nothing new, or it has ended
            said += os.read(ours, 4_096)
        return said

    def pressed() -> bool:
        """Whether it ended: one that comes just before Python begins to read the answer is heard with the next only."""
        os.write(ours, CTRL_C)
        with suppress(subprocess.TimeoutExpired):
            asked.wait(AGAIN_S)
        return asked.poll() is not None

    try:
        wait_for(lambda: more().endswith(b": "), ANSWER_S, "it asks something")
        wait_for(pressed, ANSWER_S, "it ends")
        code = asked.returncode
        more()
        print(said.decode())
        assert code == 130
    finally:
        asked.kill()
        os.close(ours)
    assert said.decode().splitlines()[-1] == "Stopped. Nothing is written."
    assert b"Abort" not in said
    assert not (tmp_path / "gateways").exists()


def _of_this_terminal() -> None:
    """Make standard input the terminal that a Ctrl-C comes from."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
