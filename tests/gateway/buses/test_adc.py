"""The MCP3008: gpiozero's own class on the simulated SPI bus."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.buses.adc import open_adc, volts
from gateway.sensors.part import PartFault
from gateway.sensors.pins import ContactPin, PinUnusable
from simulators.parts.tamper import Tamper
from simulators.pins import PlayerClock, PlayerFactory
from simulators.wires.adc import COUNT_V, FakeAdc

CLEAN = Tamper()


def header() -> tuple[PlayerFactory, PlayerClock]:
    clock = PlayerClock(UUID(int=1), 0)
    return PlayerFactory(clock), clock


@given(st.lists(st.integers(0, 1023), min_size=8, max_size=8))
def test_all_channels_read_back_exactly(counts: list[int]) -> None:
    factory, _ = header()
    fake = FakeAdc(factory, "spi-0.0")
    for channel, each in enumerate(counts):
        fake.set(channel, volts(each), 0, CLEAN)
    channels = [open_adc(factory, "spi-0.0", channel) for channel in range(8)]
    assert [adc.raw() for adc in channels] == counts
    for adc in channels:
        adc.close()


@given(st.floats(0, 3.29))
def test_voltage_comes_back_within_half_a_count(voltage: float) -> None:
    factory, _ = header()
    FakeAdc(factory, "spi-0.0").set(0, voltage, 0, CLEAN)
    assert volts(open_adc(factory, "spi-0.0", 0).raw()) == pytest.approx(voltage, abs=COUNT_V / 2 + 1e-9)


@pytest.mark.parametrize(("voltage", "counts"), [(-1.0, 0), (0.0, 0), (3.3, 1023), (5.0, 1023)])
def test_voltage_outside_the_range_stands_at_its_end(voltage: float, counts: int) -> None:
    factory, _ = header()
    FakeAdc(factory, "spi-0.0").set(3, voltage, 0, CLEAN)
    assert open_adc(factory, "spi-0.0", 3).raw() == counts


def test_two_converters_on_one_bus_are_told_by_their_select_pin() -> None:
    factory, _ = header()
    FakeAdc(factory, "spi-0.0").set(0, volts(100), 0, CLEAN)
    FakeAdc(factory, "spi-0.1").set(0, volts(200), 0, CLEAN)
    assert [open_adc(factory, bus, 0).raw() for bus in ("spi-0.0", "spi-0.1")] == [100, 200]


def test_two_gateways_in_one_process_have_converters_of_their_own() -> None:
    first, second = header()[0], header()[0]
    FakeAdc(first, "spi-0.0").set(0, volts(100), 0, CLEAN)
    FakeAdc(second, "spi-0.0").set(0, volts(200), 0, CLEAN)
    assert [open_adc(factory, "spi-0.0", 0).raw() for factory in (first, second)] == [100, 200]


def test_no_converter_reads_zero() -> None:
    assert open_adc(header()[0], "spi-0.0", 0).raw() == 0


def test_a_pin_of_the_bus_that_is_a_contact_is_a_fault() -> None:
    factory, clock = header()
    contact = ContactPin(factory, 9, clock, lambda clock_ns, active: None)
    with pytest.raises(PartFault, match=r"spi-0.0 cannot be opened.*GPIO 7 to 11"):
        open_adc(factory, "spi-0.0", 0)
    contact.close()


def test_a_contact_on_a_pin_of_the_bus_is_refused() -> None:
    factory, clock = header()
    adc = open_adc(factory, "spi-0.0", 0)
    with pytest.raises(PinUnusable, match="GPIO 10"):
        ContactPin(factory, 10, clock, lambda clock_ns, active: None)
    adc.close()
    ContactPin(factory, 10, clock, lambda clock_ns, active: None).close()


@pytest.mark.parametrize("bus", ["spi-1.0", "spi-0.2", "i2c-1"])
def test_a_bus_without_converters_is_a_fault(bus: str) -> None:
    with pytest.raises(PartFault, match=bus):
        open_adc(header()[0], bus, 0)


def test_close_twice_is_closing() -> None:
    adc = open_adc(header()[0], "spi-0.0", 0)
    adc.close()
    adc.close()
