"""A part that is read over a bus: when its reads are due, and when its intervals close."""

from itertools import pairwise
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.anchors.times import AnchorBook, wall_at
from gateway.recorder.sample_intervals import SampleIntervals
from gateway.recorder.sampled import FAILED, INBOX_MAX, LEAD_NS_MAX, Sampled
from gateway.sensors.part import Sample
from gateway.spool import Anchor, AnchorKind, Measured

S = 1_000_000_000
MS = 1_000_000
PERIOD = 60 * S
WALL = 1_764_000_000 * S  # a multiple of 60 s
ONE: Sample = [Measured("air_temperature", 1.0)]


def made(sample_ns: int = 10 * S, wall_ns: int | None = WALL) -> tuple[Sampled, AnchorBook]:
    anchors = AnchorBook()
    if wall_ns is not None:
        anchors.note(Anchor(0, wall_ns, 0, AnchorKind.GIVEN))
    return Sampled("air", SampleIntervals("air", PERIOD, anchors, sample_ns), sample_ns, anchors), anchors


def test_sampled_reads_are_due_a_moment_before_whole_multiples_of_the_wall_clock() -> None:
    part, _ = made(wall_ns=WALL + 3 * S)
    assert part.due_after(0) == 7 * S - LEAD_NS_MAX
    assert part.due_after(7 * S - LEAD_NS_MAX) == 17 * S - LEAD_NS_MAX


def test_sampled_without_the_time_reads_by_the_boot_clock() -> None:
    part, _ = made(wall_ns=None)
    assert part.due_after(4 * S) == 10 * S - LEAD_NS_MAX


def test_sampled_that_is_read_often_is_read_midway() -> None:
    part, _ = made(sample_ns=100 * MS)
    assert part.due_after(0) == 50 * MS


@given(
    st.integers(1, 3 * PERIOD),
    st.lists(st.tuples(st.integers(0, 3 * PERIOD), st.integers(-10 * PERIOD, 10 * PERIOD)), max_size=10),
    st.integers(0, PERIOD),
)
def test_sampled_next_read_is_later_and_no_more_than_one_time_away(
    sample_ns: int, steps: list[tuple[int, int]], late_ns: int
) -> None:
    part, anchors = made(sample_ns)
    now_ns = 0
    for gap_ns, step_ns in steps:
        due_ns = part.due_after(now_ns)
        assert now_ns < due_ns <= now_ns + sample_ns
        now_ns = due_ns + late_ns + gap_ns
        assert anchors.newest is not None
        anchors.note(Anchor(now_ns, wall_at(anchors.newest, now_ns) + step_ns, 0, AnchorKind.NTP))


def test_sampled_interval_closes_when_its_last_read_is_there() -> None:
    part, _ = made()
    part.began(9_500 * MS)
    for number in range(6):
        part.put(number * 10 * S + 9_500 * MS, ONE)
        part.began(number * 10 * S + 19_500 * MS)
    (reading,) = part.close(PERIOD)
    assert reading.clock_ns == PERIOD
    assert len(reading.values) == 1


def test_sampled_interval_waits_for_a_read_that_is_on_its_way() -> None:
    part, _ = made()
    part.began(9_500 * MS)
    for number in range(5):
        part.put(number * 10 * S + 9_500 * MS, ONE)
        part.began(number * 10 * S + 19_500 * MS)
    assert part.close(PERIOD + 5 * S) == []  # the thread is held up by a neighbour
    part.put(59_500 * MS, FAILED)
    part.began(PERIOD + 9_500 * MS)
    (reading,) = part.close(PERIOD + 5 * S)
    assert {measured.quantity: measured.value for measured in reading.values}["coverage"] == pytest.approx(100 * 5 / 6)


def test_sampled_interval_closes_while_a_part_is_not_read_for_long() -> None:
    part, _ = made()
    part.began(9_500 * MS)
    part.put(9_500 * MS, ONE)
    part.began(129_500 * MS)
    assert [reading.clock_ns for reading in part.close(70 * S)] == [PERIOD]


def test_sampled_inbox_is_bounded_and_the_coverage_says_what_went() -> None:
    part, _ = made(sample_ns=MS)
    for number in range(PERIOD // MS):
        part.put(number * MS, ONE)
    part.began(PERIOD)
    (reading,) = part.close(PERIOD)
    assert {measured.quantity: measured.value for measured in reading.values}["coverage"] == pytest.approx(
        INBOX_MAX / 600
    )


def test_sampled_put_by_a_thread_while_another_closes_misses_nothing() -> None:
    part, _ = made(sample_ns=60 * MS)
    part.began(30 * MS)

    def read() -> None:
        for number in range(5_000):
            part.put(number * 60 * MS + 30 * MS, ONE)
            part.began(number * 60 * MS + 90 * MS)

    thread, readings = Thread(target=read), []
    thread.start()
    while thread.is_alive():
        readings += part.close(300 * S)
    thread.join()
    readings += part.close(300 * S)
    assert [reading.clock_ns // PERIOD for reading in readings] == [1, 2, 3, 4, 5]
    assert all(len(reading.values) == 1 for reading in readings)  # none is partial
    assert all(one.clock_ns < other.clock_ns for one, other in pairwise(readings))
