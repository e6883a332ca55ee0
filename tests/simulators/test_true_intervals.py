"""What is true in each interval."""

from itertools import count
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from sensorhub.reading import NS_PER_S, US_PER_S
from simulators.pins import PlayerClock, PlayerFactory
from simulators.true_intervals import TrueIntervals
from simulators.wires.wires import Bench, Wires

S = NS_PER_S
WALL_US = 1_764_000_000 * US_PER_S


def intervals(from_s: int, until_s: int, wall_us: int = WALL_US) -> TrueIntervals:
    """Intervals of a minute; the clock stands at 1,000 s at `wall_us`."""
    clock = PlayerClock(UUID(int=1), 0)
    wires = Wires(Bench(Path("unused"), clock, PlayerFactory(clock), 1_000 * S, wall_us), Random(3))
    return TrueIntervals(60, wires, from_s * S, until_s * S)


def test_events_belong_to_the_interval_that_begins_at_or_before_them() -> None:
    events = [(1_000 * S, "a"), (1_060 * S - 1, "b"), (1_060 * S, "c"), (1_179 * S, "d"), (1_180 * S, "e")]
    assert intervals(1_000, 1_180).groups(events) == [["a", "b"], ["c"], ["d"]]


def test_intervals_begin_at_whole_periods_of_wall_time() -> None:
    events = ((at * S, at) for at in count(900, 10))
    groups = intervals(1_000, 1_100, WALL_US + 30 * US_PER_S).groups(events)
    assert groups == [[1_000, 1_010, 1_020], [1_030, 1_040, 1_050, 1_060, 1_070, 1_080], [1_090]]


def test_share_is_the_mean_of_the_shares_of_the_intervals() -> None:
    spans = ((at * S, (at + 90) * S) for at in count(970, 100))
    truth = intervals(1_000, 1_120).share("occupancy", spans, 0)
    assert (truth.quantity, truth.how) == ("occupancy", "mean")
    assert truth.value == pytest.approx(100 * (60 - 10 + 60) / 120)


def test_share_of_an_interval_cut_short_is_of_what_there_was() -> None:
    truth = intervals(1_000, 1_070).share("occupancy", [(1_060 * S, 1_065 * S)], 0)
    assert truth.value == pytest.approx((0 + 50) / 2)
