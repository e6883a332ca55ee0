"""`room-climate`: two chips on one bus; CO2 comes once the SCD41 has measured."""

from pathlib import Path

import pytest

from gateway.sensors.part import PartFault, Sample
from sensorhub.reading import NS_PER_S
from simulators.wires.chips.scd41 import ADDRESS
from simulators.world.place import Place, Room
from tests.gateway.sensors.bus_rig import SENSORS, START_NS, START_US, rig

SENSOR = SENSORS["room-climate"]


class Stuffy(Place):
    """A room that wants airing."""

    def room(self, time_us: int) -> Room:
        return Room(19.0, 51.0, 1_430.0)


def values(sample: Sample) -> dict[str, float]:
    return {measured.quantity: measured.value for measured in sample}


def test_co2_comes_from_the_second_read_on(tmp_path: Path) -> None:
    each = rig(SENSOR, tmp_path, place=Stuffy(START_US))
    climate = {
        "air_temperature": pytest.approx(19.0, abs=0.002),
        "relative_humidity": pytest.approx(51.0, abs=0.001),
    }
    assert values(each.read()) == climate
    assert values(each.read(START_NS + 30 * NS_PER_S)) == {**climate, "co2": 1_430.0}


def test_interval_has_the_mean_of_the_co2_there_is(tmp_path: Path) -> None:
    each = rig(SENSOR, tmp_path, place=Stuffy(START_US))
    samples = [each.read(START_NS + turn * 30 * NS_PER_S) for turn in range(10)]
    assert values(each.part.summary(samples))["co2"] == 1_430.0


def test_read_more_often_than_the_chip_measures_gives_co2_now_and_then(tmp_path: Path) -> None:
    each = rig(SENSOR, tmp_path, place=Stuffy(START_US))
    has_co2 = ["co2" in values(each.read(START_NS + second * NS_PER_S)) for second in range(12)]
    assert [second for second in range(12) if has_co2[second]] == [5, 10]


def test_gateway_that_restarts_reads_a_chip_that_measures_already(tmp_path: Path) -> None:
    each = rig(SENSOR, tmp_path, place=Stuffy(START_US))
    each.read()
    each.part._scd41 = type(each.part._scd41)(each.part._bus)  # type: ignore[attr-defined]
    assert "co2" in values(each.read(START_NS + 30 * NS_PER_S))


@pytest.mark.parametrize("address", [0x44, ADDRESS])
def test_either_chip_missing_is_a_fault_that_names_it(address: int, tmp_path: Path) -> None:
    each = rig(SENSOR, tmp_path, place=Stuffy(START_US))
    del each.part._bus.chips[address]  # type: ignore[attr-defined]
    with pytest.raises(PartFault, match=f"Nothing answers at 0x{address:02x} on i2c-1"):
        each.read()
