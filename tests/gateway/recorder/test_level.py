"""A held contact: told as it changes and as a heartbeat, with times that only rise."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gateway.anchors.times import sealed_time_us
from gateway.recorder.level import APART_NS, Level
from gateway.spool import Anchor, AnchorKind, Measured, ReadingEntry
from sensorhub.reading import Quality

S = 1_000_000_000
MS = 1_000_000
HEARTBEAT = 900 * S
WALL = 1_764_000_000 * S


def held(debounce_ns: int = 20 * MS) -> Level:
    return Level("f", "float_active", HEARTBEAT, debounce_ns, lambda measured: measured)


def told(readings: list[ReadingEntry]) -> list[tuple[int, float]]:
    return [(reading.clock_ns, reading.values[0].value) for reading in readings]


def test_level_is_told_when_it_is_first_read() -> None:
    level = held()
    assert level.close(S) == []
    level.observe(2 * S, True)
    (reading,) = level.close(2 * S)
    assert reading == ReadingEntry("f", 2 * S, (Measured("float_active", 1.0),))
    assert level.close(3 * S) == []


def test_level_change_is_told_when_it_has_settled_at_the_time_of_its_first_edge() -> None:
    level = held()
    level.observe(0, False)
    level.close(0)
    level.edge(10 * S, True)
    level.edge(10 * S + 5 * MS, False)
    level.edge(10 * S + 9 * MS, True)
    assert level.close(10 * S + 28 * MS) == []
    assert level.settled_until(10 * S + 28 * MS) == 10 * S - 1
    assert told(level.close(10 * S + 29 * MS)) == [(10 * S, 1.0)]


def test_level_glitch_is_not_told() -> None:
    level = held()
    level.observe(0, False)
    level.close(0)
    level.edge(10 * S, True)
    level.edge(10 * S + 5 * MS, False)
    assert level.close(11 * S) == []


def test_level_every_change_is_told_also_where_several_came_between_two_looks() -> None:
    level = held()
    level.observe(1 * S, False)
    for second, high in ((2, True), (3, False), (4, True)):
        level.edge(second * S, high)
    assert told(level.close(5 * S)) == [(1 * S, 0.0), (2 * S, 1.0), (3 * S, 0.0), (4 * S, 1.0)]


def test_level_heartbeat_comes_as_long_after_what_was_told_last() -> None:
    level = held()
    level.observe(0, False)
    level.edge(100 * S, True)
    assert told(level.close(101 * S))[-1] == (100 * S, 1.0)
    assert level.close(999 * S) == []
    assert told(level.close(1_000 * S)) == [(1_000 * S, 1.0)]
    assert told(level.close(2_900 * S)) == [(1_900 * S, 1.0), (2_800 * S, 1.0)]


def test_level_heartbeat_waits_while_the_contact_moves() -> None:
    level = held()
    level.observe(0, False)
    level.close(0)
    level.edge(900 * S - 1 * MS, True)
    assert level.close(900 * S) == []
    assert told(level.close(901 * S)) == [(900 * S - 1 * MS, 1.0)]


def test_level_edge_from_before_it_was_read_comes_after_it() -> None:
    level = held()
    level.edge(S, True)  # nobody knows yet from where
    level.observe(2 * S, False)
    level.edge(1_900 * MS, True)
    assert told(level.close(3 * S)) == [(2 * S, 0.0), (2 * S + APART_NS, 1.0)]


def test_level_that_was_not_watched_is_told_as_it_is_found() -> None:
    level = held()
    level.observe(1 * S, False)
    level.edge(10 * S, True)
    level.observe(20 * S, False)
    assert told(level.close(30 * S)) == [(1 * S, 0.0), (20 * S, 0.0)]


def test_level_is_marked_by_its_kind() -> None:
    level = Level("f", "float_active", HEARTBEAT, 0, lambda each: Measured(each.quantity, each.value, Quality.SUSPECT))
    level.observe(0, True)
    assert level.close(0)[0].values[0].quality == Quality.SUSPECT


@given(
    st.lists(st.tuples(st.integers(0, 30 * MS), st.booleans(), st.integers(0, 20 * MS)), max_size=60),
    st.sampled_from([0, 20 * MS]),
    st.integers(-200, 200),
)
def test_level_times_rise_whatever_comes_and_however_the_clock_drifts(
    moves: list[tuple[int, bool, int]], debounce_ns: int, drift_ppm: int
) -> None:
    level, now_ns = held(debounce_ns), S
    level.observe(now_ns, False)
    readings: list[ReadingEntry] = []
    for gap_ns, high, late_ns in moves:
        now_ns += gap_ns
        level.edge(now_ns - late_ns, high)
        readings += level.close(now_ns)
    readings += level.close(now_ns + S)
    anchors = [
        Anchor(clock_ns, WALL + clock_ns + clock_ns * drift_ppm // 1_000_000, 0, AnchorKind.NTP)
        for clock_ns in (0, 3_600 * S)
    ]
    times = [sealed_time_us(anchors, reading.clock_ns, 0) for reading in readings]
    assert all(one < other for one, other in pairwise(times))
    assert all(one.values != other.values for one, other in pairwise(readings))
