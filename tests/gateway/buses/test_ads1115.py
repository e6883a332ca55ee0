"""The ADS1115 and the current loop of a pressure probe, on the simulated converter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.buses.chips.ads1115 import GAINS, read_volts
from gateway.buses.chips.pressure_probe import level_mm, read_loop_ma
from gateway.buses.i2c import NotAcknowledged
from gateway.sensors.part import PartFault
from simulators.parts.tamper import Tamper
from simulators.wires.chips.ads1115 import BEGIN, CONFIG, FakeAds1115, ads1115_at
from simulators.wires.i2c import FakeI2c

ADDRESS = 0x48
CLEAN = Tamper()
SHUNT_OHM = 100.0


def converter(voltage: float = 1.0, channel: int = 0) -> tuple[FakeI2c, FakeAds1115]:
    bus = FakeI2c()
    chip = ads1115_at(bus, ADDRESS)
    chip.set(channel, voltage, 0, CLEAN)
    return bus, chip


@given(st.sampled_from(sorted(GAINS)), st.floats(-1, 0.9999), st.integers(0, 3))
def test_voltage_comes_back_within_half_a_count(full_scale_v: float, share: float, channel: int) -> None:
    bus, _ = converter(share * full_scale_v, channel)
    read = read_volts(bus, ADDRESS, channel, full_scale_v)
    assert read == pytest.approx(share * full_scale_v, abs=full_scale_v / 0x8000 / 2 * 1.001)


@pytest.mark.parametrize(
    ("counts", "voltage"),
    [("7FFE", 2.048 * 32766 / 32768), ("0001", 0.0000625), ("FFFF", -0.0000625), ("8000", -2.048)],
)
def test_counts_are_signed(counts: str, voltage: float) -> None:
    bus, chip = converter(voltage)
    assert read_volts(bus, ADDRESS, 0, 2.048) == pytest.approx(voltage)
    assert f"{chip._registers[0]:04X}" == counts


def test_channels_are_read_one_by_one() -> None:
    bus, chip = converter()
    for channel in range(4):
        chip.set(channel, 0.1 * channel, 0, CLEAN)
    assert [round(read_volts(bus, ADDRESS, channel, 2.048), 3) for channel in range(4)] == [0.0, 0.1, 0.2, 0.3]


def test_voltage_above_full_scale_is_a_fault() -> None:
    bus, _ = converter(2.1)
    with pytest.raises(PartFault, match=r"Channel 0 of the ADS1115 at 0x48 on i2c-1 is above 2.048 V"):
        read_volts(bus, ADDRESS, 0, 2.048)


def test_two_parts_on_one_converter_share_it() -> None:
    bus, chip = converter()
    assert ads1115_at(bus, ADDRESS) is chip


def test_a_dead_part_leaves_its_neighbour_on_the_converter_alone() -> None:
    class Dead(Tamper):
        def dead(self, clock_ns: int) -> bool:
            return True

    bus, chip = converter(1.0)
    chip.set(1, 1.0, 0, Dead())
    with pytest.raises(NotAcknowledged):
        read_volts(bus, ADDRESS, 1, 2.048)
    assert read_volts(bus, ADDRESS, 0, 2.048) == pytest.approx(1.0, abs=1e-4)


class Busy(FakeAds1115):
    """A converter that takes some turns for a conversion, or for ever."""

    turns = 3

    def read(self, length: int) -> bytes:
        if self._pointer == CONFIG:
            self.turns -= 1
            done = BEGIN if self.turns < 0 else 0
            self._registers[CONFIG] = self._registers[CONFIG] & ~BEGIN | done
        return super().read(length)


def test_conversion_under_way_is_waited_for() -> None:
    bus, chip = FakeI2c(), Busy()
    bus.attach(ADDRESS, chip)
    chip.set(0, 1.5, 0, CLEAN)
    assert read_volts(bus, ADDRESS, 0, 2.048) == pytest.approx(1.5, abs=1e-4)


def test_conversion_that_does_not_end_is_a_fault() -> None:
    bus, chip = FakeI2c(), Busy()
    bus.attach(ADDRESS, chip)
    chip.turns = 1_000
    with pytest.raises(PartFault, match="does not end"):
        read_volts(bus, ADDRESS, 0, 2.048)


def test_converter_that_has_lost_its_settings_is_a_fault() -> None:
    class Forgetful(FakeAds1115):
        def write(self, data: bytes) -> None:
            super().write(data[:1])

    bus = FakeI2c()
    bus.attach(ADDRESS, Forgetful())
    with pytest.raises(PartFault, match=r"does not hold its settings \(0x8583, not 0xc383\)"):
        read_volts(bus, ADDRESS, 0, 4.096)


@given(st.floats(3.61, 20.99))
def test_loop_current_comes_back_within_a_count(current_ma: float) -> None:
    bus, _ = converter(current_ma / 1000 * SHUNT_OHM, 2)
    assert read_loop_ma(bus, ADDRESS, 2, SHUNT_OHM) == pytest.approx(current_ma, abs=0.00126 / 2)


@pytest.mark.parametrize(
    ("current_ma", "told"),
    [(0.0, "cable is broken"), (3.59, "cable is broken"), (-1.0, "cable is broken"), (21.01, "short"), (40.0, "short")],
)
def test_loop_outside_its_range_is_a_fault(current_ma: float, told: str) -> None:
    bus, _ = converter(current_ma / 1000 * SHUNT_OHM, 2)
    with pytest.raises(PartFault, match=told):
        read_loop_ma(bus, ADDRESS, 2, SHUNT_OHM)


@pytest.mark.parametrize(("current_ma", "level"), [(4.0, 0.0), (20.0, 5000.0), (12.0, 2500.0), (3.8, -62.5)])
def test_level_is_in_proportion_to_the_current(current_ma: float, level: float) -> None:
    assert level_mm(current_ma, 5000.0) == pytest.approx(level)
