"""A gully's level, over UART and over I2C."""

import math
from pathlib import Path
from typing import Any

import pytest

from gateway.sensors.part import PartFault
from sensorhub.reading import US_PER_S
from simulators.parts.tamper import Tamper
from simulators.world.place import Place
from tests.gateway.sensors.stand import START_US, Stand

RANGER: dict[str, Any] = {"kind": "gully-level", "bus": "uart-0", "calibration": {"mounting_height_mm": 1_200}}
PROBE: dict[str, Any] = {
    "kind": "gully-level",
    "bus": "i2c-1",
    "address": 0x49,
    "channels": {"probe": 2},
    "calibration": {"mounting_height_mm": 20, "probe_range_mm": 2_000, "shunt_ohm": 149},
}


class Gully(Place):
    """Water that rises and falls by 0.9 m in an hour."""

    def water_mm(self, time_us: int) -> float:
        return 500 + 450 * math.sin((time_us - self.start_us) / US_PER_S / 3_600 * math.tau)


@pytest.mark.parametrize("told", [RANGER, PROBE], ids=["uart", "i2c"])
def test_what_it_tells_is_true(tmp_path: Path, told: dict[str, Any]) -> None:
    with Stand(tmp_path, Gully(START_US), **told) as gully:
        gully.compare(intervals=12)


def test_probe_above_the_water_tells_its_own_height(tmp_path: Path) -> None:
    told = PROBE | {"calibration": {"mounting_height_mm": 700}}
    with Stand(tmp_path, Gully(START_US), **told) as gully:
        assert gully.values(0)["water_level"] == pytest.approx(700, abs=1)


def test_ranger_under_water_is_a_fault(tmp_path: Path) -> None:
    told = RANGER | {"calibration": {"mounting_height_mm": 520}}
    with Stand(tmp_path, Gully(START_US), **told) as gully, pytest.raises(PartFault, match="nearer than 30 mm"):
        gully.read(0)


class Dead(Tamper):
    """The part has no supply."""

    def dead(self, clock_ns: int) -> bool:
        return True


@pytest.mark.parametrize(("told", "says"), [(RANGER, "is silent"), (PROBE, "Nothing answers")], ids=["uart", "i2c"])
def test_a_dead_part_is_a_fault(tmp_path: Path, told: dict[str, Any], says: str) -> None:
    with Stand(tmp_path, Gully(START_US), Dead(), **told) as gully, pytest.raises(PartFault, match=says):
        gully.read(0)
