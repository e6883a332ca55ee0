"""Interval readings of a contact."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.anchors.times import AnchorBook, sealed_time_us
from gateway.spool import Anchor, AnchorKind, ReadingEntry
from sensorhub.reading import Quality
from tests.gateway.recorder.contacts import counted

S = 1_000_000_000
PERIOD = 60 * S
WALL = 1_764_000_000 * S  # a multiple of 60 s


def book(clock_ns: int = 0, wall_ns: int = WALL) -> AnchorBook:
    anchors = AnchorBook()
    anchors.note(Anchor(clock_ns, wall_ns, 0, AnchorKind.GIVEN))
    return anchors


def numbers(reading: ReadingEntry) -> dict[str, float]:
    return {measured.quantity: measured.value for measured in reading.values}


def qualities(reading: ReadingEntry) -> set[Quality]:
    return {measured.quality for measured in reading.values}


def test_interval_without_closures_gives_zeros() -> None:
    contact = counted("d", PERIOD, book())
    contact.observe(0, False)
    (reading,) = contact.close_until(PERIOD)
    assert reading.clock_ns == PERIOD
    assert numbers(reading) == {"actuation_count": 0.0, "occupancy": 0.0}
    assert qualities(reading) == {Quality.GOOD}


def test_on_time_across_the_edge_is_split_and_counted_where_it_began() -> None:
    contact = counted("d", PERIOD, book())
    contact.observe(0, False)
    contact.edge(54 * S, True)
    contact.edge(72 * S, False)
    first, second = contact.close_until(2 * PERIOD)
    assert numbers(first) == {"actuation_count": 1.0, "occupancy": 10.0}
    assert numbers(second) == {"actuation_count": 0.0, "occupancy": 20.0, "mean_on_time": 18.0}


def test_edge_at_the_end_belongs_to_the_next_interval() -> None:
    contact = counted("d", PERIOD, book())
    contact.observe(0, False)
    contact.edge(PERIOD, True)
    contact.edge(PERIOD + S, False)
    first, second = contact.close_until(2 * PERIOD)
    assert numbers(first)["actuation_count"] == 0.0
    assert numbers(second) == {"actuation_count": 1.0, "occupancy": 100 / 60, "mean_on_time": 1.0}


def test_level_found_at_start_is_occupied_and_no_closure() -> None:
    contact = counted("d", PERIOD, book())
    contact.observe(0, True)
    contact.edge(6 * S, False)
    (reading,) = contact.close_until(PERIOD)
    assert numbers(reading) == {"actuation_count": 0.0, "occupancy": 10.0}


def test_interval_begun_late_is_partial_with_coverage() -> None:
    contact = counted("d", PERIOD, book())
    contact.observe(15 * S, True)
    contact.edge(24 * S, False)
    (reading,) = contact.close_until(PERIOD)
    assert reading.clock_ns == PERIOD
    assert numbers(reading) == {"actuation_count": 0.0, "occupancy": 20.0, "coverage": 75.0}
    assert qualities(reading) == {Quality.PARTIAL}


def test_gap_within_an_interval_is_not_observed() -> None:
    contact = counted("d", PERIOD, book())
    contact.observe(0, False)
    contact.edge(10 * S, True)
    contact.lose(20 * S)
    contact.observe(50 * S, True)
    contact.edge(55 * S, False)
    (reading,) = contact.close_until(PERIOD)
    assert numbers(reading) == {"actuation_count": 1.0, "occupancy": 50.0, "coverage": 50.0}


def test_restart_without_time_passing_leaves_no_trace() -> None:
    plain, restarted = (counted("d", PERIOD, book()) for _ in range(2))
    for contact in (plain, restarted):
        contact.observe(0, False)
        contact.edge(10 * S, True)
        if contact is restarted:
            contact.lose(10 * S)
            contact.observe(10 * S, True)
        contact.edge(20 * S, False)
    assert plain.close_until(PERIOD) == restarted.close_until(PERIOD)


def test_intervals_wholly_lost_give_no_reading() -> None:
    contact = counted("d", PERIOD, book())
    contact.observe(0, False)
    contact.lose(30 * S)
    contact.observe(4 * PERIOD + 30 * S, False)
    readings = contact.close_until(5 * PERIOD)
    assert [reading.clock_ns for reading in readings] == [PERIOD, 5 * PERIOD]


def test_anchor_aligns_the_next_interval_and_marks_the_short_one() -> None:
    anchors = AnchorBook()
    contact = counted("d", PERIOD, anchors)
    contact.observe(0, False)
    anchors.note(Anchor(50 * S, WALL + 20 * S, 0, AnchorKind.NTP))  # boot 60 s is wall :30
    first, second, third = contact.close_until(150 * S)
    assert [first.clock_ns, second.clock_ns, third.clock_ns] == [60 * S, 90 * S, 150 * S]
    assert [qualities(r) for r in (first, second, third)] == [{Quality.GOOD}, {Quality.PARTIAL}, {Quality.GOOD}]
    assert numbers(second)["coverage"] == 50.0


def test_ends_only_rise_after_the_wall_clock_stepped_back() -> None:
    anchors = book()
    contact = counted("d", PERIOD, anchors)
    contact.observe(0, False)
    assert [r.clock_ns for r in contact.close_until(2 * PERIOD)] == [60 * S, 120 * S]  # walls +60, +120; open to +180
    anchors.note(Anchor(150 * S, WALL + 30 * S, 0, AnchorKind.NTP))  # two minutes back
    ends = [r.clock_ns for r in contact.close_until(450 * S)]
    assert ends == [180 * S, 360 * S, 420 * S]  # +180 as it was opened, then not before +240 of the new wall time


@given(
    st.lists(st.integers(min_value=1, max_value=40 * S), max_size=40),
    st.integers(min_value=1, max_value=10).map(lambda s: s * S),
)
def test_closures_and_on_time_add_up_over_any_intervals(gaps: list[int], period: int) -> None:
    contact = counted("d", period, book())
    contact.observe(0, False)
    now, level, on, closures, readings = 0, False, 0, 0, []
    for gap in gaps:
        on += gap if level else 0
        now += gap
        level = not level
        closures += level
        contact.edge(now, level)
        readings += contact.close_until(now)
    end = (now // period + 2) * period
    on += end - now if level else 0
    readings += contact.close_until(end)
    assert [r.clock_ns for r in readings] == list(range(period, end + 1, period))
    assert sum(numbers(r)["actuation_count"] for r in readings) == closures
    assert sum(numbers(r)["occupancy"] for r in readings) * period / 100 == pytest.approx(on, abs=100)


@given(
    st.integers(min_value=1, max_value=3 * PERIOD),
    st.integers(min_value=-200_000_000, max_value=200_000_000),
)
@example(PERIOD + 1, -2_000)
def test_cut_at_any_moment_gives_a_time_of_its_own(cut_ns: int, apart_ns: int) -> None:
    """The seal's anchor may differ from the one that stood when the interval began (`make chaos-kill`, seed 15)."""
    anchors = book()
    contact = counted("d", PERIOD, anchors)
    contact.observe(0, True)
    readings = contact.close_until(cut_ns)
    last = contact.cut(cut_ns)
    assert anchors.newest is not None
    sealing = replace(anchors.newest, wall_ns=anchors.newest.wall_ns + apart_ns)
    times = [
        sealed_time_us((sealing,), reading.clock_ns, PERIOD // 1_000_000)
        for reading in [*readings, *([last] if last else [])]
    ]
    assert len(times) == len(set(times))
    assert times == sorted(times)


def test_wall_clock_that_steps_back_by_years_costs_no_interval_and_gives_no_end_twice() -> None:
    anchors = book(wall_ns=WALL + 3 * 365 * 86_400 * S)  # a clock that lies
    contact = counted("d", PERIOD, anchors)
    contact.observe(0, False)
    found = [(reading, anchors.newest) for reading in contact.close_until(5 * PERIOD + S)]
    anchors.note(Anchor(5 * PERIOD + S, WALL + 5 * PERIOD + S, 0, AnchorKind.NTP))
    found += [(reading, anchors.newest) for reading in contact.close_until(20 * PERIOD)]
    anchors.note(Anchor(20 * PERIOD, WALL + 3 * 365 * 86_400 * S + 20 * PERIOD, 0, AnchorKind.NTP))  # and again
    found += [(reading, anchors.newest) for reading in contact.close_until(25 * PERIOD)]
    anchors.note(Anchor(25 * PERIOD, WALL + 25 * PERIOD, 0, AnchorKind.NTP))
    found += [(reading, anchors.newest) for reading in contact.close_until(40 * PERIOD)]
    assert len(found) >= 37
    clocks = [reading.clock_ns for reading, _ in found]
    assert max(after - before for before, after in pairwise(clocks)) <= 2 * PERIOD
    times = [sealed_time_us((anchor,), reading.clock_ns, 60_000) for reading, anchor in found if anchor]
    assert len(set(times)) == len(found)
