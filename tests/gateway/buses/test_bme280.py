"""The BME280: vectors of the data sheet, calibration, skipped measurements, and the driver on the simulated chip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.buses.chips.bme280 import (
    Bme280,
    Calibration,
    fine_temperature,
    humidity_percent,
    pressure_pa,
    unpack_calibration,
)
from gateway.sensors.part import PartFault
from simulators.parts.tamper import Tamper
from simulators.wires.chips.bme280 import CONTROL_HUMIDITY, DATA, ID, STATUS, FakeBme280, Words
from simulators.wires.i2c import FakeI2c

ADDRESS = 0x76
EXAMPLE = Calibration(
    (27504, 26435, -1000), (36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000), (75, 361, 0, 324, 50, 30)
)
"""T and P are the example of the data sheet."""

SIGNED_16 = st.integers(-0x8000, 0x7FFF)
SIGNED_12 = st.integers(-0x800, 0x7FF)


def chip(words: Words | None = None) -> tuple[Bme280, FakeBme280]:
    bus, fake = FakeI2c(), FakeBme280(Tamper(), words)
    bus.attach(ADDRESS, fake)
    return Bme280(bus, ADDRESS), fake


def test_temperature_of_the_data_sheet() -> None:
    fine = fine_temperature(EXAMPLE, 519888)
    assert int(fine) == 128422
    assert round(fine / 5120, 2) == 25.08


def test_pressure_of_the_data_sheet() -> None:
    assert round(pressure_pa(EXAMPLE, 415148, fine_temperature(EXAMPLE, 519888)), 2) == 100653.27


def test_simulated_chip_gives_the_data_sheet_in_whole_numbers() -> None:
    words = Words()
    assert words.fine(519888) == 128422
    assert words.pressure(415148, 128422) / 256 == pytest.approx(100653.25, abs=0.01)


@given(st.integers(0, 0xFFFF), st.integers(-200_000, 450_000))
def test_humidity_in_floating_point_is_that_in_whole_numbers(counts: int, fine: int) -> None:
    assert humidity_percent(EXAMPLE, counts, fine) == pytest.approx(Words().humidity(counts, fine) / 1024, abs=0.05)


@given(
    st.tuples(st.integers(0, 0xFFFF), SIGNED_16, SIGNED_16),
    st.tuples(st.integers(0, 0xFFFF), *[SIGNED_16] * 8),
    st.tuples(st.integers(0, 255), SIGNED_16, st.integers(0, 255), SIGNED_12, SIGNED_12, st.integers(-128, 127)),
)
def test_calibration_words_of_any_sign_come_back(
    t: tuple[int, int, int], p: tuple[int, ...], h: tuple[int, int, int, int, int, int]
) -> None:
    assert unpack_calibration(*Words(t, p, h).packed()) == Calibration(t, p, h)


def test_high_bytes_of_h4_and_h5_are_signed() -> None:
    high = bytes.fromhex("69 01 00 FE 2C FF 1E")
    assert unpack_calibration(bytes(26), high).h == (0, 361, 0, -2 * 16 + 0xC, -1 * 16 + 2, 30)


@given(st.floats(-40, 85), st.floats(0, 100), st.floats(300, 1100))
def test_driver_reads_what_the_chip_senses(temperature: float, humidity: float, pressure: float) -> None:
    driver, fake = chip()
    fake.set(0, temperature, humidity, pressure)
    climate = driver.read()
    assert climate.air_temperature == pytest.approx(temperature, abs=0.008)
    assert climate.air_pressure == pytest.approx(pressure, abs=0.06)
    # In great heat 100 % are beyond the chip's counts, and in great cold a step of humidity is wider.
    if -20 <= temperature <= 60:
        assert climate.relative_humidity == pytest.approx(humidity, abs=0.05)


@given(st.floats(-10, 40), st.floats(0, 100))
def test_driver_reads_humidity_with_words_of_the_other_sign(temperature: float, humidity: float) -> None:
    driver, fake = chip(Words(h=(75, 361, 0, 324, -50, -30)))
    fake.set(0, temperature, humidity, 1000.0)
    assert driver.read().relative_humidity == pytest.approx(humidity, abs=0.05)


@pytest.mark.parametrize(
    "data",
    ["800000 6EEE00 6000", "655AC0 800000 6000", "655AC0 6EEE00 8000", "800000 800000 8000"],
    ids=["pressure", "temperature", "humidity", "all"],
)
def test_skipped_measurement_is_a_fault(data: str) -> None:
    class Skipping(FakeBme280):
        def _measure(self) -> None:
            self._registers[DATA : DATA + 8] = bytes.fromhex(data)

    bus = FakeI2c()
    bus.attach(ADDRESS, Skipping(Tamper()))
    with pytest.raises(PartFault, match="BME280 at 0x76 on i2c-1 has measured nothing"):
        Bme280(bus, ADDRESS).read()


def test_chip_measures_only_what_is_switched_on() -> None:
    _, fake = chip()
    fake.write(bytes([CONTROL_HUMIDITY, 0, 0xF4, 0b001_000_01]))
    fake.write(bytes([DATA]))
    pressure, temperature, humidity = (
        (read := fake.read(8))[:3],
        read[3:6],
        read[6:],
    )
    assert (pressure, humidity) == (b"\x80\x00\x00", b"\x80\x00")
    assert temperature != b"\x80\x00\x00"


@pytest.mark.parametrize(("found", "name"), [(0x58, "BMP280"), (0x61, "0x61"), (0x00, "0x00"), (0xFF, "0xff")])
def test_another_chip_is_a_fault(found: int, name: str) -> None:
    driver, fake = chip()
    fake._registers[ID] = found
    with pytest.raises(PartFault, match=name):
        driver.read()


def test_measurement_under_way_is_waited_for() -> None:
    class Slow(FakeBme280):
        busy = 3

        def read(self, length: int) -> bytes:
            self.busy -= self._pointer == STATUS
            self._registers[STATUS] = 0x08 if self.busy > 0 else 0
            return super().read(length)

    bus, fake = FakeI2c(), Slow(Tamper())
    bus.attach(ADDRESS, fake)
    fake.set(0, 21.5, 60.0, 1013.0)
    assert Bme280(bus, ADDRESS).read().air_temperature == pytest.approx(21.5, abs=0.008)
    assert fake.busy == 0


def test_measurement_that_does_not_end_is_a_fault() -> None:
    driver, fake = chip()
    fake._registers[STATUS] = 0x08
    with pytest.raises(PartFault, match="does not end"):
        driver.read()


def test_pressure_with_words_of_no_chip_is_none() -> None:
    assert pressure_pa(Calibration(EXAMPLE.t, (0,) * 9, EXAMPLE.h), 415148, 128422) == 0
