"""The SHT31 and the SCD41: commands, CRCs, waiting, and the drivers on the simulated chips."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.buses.chips.scd41 import SILENT_NS, Scd41
from gateway.buses.chips.sht31 import read_sht31
from gateway.buses.i2c import NotAcknowledged
from gateway.sensors.part import PartFault
from sensorhub.reading import NS_PER_S
from simulators.parts.tamper import Tamper
from simulators.wires.chips.scd41 import ADDRESS, FakeScd41
from simulators.wires.chips.sht31 import FakeSht31
from simulators.wires.i2c import Chip, FakeI2c, not_acknowledged
from simulators.world.place import Room

SHT31 = 0x44
ROOM = Room(20.5, 44.0, 812.0)


class Scripted(Chip):
    """A chip that takes every command and answers what is laid down; an empty answer is not acknowledged."""

    def __init__(self, *answers: bytes) -> None:
        self.commands: list[bytes] = []
        self.answers = list(answers)

    def write(self, data: bytes) -> None:
        self.commands.append(data)

    def read(self, length: int) -> bytes:
        answer = self.answers.pop(0) if self.answers else b""
        if not answer:
            raise not_acknowledged()
        return answer


def on_bus(address: int, chip: Chip) -> FakeI2c:
    bus = FakeI2c()
    bus.attach(address, chip)
    return bus


def test_sht31_reads_the_word_for_21_5_cel() -> None:
    chip = Scripted(bytes.fromhex("61 47 8A BE EF 92"))
    temperature, humidity = read_sht31(on_bus(SHT31, chip), SHT31)
    assert chip.commands == [bytes.fromhex("24 00")]
    assert temperature == pytest.approx(21.5, abs=0.0014)
    assert humidity == pytest.approx(100 * 0xBEEF / 0xFFFF)


def test_simulated_sht31_answers_the_word_for_21_5_cel() -> None:
    chip = FakeSht31(Tamper())
    chip.set(0, 21.5, 50.0)
    chip.write(bytes.fromhex("24 00"))
    assert chip.read(6)[:3] == bytes.fromhex("61 47 8A")


def test_sht31_that_still_measures_is_asked_again() -> None:
    chip = Scripted(b"", b"", bytes.fromhex("61 47 8A BE EF 92"))
    assert read_sht31(on_bus(SHT31, chip), SHT31)[0] == pytest.approx(21.5, abs=0.0014)
    assert len(chip.commands) == 1


def test_sht31_that_never_answers_is_a_fault() -> None:
    with pytest.raises(NotAcknowledged, match="0x44 on i2c-1"):
        read_sht31(on_bus(SHT31, Scripted()), SHT31)


def test_sht31_with_a_wrong_crc_is_a_fault() -> None:
    with pytest.raises(PartFault, match=r"0x44 on i2c-1 has a wrong CRC \(61 47 8b be ef 92\)"):
        read_sht31(on_bus(SHT31, Scripted(bytes.fromhex("61 47 8B BE EF 92"))), SHT31)


@given(st.floats(-45, 130), st.floats(0, 100))
def test_sht31_reads_what_the_chip_senses(temperature: float, humidity: float) -> None:
    chip = FakeSht31(Tamper())
    chip.set(0, temperature, humidity)
    read_temperature, read_humidity = read_sht31(on_bus(SHT31, chip), SHT31)
    assert read_temperature == pytest.approx(temperature, abs=0.00134)
    assert read_humidity == pytest.approx(humidity, abs=0.00077)


def scd41() -> tuple[Scd41, FakeScd41]:
    chip = FakeScd41(Tamper())
    return Scd41(on_bus(ADDRESS, chip)), chip


def read_at(second: float, driver: Scd41, chip: FakeScd41, room: Room = ROOM) -> float | None:
    clock_ns = round(second * NS_PER_S)
    chip.set(clock_ns, room)
    return driver.read(clock_ns)


def test_scd41_is_started_and_then_read() -> None:
    driver, chip = scd41()
    assert [read_at(second, driver, chip) for second in (0, 4.9, 5, 6, 10)] == [None, None, 812.0, None, 812.0]


def test_scd41_that_measures_already_goes_on() -> None:
    driver, chip = scd41()
    assert read_at(0, driver, chip) is None
    again = Scd41(on_bus(ADDRESS, chip))
    assert [read_at(second, again, chip) for second in (1, 5)] == [None, 812.0]


@given(st.floats(0, 40_000))
def test_scd41_reads_what_the_chip_senses(co2: float) -> None:
    driver, chip = scd41()
    room = Room(20.0, 50.0, max(1.0, co2))
    read_at(0, driver, chip, room)
    assert read_at(5, driver, chip, room) == pytest.approx(room.co2, abs=0.5)


def test_scd41_that_measures_nothing_is_a_fault_and_started_again() -> None:
    bits = b"\x80\x00\xa2"
    chip = Scripted(*[bits] * 5)
    driver = Scd41(on_bus(ADDRESS, chip))
    assert driver.read(0) is None
    assert driver.read(SILENT_NS) is None
    with pytest.raises(PartFault, match="measured nothing for 30 s"):
        driver.read(SILENT_NS + 1)
    assert driver.read(SILENT_NS + 2) is None
    assert chip.commands.count(b"\x21\xb1") == 2


def test_scd41_with_0_ppm_is_a_fault() -> None:
    ready, nothing = b"\x80\x06\x04", b"\x00\x00\x81" * 3
    with pytest.raises(PartFault, match="0 ppm"):
        Scd41(on_bus(ADDRESS, Scripted(ready, nothing))).read(0)


def test_scd41_that_is_not_there_is_a_fault() -> None:
    with pytest.raises(NotAcknowledged, match="0x62 on i2c-1"):
        Scd41(FakeI2c()).read(0)


def test_simulated_scd41_takes_no_start_while_it_measures() -> None:
    chip = FakeScd41(Tamper())
    chip.write(b"\x21\xb1")
    with pytest.raises(OSError, match="Remote I/O"):
        chip.write(b"\x21\xb1")
