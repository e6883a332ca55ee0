"""A bin's fill: true values, the formula, and echoes that do not come."""

from pathlib import Path
from typing import Any

import pytest

from gateway.sensors.bin_fill import speed_of_sound_mps
from gateway.sensors.part import PartFault
from sensorhub.reading import US_PER_S
from simulators.parts.tamper import Tamper
from simulators.world.place import Place
from tests.gateway.sensors.stand import START_US, Stand

TOLD: dict[str, Any] = {"kind": "bin-fill", "pins": {"trigger": 23, "echo": 24}, "level_shift": True}


class Bin(Place):
    """A bin that fills by 10 % an hour and is emptied after four."""

    def fill_percent(self, time_us: int) -> float:
        return (time_us - self.start_us) / US_PER_S / 360 % 40


def test_what_it_tells_is_true(tmp_path: Path) -> None:
    calibration = {"empty_mm": 1_187, "full_mm": 91, "air_temperature_cel": 31}
    with Stand(tmp_path, Bin(START_US), calibration=calibration, **TOLD) as bin_:
        bin_.compare(intervals=18)


def test_speed_of_sound() -> None:
    assert speed_of_sound_mps(0) == 331.3
    assert speed_of_sound_mps(20) == pytest.approx(343.42)


@pytest.mark.parametrize(("distance", "fill"), [(1_500, -58.8235), (1_000, 0), (575, 50), (150, 100), (60, 110.588)])
def test_fill_is_counted_from_empty_to_full_and_keeps_its_number_outside(
    tmp_path: Path, distance: float, fill: float
) -> None:
    class At(Tamper):
        def value(self, name: str, clock_ns: int, value: float) -> float:
            return distance

    with Stand(tmp_path, Bin(START_US), At(), **TOLD) as bin_:
        assert bin_.values(0) == pytest.approx({"fill_level": fill, "distance": distance}, abs=0.001)


class Rags(Tamper):
    """The echo is swallowed."""

    def echo_lost(self, clock_ns: int) -> bool:
        return True


class Dead(Tamper):
    """The ranger has no supply."""

    def dead(self, clock_ns: int) -> bool:
        return True


@pytest.mark.parametrize(("tamper", "says"), [(Rags(), "no echo"), (Dead(), "does not answer")])
def test_no_echo_is_a_fault(tmp_path: Path, tamper: Tamper, says: str) -> None:
    with Stand(tmp_path, Bin(START_US), tamper, **TOLD) as bin_, pytest.raises(PartFault, match=says):
        bin_.read(0)
