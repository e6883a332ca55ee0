"""`rain-gauge`: tips of a bucket."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.sensors.rain_gauge import tally
from gateway.sensors.tally import Tally
from sensorhub.clock import seconds_ns
from sensorhub.reading import US_PER_S
from simulators.world.place import Place
from tests.gateway.sensors.contact_stand import START_US, ContactStand, drive

Edge = tuple[float, int, bool]


def bucket(mm_per_tip: float = 0.2794) -> Tally:
    return tally({"mm_per_tip": mm_per_tip})


def tips(*times_s: float) -> list[Edge]:
    return [edge for time_s in times_s for edge in ((time_s, 0, True), (time_s + 0.05, 0, False))]


class Raining(Place):
    """Rain by rates of ten minutes each, mm/h; then none."""

    def __init__(self, rates: list[float]) -> None:
        super().__init__(START_US)
        self._rates = rates

    def rain_mm(self, time_us: int) -> float:
        left_s = (time_us - self.start_us) / US_PER_S
        depth_mm = 0.0
        for rate in self._rates:
            depth_mm += rate * min(left_s, 600.0) / 3_600
            left_s = max(0.0, left_s - 600.0)
        return depth_mm


def test_depth_is_tips_times_a_tip() -> None:
    assert drive(bucket(), tips(10.0, 20.0, 40.0))["rain_depth"] == pytest.approx(3 * 0.2794)
    assert drive(bucket(0.336), tips(10.0, 20.0, 40.0))["rain_depth"] == pytest.approx(3 * 0.336)


@pytest.mark.parametrize(("gap_s", "rate"), [(10.058, 100.0), (100.584, 10.0), (1005.84, 1.0)])
def test_intensity_is_a_tip_over_the_shortest_gap(gap_s: float, rate: float) -> None:
    values = drive(bucket(), tips(100.0, 100.0 + 2 * gap_s, 100.0 + 3 * gap_s), 4_000.0)
    assert values["rain_rate"] == pytest.approx(rate, rel=1e-4)


def test_interval_without_a_tip_is_dry() -> None:
    assert drive(bucket(), []) == {"rain_depth": 0.0, "rain_rate": 0.0}


def test_first_tip_has_no_intensity_and_the_next_counts_from_it() -> None:
    gauge = bucket()
    assert drive(gauge, tips(50.0)) == {"rain_depth": pytest.approx(0.2794)}
    gauge.empty()
    gauge.edge(0, seconds_ns(70), True)
    assert gauge.values(1)["rain_rate"] == pytest.approx(0.2794 * 3_600 / 20)


def test_closures_within_100_ms_of_a_tip_are_one() -> None:
    edges = [(10.0, 0, True), (10.03, 0, False), (10.06, 0, True), (10.09, 0, False), (10.3, 0, True), (10.4, 0, False)]
    assert drive(bucket(), edges)["rain_depth"] == pytest.approx(2 * 0.2794)


def test_gap_over_a_time_that_was_not_read_tells_nothing() -> None:
    gauge = bucket()
    drive(gauge, tips(10.0))
    gauge.lose(seconds_ns(11))
    gauge.edge(0, seconds_ns(12), True)
    assert "rain_rate" not in gauge.values(1)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from((0.0, 0.0, 0.4, 2.0, 11.0, 90.0, 200.0)), min_size=1, max_size=12))
def test_whatever_rains_is_what_is_told(rates: list[float]) -> None:
    stand = ContactStand(Raining(rates), kind="rain-gauge", pin=5)
    truths = stand.compare(3 * 3_600)
    assert truths["rain_depth"] == pytest.approx(sum(rates) / 6)


def test_dry_place_is_looked_at_a_day_at_a_time() -> None:
    stand = ContactStand(Place(START_US), kind="rain-gauge", pin=5)
    moves = stand.part.moves()
    assert [next(moves).active for _ in range(3)] == [False] * 3
    assert stand.compare(3_600) == {"rain_depth": 0.0, "rain_rate": 0.0}
