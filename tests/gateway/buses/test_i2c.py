"""The I2C bus: real smbus2 messages on simulated chips, and what is told when nothing answers."""

from errno import EIO, ETIMEDOUT
from pathlib import Path
from typing import Any

import pytest

from gateway.buses.i2c import NotAcknowledged, open_i2c, transfer, transfer_twice
from gateway.sensors.part import PartFault
from simulators.wires.i2c import REMOTE_IO, Chip, FakeI2c


class Memory(Chip):
    """A chip that keeps what it is told and answers it in pieces."""

    def __init__(self, *answers: bytes) -> None:
        self.told: list[bytes] = []
        self.answers = list(answers)

    def write(self, data: bytes) -> None:
        self.told.append(data)

    def read(self, length: int) -> bytes:
        return self.answers.pop(0)


class Broken:
    """A bus that fails in one way."""

    number = 3

    def __init__(self, errno: int) -> None:
        self.error = OSError(errno, "as the kernel says")

    def i2c_rdwr(self, *messages: Any) -> None:
        raise self.error

    def close(self) -> None:
        pass


def wired(*answers: bytes) -> tuple[FakeI2c, Memory]:
    bus, chip = FakeI2c(), Memory(*answers)
    bus.attach(0x40, chip)
    return bus, chip


def test_transfer_writes_and_reads_bytes_of_any_value() -> None:
    everything = bytes(range(256))
    bus, chip = wired(everything)
    assert transfer(bus, 0x40, everything, 256) == everything
    assert chip.told == [everything]


def test_transfer_that_only_writes_gives_nothing() -> None:
    bus, chip = wired()
    assert transfer(bus, 0x40, b"\x00") == b""
    assert chip.told == [b"\x00"]


def test_transfer_that_only_reads_writes_nothing() -> None:
    bus, chip = wired(b"ab")
    assert transfer(bus, 0x40, b"", 2) == b"ab"
    assert chip.told == []


def test_what_a_chip_does_not_drive_reads_as_ones() -> None:
    bus, _ = wired(b"a")
    assert transfer(bus, 0x40, b"", 3) == b"a\xff\xff"


def test_what_a_chip_has_beyond_is_not_fetched() -> None:
    bus, _ = wired(bytes(1_000))
    assert transfer(bus, 0x40, b"", 2) == b"\0\0"


def test_two_answers_that_differ_are_a_fault() -> None:
    bus, _ = wired(b"a", b"b")
    with pytest.raises(PartFault, match=r"Two reads of 0x40 on i2c-1 differ.*pull-ups\.$"):
        transfer_twice(bus, 0x40, b"", 1)


def test_two_equal_answers_are_one() -> None:
    bus, _ = wired(b"a", b"a")
    assert transfer_twice(bus, 0x40, b"", 1) == b"a"


def test_two_chips_at_one_address_cannot_be_wired() -> None:
    bus, chip = wired()
    with pytest.raises(ValueError, match="0x40"):
        bus.attach(0x40, chip)


def test_an_empty_address_names_bus_address_and_what_to_look_at() -> None:
    bus, _ = wired()
    with pytest.raises(NotAcknowledged, match=r"Nothing answers at 0x41 on i2c-1.*SDA and SCL.*i2cdetect -y 1"):
        transfer(bus, 0x41, b"", 1)


@pytest.mark.parametrize("errno", [REMOTE_IO, EIO])
def test_a_bus_error_is_a_part_that_does_not_answer(errno: int) -> None:
    with pytest.raises(NotAcknowledged, match="0x40 on i2c-3"):
        transfer(Broken(errno), 0x40, b"\0", 1)


def test_a_hanging_bus_is_told_from_a_silent_part() -> None:
    with pytest.raises(PartFault, match=r"i2c-3 hangs while 0x40 is asked.*one by one") as caught:
        transfer(Broken(ETIMEDOUT), 0x40, b"\0", 1)
    assert not isinstance(caught.value, NotAcknowledged)


def test_a_bus_that_is_not_there_tells_how_to_switch_it_on() -> None:
    assert not Path("/dev/i2c-99").exists()
    with pytest.raises(PartFault, match=r"no I2C bus 99 .*raspi-config"):
        open_i2c(99)
