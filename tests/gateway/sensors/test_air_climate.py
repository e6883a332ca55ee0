"""`air-climate`: what one measurement gives; the chip's own vectors are in tests/gateway/buses/test_bme280.py."""

from pathlib import Path

import pytest

from gateway.buses.buses import Buses
from gateway.sensors.air_climate import part
from gateway.sensors.part import PartFault
from simulators.world.place import Place, Weather
from tests.gateway.sensors.bus_rig import SENSORS, START_US, bench, rig

SENSOR = SENSORS["air-climate"]


class Vector(Place):
    """The weather of the data sheet's example."""

    def weather(self, time_us: int) -> Weather:
        return Weather(25.08, 48.3, 1006.5326, 0.0, 0.0, 0.0, 20.0)


@pytest.mark.parametrize("address", [0x76, 0x77])
def test_all_three_quantities_are_read(address: int, tmp_path: Path) -> None:
    sensor = SENSOR.model_copy(update={"address": address})
    sample = rig(sensor, tmp_path, place=Vector(START_US)).read()
    assert {measured.quantity: measured.value for measured in sample} == {
        "air_temperature": pytest.approx(25.08, abs=0.008),
        "relative_humidity": pytest.approx(48.3, abs=0.05),
        "air_pressure": pytest.approx(1006.53, abs=0.03),
    }


def test_no_chip_at_the_address_is_a_fault(tmp_path: Path) -> None:
    empty = bench(tmp_path)
    with pytest.raises(PartFault, match="Nothing answers at 0x76 on i2c-1"):
        part(SENSOR, Buses(empty.factory, empty.bus_world())).read(0)
