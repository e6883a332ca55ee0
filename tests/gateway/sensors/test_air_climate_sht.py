"""`air-climate-sht`: what a measurement gives; the chip's own vectors are in tests/gateway/buses/test_sensirion.py."""

from pathlib import Path

import pytest

from gateway.buses.buses import Buses
from gateway.sensors.air_climate_sht import part
from gateway.sensors.part import PartFault
from simulators.world.place import Place, Weather
from tests.gateway.sensors.bus_rig import SENSORS, START_US, bench, rig

SENSOR = SENSORS["air-climate-sht"]


class Mild(Place):
    """21.5 Cel, whose word has a vector."""

    def weather(self, time_us: int) -> Weather:
        return Weather(21.5, 63.0, 1010.0, 0.0, 0.0, 0.0, 20.0)


@pytest.mark.parametrize("address", [0x44, 0x45])
def test_both_quantities_are_read(address: int, tmp_path: Path) -> None:
    sample = rig(SENSOR.model_copy(update={"address": address}), tmp_path, place=Mild(START_US)).read()
    assert {measured.quantity: measured.value for measured in sample} == {
        "air_temperature": pytest.approx(-45 + 175 * 0x6147 / 0xFFFF),
        "relative_humidity": pytest.approx(63.0, abs=0.001),
    }


def test_no_chip_at_the_address_is_a_fault(tmp_path: Path) -> None:
    empty = bench(tmp_path)
    with pytest.raises(PartFault, match="Nothing answers at 0x45 on i2c-1"):
        part(SENSOR, Buses(empty.factory, empty.bus_world())).read(0)
