"""A structure's tilt: true values with its zeros taken off, two on one line, and one that is dead."""

from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import pytest

from firmware_config.sensor import SensorConfig
from gateway.sensors.part import PartFault
from sensorhub.reading import US_PER_S
from simulators.parts.tamper import Tamper
from simulators.wires.wires import Wires
from simulators.world.place import Place
from tests.gateway.sensors.stand import START_US, Stand

TOLD: dict[str, Any] = {"kind": "structure-tilt", "bus": "/dev/ttyUSB0"}


class Wall(Place):
    """A wall that leans out by a degree in an hour, and back along."""

    def tilt(self, time_us: int) -> tuple[float, float]:
        gone = (time_us - self.start_us) / US_PER_S / 3_600
        return -0.5 * gone, 1.25 + gone


@pytest.mark.parametrize("zeros", [(0.0, 0.0), (-1.23, 0.456), (89.0, -88.0)])
def test_what_it_tells_is_true(tmp_path: Path, zeros: tuple[float, float]) -> None:
    calibration = {"register": 61, "zero_x_deg": zeros[0], "zero_y_deg": zeros[1]}
    with Stand(tmp_path, Wall(START_US), calibration=calibration, address=7, **TOLD) as wall:
        wall.compare(intervals=2)


def test_two_on_one_line_are_told_apart(tmp_path: Path) -> None:
    with Stand(tmp_path, Wall(START_US), address=1, **TOLD) as wall:
        other = SensorConfig.model_validate({"id": "sensor-2", "address": 2, **TOLD})
        upright = import_module("simulators.parts.structure_tilt").part(
            other, Wires(wall.bench, Random(2)), Place(START_US)
        )
        upright.settle(0)
        second = import_module("gateway.sensors.structure_tilt").part(other, wall.buses)

        assert wall.values(0) == {"tilt_x": 0.0, "tilt_y": 1.25}
        assert [each.value for each in second.read(0)] == [0.0, 0.0]
        assert wall.values(60)["tilt_y"] == 1.27


class Dead(Tamper):
    """The unit has no supply."""

    def dead(self, clock_ns: int) -> bool:
        return True


def test_a_dead_unit_is_a_fault(tmp_path: Path) -> None:
    with Stand(tmp_path, Wall(START_US), Dead(), **TOLD) as wall, pytest.raises(PartFault, match="does not answer"):
        wall.read(0)
