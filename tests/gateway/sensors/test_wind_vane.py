"""`wind-vane`: counts to 16 directions, and their mean by vectors."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sensors.part import PartFault
from gateway.sensors.wind_vane import POSITIONS, STEP_DEG, WindVane, mean_direction, position
from gateway.spool.entries import Measured
from sensorhub.reading import Quality
from simulators.parts.wind_vane import POSITIONS_12_BITS
from simulators.world.place import Place, Weather
from tests.gateway.sensors.bus_rig import SENSORS, START_US, Wrong, rig

SENSOR = SENSORS["wind-vane"]
DIRECTIONS = st.sampled_from([STEP_DEG * at for at in range(16)])


class Steady(Place):
    """Wind from one direction."""

    def __init__(self, direction: float) -> None:
        super().__init__(START_US)
        self._direction = direction

    def weather(self, time_us: int) -> Weather:
        return Weather(10.0, 70.0, 1010.0, 8.0, self._direction, 0.0, 10.0)


def vane() -> WindVane:
    return WindVane(None, 0.0)  # type: ignore[arg-type]


def direction_of(samples: list[float]) -> Measured:
    (measured,) = vane().summary([[Measured("wind_direction", direction)] for direction in samples])
    return measured


def test_table_in_10_bits_is_that_in_12() -> None:
    assert [counts >> 2 for counts in POSITIONS_12_BITS] == list(POSITIONS)


@given(st.integers(0, 15), st.integers(-4, 4))
def test_counts_near_an_entry_are_that_position(at: int, off: int) -> None:
    assert position(POSITIONS[at] + off) == at


@pytest.mark.parametrize("counts", [0, 40, 53, 107, 155, 345, 530, 660, 743, 805, 858, 915, 960, 1023])
def test_counts_far_from_every_entry_are_none(counts: int) -> None:
    assert position(counts) is None


@given(st.floats(0, 360, exclude_max=True))
def test_direction_is_read_within_half_a_step(direction: float) -> None:
    (measured,) = rig(SENSOR, Path(), place=Steady(direction)).read()
    apart = (measured.value - direction + 180) % 360 - 180
    assert abs(apart) <= STEP_DEG / 2 + 1e-9
    assert 0 <= measured.value < 360


@pytest.mark.parametrize("constant", [0.0, 360.0])
def test_wind_from_north_is_0_whether_it_is_called_0_or_360(constant: float) -> None:
    assert direction_of([constant] * 30) == Measured("wind_direction", 0.0)


def test_mean_goes_through_north() -> None:
    assert direction_of([337.5, 22.5]).value == 0.0
    assert direction_of([337.5, 0.0]).value == pytest.approx(348.75)
    assert direction_of([0.0, 22.5]).value == pytest.approx(11.25)


@given(DIRECTIONS, st.integers(1, 100))
def test_mean_of_one_direction_is_that_direction(direction: float, number: int) -> None:
    assert direction_of([direction] * number).value == direction


@given(st.lists(DIRECTIONS, min_size=1, max_size=60), DIRECTIONS)
def test_mean_turns_with_its_directions(directions: list[float], turn: float) -> None:
    found, turned = mean_direction(directions), mean_direction([(each + turn) % 360 for each in directions])
    assert (found is None) == (turned is None)
    if found is not None and turned is not None:
        assert math.cos(math.radians(found + turn - turned)) == pytest.approx(1.0, abs=1e-6)
        assert 0 <= found < 360


def test_directions_that_cancel_out_give_the_newest_as_suspect() -> None:
    assert direction_of([90.0, 270.0]) == Measured("wind_direction", 270.0, Quality.SUSPECT)


def test_cut_cable_is_a_fault(tmp_path: Path) -> None:
    open_circuit = Wrong(lambda number, frame: b"\x03\xff")
    with pytest.raises(PartFault, match="reads 1023 of 1,023, which is none of its 16 positions"):
        rig(SENSOR, tmp_path, open_circuit).read()


def test_dead_converter_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(PartFault, match="reads 0 of"):
        rig(SENSOR, tmp_path, Wrong(is_dead=True)).read()
