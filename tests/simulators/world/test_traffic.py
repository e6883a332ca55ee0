"""Vehicles of a lane: as many as its road has, in its hours, at its speeds, and never two in one place."""

from collections import Counter
from functools import cache
from itertools import islice, pairwise
from math import exp
from statistics import fmean, pstdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensorhub.reading import US_PER_S
from simulators.world.line import AHEAD_M, CLEAR_M
from simulators.world.place import Passage
from simulators.world.site import SitePlace
from simulators.world.traffic import LENGTHS_M
from tests.simulators.world.places import A127, DAY_US, HOUR_US, MONDAY_US, STREET, at_us, passages_until, place

WEEK_US = 7 * DAY_US
B_ROAD = SitePlace("braintree-b1018", 51.87, 0.56, "B1018", "northbound")


@cache
def week(site: SitePlace, seed: int = 7) -> list[Passage]:
    return list(passages_until(place(site, seed).vehicles(), MONDAY_US + WEEK_US))


def by_hour(passages: list[Passage], day: int) -> Counter[int]:
    hours = [(passage.time_us - MONDAY_US) // HOUR_US - 24 * day for passage in passages]
    return Counter(hour for hour in hours if 0 <= hour < 24)


@pytest.mark.parametrize("site", [A127, B_ROAD, STREET], ids=lambda site: site.id)
def test_each_working_day_has_the_flow_of_the_road(site: SitePlace) -> None:
    flow = place(site).road.flow
    days = Counter((passage.time_us - MONDAY_US) // DAY_US for passage in week(site))

    assert [abs(days[day] / flow - 1) < 0.15 for day in range(5)] == [True] * 5
    assert days[6] < 0.95 * flow


def test_a_given_flow_is_kept() -> None:
    site = SitePlace("quiet-lane", 51.8, 0.5, "Church Lane", flow=600)
    count = sum(1 for _ in passages_until(place(site).vehicles(), MONDAY_US + 5 * DAY_US))

    assert abs(count / 5 / 600 - 1) < 0.15


def test_roads_differ_as_their_numbers_say() -> None:
    flows = [place(site).road.flow for site in (A127, B_ROAD, STREET)]

    assert flows == sorted(flows, reverse=True)
    assert place(A127, seed=8).road.flow != flows[0]


def test_peaks_are_those_of_the_day() -> None:
    tuesday, sunday = by_hour(week(A127), 1), by_hour(week(A127), 6)

    assert max(tuesday, key=tuesday.__getitem__) in (7, 8)
    assert 10 <= max(sunday, key=sunday.__getitem__) <= 15
    assert tuesday[3] < tuesday[8] / 8
    assert sunday[8] < tuesday[8] / 2


def test_speeds_and_lengths_are_those_of_traffic() -> None:
    speeds_kmh = [passage.speed_mps * 3.6 for passage in week(A127)]
    classes = Counter(
        next(name for name, (low, high) in LENGTHS_M.items() if low <= passage.length_m <= high)
        for passage in week(A127)
    )

    assert 75 < fmean(speeds_kmh) < 105
    assert 5 <= min(speeds_kmh) < max(speeds_kmh) < 175
    assert 30 < fmean(passage.speed_mps * 3.6 for passage in week(STREET)) < 50
    assert set(classes) == set(LENGTHS_M)
    assert classes["car"] > classes["van"] > classes["rigid"] > 0.02 * len(week(A127))
    assert all(vehicle.length_m < 5.2 or vehicle.length_m > 5.2 + 0.15 for vehicle in week(A127))


def test_vehicles_come_in_platoons() -> None:
    headways_s = [
        (after.time_us - before.time_us) / US_PER_S
        for before, after in pairwise(week(B_ROAD))
        if (before.time_us - MONDAY_US) // HOUR_US in (11, 35, 59)
    ]

    # A Poisson process has a deviation of one mean.
    assert pstdev(headways_s) > 1.1 * fmean(headways_s)
    assert sum(headway_s < 3 for headway_s in headways_s) > 1.2 * len(headways_s) * (1 - exp(-3 / fmean(headways_s)))


def test_queues_hold_working_days_up_in_the_peak() -> None:
    slow = [passage for passage in week(A127) if passage.speed_mps < 9 and passage.stands_s < 60]
    days = {(passage.time_us - MONDAY_US) // DAY_US for passage in slow}
    hours = Counter((passage.time_us - MONDAY_US) // HOUR_US % 24 for passage in slow)

    assert len(days & {0, 1, 2, 3, 4}) >= 3
    assert hours[7] + hours[8] > 0.6 * len(slow)
    assert sum(passage.stands_s > 0 for passage in slow) > 20


def test_an_incident_stops_the_next_vehicle() -> None:
    stood = []
    for seed in range(1, 6):
        here = place(STREET, seed)
        for incident in here.incidents(MONDAY_US + WEEK_US):
            stopped = next(each for each in week(STREET, seed) if each.stands_s == incident.stands_s)
            stood.append(stopped)
            assert incident.time_us <= stopped.time_us < incident.time_us + 0.5 * HOUR_US
            behind = next(each for each in week(STREET, seed) if each.time_us > stopped.time_us)
            assert behind.time_us > stopped.time_us + stopped.stands_s * US_PER_S
    assert len(stood) >= 2


def test_contraflow_takes_a_lane_in_some_nights() -> None:
    against = [vehicle for seed in range(12) for vehicle in week(STREET, seed) if vehicle.reverse]
    hours = {(vehicle.time_us - MONDAY_US) // HOUR_US % 24 for vehicle in against}

    assert against
    assert hours <= {1, 2, 3, 4}


def assert_possible(passages: list[Passage]) -> None:
    """Nobody is in two places, at the line and on the way behind it."""
    for before, after in pairwise(passages):
        leaves_us = before.time_us + before.over_s * US_PER_S
        assert after.time_us >= leaves_us + CLEAR_M / before.speed_mps * US_PER_S
        ahead_us = leaves_us + (CLEAR_M + AHEAD_M) / before.speed_mps * US_PER_S
        if before.reverse == after.reverse:
            assert after.time_us + AHEAD_M / after.speed_mps * US_PER_S >= ahead_us - 1
        else:
            assert after.time_us >= ahead_us


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**63 - 1), st.integers(at_us(2020, 1, 1), at_us(2035, 12, 31)))
def test_every_stream_is_possible(seed: int, start_us: int) -> None:
    here = place(A127, seed, start_us)
    for stream in (here.vehicles(), here.cyclists(), here.people()):
        passages = list(islice(stream, 800))
        assert passages[0].time_us >= start_us
        assert all(passage.speed_mps > 0 and passage.length_m > 0 <= passage.stands_s for passage in passages)
        assert_possible(passages)
    for stays in (here.bay(), here.door(), here.motion()):
        first = list(islice(stays, 30))
        assert first[0].from_us >= start_us
        assert all(stay.from_us < stay.until_us for stay in first)
        assert all(before.until_us < after.from_us for before, after in pairwise(first))


def test_a_week_with_queues_and_incidents_is_possible() -> None:
    for site in (A127, STREET):
        assert_possible(week(site))
