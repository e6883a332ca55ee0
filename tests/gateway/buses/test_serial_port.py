"""A serial port: what has come on it, what is sent, and what is told when it is not there."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.buses.serial_port import BYTES_MAX, open_serial
from gateway.sensors.part import PartFault
from simulators.wires.pty import WAITING_MAX, Pty
from tests.waiting import wait_for


@pytest.fixture
def line() -> Iterator[Pty]:
    pty = Pty()
    yield pty
    pty.close()


def test_all_that_came_is_read_also_what_came_before_it_was_opened(line: Pty) -> None:
    line.send(b"abc")
    port = open_serial(str(line.path), 9_600)
    line.send(bytes(range(256)))

    assert port.read_available(0.05) == b"abc" + bytes(range(256))
    assert port.read_available(0) == b""
    port.close()


def test_what_is_written_arrives_as_it_is(line: Pty) -> None:
    port = open_serial(str(line.path), 9_600)
    port.write(bytes(range(256)))

    assert line.received() == bytes(range(256))
    assert line.received() == b""
    port.close()


def test_more_than_the_system_hands_out_at_once_is_read(line: Pty) -> None:
    port = open_serial(str(line.path), 9_600)
    sent = bytes(turn % 251 for turn in range(6_000))
    for at in range(0, len(sent), 500):
        os.write(line._far, sent[at : at + 500])  # past its own limit

    assert port.read_available(0.05) == sent
    assert len(sent) < BYTES_MAX
    port.close()


def test_what_is_discarded_is_gone(line: Pty) -> None:
    port = open_serial(str(line.path), 9_600)
    line.send(b"old")
    assert select.select([line._near], [], [], 1)[0]
    port.discard()
    line.send(b"new")

    assert port.read_available(0.05) == b"new"
    port.close()


def test_a_library_that_is_missing_is_a_fault_that_says_what_to_install() -> None:
    script = """
import sys
sys.modules["serial"] = None
from gateway.buses.serial_port import open_serial
from gateway.sensors.part import PartFault
try:
    open_serial("ttyAMA0", 9600)
except PartFault as fault:
    print(fault)
"""
    asked = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)

    assert "pip install pyserial" in asked.stdout


def test_a_port_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(PartFault, match=r"ttyAMA7 cannot be used: No such file"):
        open_serial(str(tmp_path / "ttyAMA7"), 9_600)


def test_a_file_that_is_no_port_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(PartFault, match="cannot be used"):
        open_serial(str(tmp_path / "file"), 9_600)


def test_a_port_that_another_has_is_a_fault(line: Pty) -> None:
    port = open_serial(str(line.path), 9_600)
    with pytest.raises(PartFault, match="no console or other program has it"):
        open_serial(str(line.path), 9_600)
    port.close()
    open_serial(str(line.path), 9_600).close()


def test_a_port_that_breaks_is_a_fault_and_is_opened_anew(tmp_path: Path) -> None:
    name, broken, mended = tmp_path / "ttyUSB0", Pty(), Pty()
    name.symlink_to(broken.path)
    port = open_serial(str(name), 9_600)
    broken.close()

    with pytest.raises(PartFault, match="ttyUSB0 cannot be used"):
        port.read_available(0.05)
    name.unlink()
    with pytest.raises(PartFault, match="ttyUSB0 cannot be used: No such file"):
        port.write(b"x")
    name.symlink_to(mended.path)
    mended.send(b"again")
    assert port.read_available(0.05) == b"again"
    port.close()
    port.close()
    mended.close()


def test_a_simulated_line_that_nobody_reads_loses_what_is_oldest(line: Pty) -> None:
    sent = b"".join(turn.to_bytes(4, "big") for turn in range(WAITING_MAX))
    for at in range(0, len(sent), 256):
        line.send(sent[at : at + 256])
        shown = min(at + 256, WAITING_MAX)
        wait_for(lambda shown=shown: line._waiting() == shown, 5, f"{shown} bytes on the line")  # type: ignore[misc]
    port = open_serial(str(line.path), 9_600)

    assert port.read_available(0.05) == sent[-WAITING_MAX:]
    line.send(sent)
    assert port.read_available(0.05) == sent[-WAITING_MAX:]
    port.close()
