"""`anemometer`: closures of turning cups."""

from math import sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.sensors.anemometer import tally
from gateway.sensors.tally import Tally
from sensorhub.clock import seconds_ns
from sensorhub.reading import US_PER_S
from simulators.world.place import Place
from tests.gateway.sensors.contact_stand import START_US, ContactStand, drive
from tests.simulators.world.places import A127, place

Edge = tuple[float, int, bool]


def cups() -> Tally:
    return tally({"kmh_per_hz": 2.4})


def turning(from_s: float, to_s: float, hz: float) -> list[Edge]:
    number = round((to_s - from_s) * hz)
    return [
        edge
        for at in range(1, number + 1)
        for edge in ((from_s + (at - 0.5) / hz, 0, False), (from_s + at / hz, 0, True))
    ]


class Blowing(Place):
    """Wind about a mean, with gusts of some ten seconds."""

    def __init__(self, mean_mps: float, gusts: float) -> None:
        super().__init__(START_US)
        self._mean_mps = mean_mps
        self._gusts = gusts

    def wind_run_m(self, time_us: int) -> float:
        time_s = (time_us - self.start_us) / US_PER_S
        return self._mean_mps * (time_s + self._gusts * sin(time_s))


def test_one_closure_a_second_is_2_4_kmh() -> None:
    values = drive(cups(), turning(0.0, 60.0, 1.0))
    assert values == pytest.approx({"wind_speed": 2.4 / 3.6, "wind_gust": 2.4 / 3.6})


def test_100_kmh_is_42_closures_a_second() -> None:
    values = drive(cups(), turning(0.0, 60.0, 41.6667))
    assert values["wind_speed"] == pytest.approx(100 / 3.6, rel=1e-3)


def test_gust_is_the_highest_mean_of_3_s() -> None:
    edges = turning(0.0, 20.0, 5.0) + turning(20.0, 21.5, 20.0) + turning(21.5, 60.0, 5.0)
    values = drive(cups(), edges)
    assert values["wind_gust"] == pytest.approx((1.5 * 20 + 1.5 * 5) / 3 * 2.4 / 3.6, rel=0.01)


def test_calm_is_zero() -> None:
    assert drive(cups(), []) == {"wind_speed": 0.0, "wind_gust": 0.0}


def test_slow_turns_are_a_small_gust() -> None:
    values = drive(cups(), [(10.0, 0, True), (15.0, 0, False), (20.0, 0, True)])
    assert values["wind_gust"] == pytest.approx(0.1 * 2.4 / 3.6)


def test_gust_goes_on_over_the_end_of_an_interval_and_not_over_a_loss() -> None:
    wind = cups()
    drive(wind, turning(0.0, 60.0, 10.0))
    wind.empty()
    wind.edge(0, seconds_ns(60.1), True)
    assert wind.values(1)["wind_gust"] == pytest.approx(10 * 2.4 / 3.6)
    wind.empty()
    wind.lose(seconds_ns(60.2))
    wind.observe(0, seconds_ns(61), False)
    wind.edge(0, seconds_ns(61.1), True)
    assert wind.values(1)["wind_gust"] == 0.0


def test_a_copy_goes_on_as_the_original_would() -> None:
    wind = cups()
    drive(wind, turning(0.0, 30.0, 10.0))
    twin = wind.copy()
    for time_s, _, level in turning(30.0, 40.0, 30.0):
        wind.edge(0, seconds_ns(time_s), level)
    assert twin.values(1)["wind_gust"] == pytest.approx(10 * 2.4 / 3.6)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.0, 40.0), st.floats(0.0, 0.8))
def test_whatever_blows_is_what_is_told(mean_mps: float, gusts: float) -> None:
    stand = ContactStand(Blowing(mean_mps, gusts), kind="anemometer", pin=5)
    assert stand.compare(120)["wind_speed"] == pytest.approx(mean_mps, rel=0.02, abs=0.01)


def test_hours_at_a_road_are_told_as_they_were() -> None:
    ContactStand(place(A127), kind="anemometer", pin=5).compare(2 * 3_600)
