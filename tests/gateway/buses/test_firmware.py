"""The firmware's flags of power and heat, on every board and kernel."""

import struct
from pathlib import Path

import pytest

from gateway.buses import firmware
from gateway.buses.firmware import MAILBOX, firmware_flags, flags_in
from gateway.sensors.part import PartFault

GET_THROTTLED = 0x30046
ANSWERED = 0x80000000


def answer(code: int = ANSWERED, tag: int = GET_THROTTLED, flags: int = 0x50005) -> bytes:
    return struct.pack("=7I", 28, code, tag, 4, ANSWERED | 4, flags, 0)


@pytest.mark.parametrize("folder", ["soc/soc:firmware", "soc@107c000000/soc@107c000000:firmware"])
def test_flags_are_in_the_file_of_each_board(tmp_path: Path, folder: str) -> None:
    file = tmp_path / "sys/devices/platform" / folder / "get_throttled"
    file.parent.mkdir(parents=True)
    file.write_text("50005\n")

    assert firmware_flags(tmp_path) == 0x50005


def test_flags_in_an_answer_of_the_mailbox() -> None:
    assert flags_in(answer()) == 0x50005


@pytest.mark.parametrize(("code", "tag"), [(0, GET_THROTTLED), (0x80000001, GET_THROTTLED), (ANSWERED, 0x30047)])
def test_what_is_no_answer_is_told(code: int, tag: int) -> None:
    with pytest.raises(ValueError, match="the mailbox answered"):
        flags_in(answer(code, tag))


def test_the_mailbox_is_asked_as_its_driver_wants() -> None:
    assert firmware._ASK in (0xC0086400, 0xC0046400)


def test_no_file_and_no_mailbox_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(PartFault, match="does not tell of power and heat"):
        firmware_flags(tmp_path)


def test_a_mailbox_that_is_none_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / MAILBOX).parent.mkdir()
    (tmp_path / MAILBOX).write_bytes(bytes(28))

    with pytest.raises(PartFault, match="group video"):
        firmware_flags(tmp_path)
