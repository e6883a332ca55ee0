"""The three clocks of a simulation."""

import pytest

from sensorhub.reading import NS_PER_S, US_PER_S
from simulators.pace import START_NS, Pace

BEGAN_NS = 5_000 * NS_PER_S


def pace(speed: float | None) -> Pace:
    return Pace(wall_us=1_700_000_000 * US_PER_S, machine_ns=BEGAN_NS, machine_wall_us=0, speed=speed)


@pytest.mark.parametrize(("speed", "machine_s", "measured_s"), [(1.0, 10, 10), (60.0, 10, 600), (0.5, 10, 5)])
def test_pace_measurement_clock_runs_faster_by_its_speed(speed: float, machine_s: int, measured_s: int) -> None:
    assert pace(speed).measured_ns(BEGAN_NS + machine_s * NS_PER_S) == START_NS + measured_s * NS_PER_S


def test_pace_time_until_a_clock_is_allowed_is_of_the_machine() -> None:
    clock_ns = START_NS + 120 * NS_PER_S
    assert pace(60.0).machine_s_until(clock_ns, BEGAN_NS) == pytest.approx(2.0)
    assert pace(60.0).machine_s_until(clock_ns, BEGAN_NS + 5 * NS_PER_S) == pytest.approx(-3.0)


def test_pace_without_a_speed_waits_for_nothing() -> None:
    assert pace(None).measured_ns(BEGAN_NS) is None
    assert pace(None).machine_s_until(START_NS + NS_PER_S, BEGAN_NS) == 0.0


def test_pace_time_of_readings_begins_with_the_world() -> None:
    assert pace(None).wall_us_at(START_NS) == 1_700_000_000 * US_PER_S
    assert pace(60.0).wall_us_at(START_NS + 1_500_000_000) == 1_700_000_001_500_000
