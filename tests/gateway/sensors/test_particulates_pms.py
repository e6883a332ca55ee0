"""Particles by a PMS5003: true values, and a sensor that is dead."""

from pathlib import Path

import pytest

from gateway.sensors.part import PartFault
from sensorhub.reading import US_PER_S
from simulators.parts.tamper import Tamper
from simulators.world.place import Air, Place
from tests.gateway.sensors.stand import START_US, Stand


class Street(Place):
    """Air that gets worse by 1 ug/m3 in ten minutes."""

    def air(self, time_us: int) -> Air:
        gone = (time_us - self.start_us) / US_PER_S / 600
        return Air(no2=20.0, pm1=3.0 + gone / 2, pm2_5=5.0 + gone, pm10=9.4 + gone)


class Dead(Tamper):
    """The sensor has no supply."""

    def dead(self, clock_ns: int) -> bool:
        return True


def test_what_it_tells_is_true(tmp_path: Path) -> None:
    with Stand(tmp_path, Street(START_US), kind="particulates-pms", bus="uart-0") as street:
        street.compare(intervals=4)


def test_a_dead_sensor_is_a_fault(tmp_path: Path) -> None:
    stand = Stand(tmp_path, Street(START_US), Dead(), kind="particulates-pms", bus="uart-0")
    with stand, pytest.raises(PartFault, match=r"PMS5003 .* is silent"):
        stand.read(0)
