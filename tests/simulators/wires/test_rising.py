"""When what only rises reaches its next whole unit."""

from itertools import islice, takewhile
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorhub.reading import US_PER_S
from simulators.pins import PlayerClock, PlayerFactory
from simulators.wires.rising import REST_US, pulses, reached
from simulators.wires.wires import Bench, Wires

START_US = 5 * US_PER_S


@given(st.floats(0.01, 50.0), st.floats(0.05, 3.0))
def test_units_are_reached_evenly(per_s: float, unit: float) -> None:
    times = reached(lambda time_us: per_s * (time_us - START_US) / US_PER_S, START_US, 10 * US_PER_S, unit)
    for number, (time_us, is_reached) in enumerate(islice(times, 50), 1):
        assert is_reached
        assert (time_us - START_US) / US_PER_S == pytest.approx(number * unit / per_s, abs=2e-6)


def test_each_unit_is_reached_once_where_it_rises_by_leaps() -> None:
    levels = [0.0, 0.0, 3.5, 3.5, 4.0, 4.0, 9.0]
    times = reached(lambda time_us: levels[min(time_us // US_PER_S, 6)], 0, US_PER_S, 1.0)
    found = list(islice(times, 9))
    assert [number for number, each in enumerate(found, 1) if each[1]] == list(range(1, 10))
    assert [time_us // US_PER_S for time_us, _ in found] == [1, 1, 1, 4, 5, 5, 5, 5, 6]


def test_what_does_not_rise_is_told_once_a_day() -> None:
    times = reached(lambda time_us: 0.4, START_US, 60 * US_PER_S, 1.0)
    assert list(islice(times, 3)) == [(START_US + day * REST_US, False) for day in (1, 2, 3)]


def test_pulses_keep_apart() -> None:
    clock = PlayerClock(UUID(int=1), 0)
    wires = Wires(Bench(Path("unused"), clock, PlayerFactory(clock), 0, 0), Random(3))
    times = [(100, True), (150, True), (900, False), (2_000, True)]
    found = list(pulses(times, wires, 5, 80_000, 40_000))
    assert found == [
        (100_000, 5, True),
        (180_000, 5, False),
        (220_000, 5, True),
        (300_000, 5, False),
        (900_000, 5, False),
        (2_000_000, 5, True),
        (2_080_000, 5, False),
    ]


def test_nothing_is_computed_before_it_is_asked_for() -> None:
    asked: list[int] = []

    def rising(time_us: int) -> float:
        asked.append(time_us)
        return time_us / US_PER_S

    list(takewhile(lambda time: time[0] < 20 * US_PER_S, reached(rising, 0, US_PER_S, 1.0)))
    assert max(asked) <= 21 * US_PER_S
