"""Tests of which records count as lost: markers, what gateways keep, and late arrivals."""

from hypothesis import given
from hypothesis import strategies as st

from cloud.gaps import GAPS_PER_EPOCH_MAX, REASON_UNNAMED, Floor, Gap, open_gaps
from cloud.stores.protocol import NotedMarker
from sensorhub.ranges import Range, RangeSet
from sensorhub.reading import Marker

GATEWAY, EPOCH = "a-1", "5f0c2a9e41d07b36"
NOTED_US = 1_764_000_000_000_000


def dropped(sequence: int, first: int, last: int, reason: str = "spool-full") -> NotedMarker:
    return NotedMarker(sequence, Marker("dropped", 1, f"{first}-{last} {reason}"), NOTED_US + sequence)


def found(
    here: list[Range], markers: list[NotedMarker], floor: Floor | None = None
) -> list[tuple[str, int, int, int, str]]:
    gaps = open_gaps(GATEWAY, EPOCH, RangeSet(here), markers, floor)
    return [(gap.kind, gap.first, gap.last, gap.count, gap.reason) for gap in gaps]


def floor(lowest: int, following: int) -> Floor:
    return Floor(GATEWAY, EPOCH, lowest, following, NOTED_US)


def test_what_a_marker_names_is_lost_less_what_is_here() -> None:
    assert found([(1, 4), (20, 30)], [dropped(30, 5, 19)]) == [("dropped", 5, 19, 15, "spool-full")]
    assert found([(1, 4), (10, 12), (20, 30)], [dropped(30, 5, 19)]) == [
        ("dropped", 5, 9, 5, "spool-full"),
        ("dropped", 13, 19, 7, "spool-full"),
    ]
    assert found([(1, 30)], [dropped(30, 5, 19)]) == []


def test_neighbours_of_one_reason_are_one_gap_and_nothing_counts_twice() -> None:
    markers = [dropped(31, 10, 19), dropped(30, 5, 9), dropped(32, 20, 24, "unreadable"), dropped(33, 8, 22)]

    assert found([(1, 4), (25, 33)], markers) == [
        ("dropped", 5, 19, 15, "spool-full"),
        ("dropped", 20, 24, 5, "unreadable"),
    ]


def test_gap_is_noted_when_the_first_marker_came() -> None:
    (gap,) = open_gaps(GATEWAY, EPOCH, RangeSet([(30, 40)]), [dropped(40, 5, 29), dropped(30, 1, 4)], None)
    assert gap == Gap(GATEWAY, EPOCH, "dropped", 1, 29, 29, "spool-full", NOTED_US + 30)


def test_what_nobody_names_is_lost_once_all_that_could_name_it_is_here() -> None:
    assert found([(11, 19)], [], floor(11, 21)) == []
    assert found([(1, 3), (11, 20)], [], floor(11, 21)) == [("unnamed", 4, 10, 7, REASON_UNNAMED)]
    assert found([(1, 3), (11, 20)], [dropped(20, 4, 8)], floor(11, 21)) == [
        ("dropped", 4, 8, 5, "spool-full"),
        ("unnamed", 9, 10, 2, REASON_UNNAMED),
    ]
    assert found([(1, 20)], [], floor(11, 21)) == []


def test_empty_spool_that_keeps_nothing_has_lost_what_is_not_here() -> None:
    assert found([(1, 3)], [], floor(6, 6)) == [("unnamed", 4, 5, 2, REASON_UNNAMED)]


def test_rejected_readings_are_told_with_their_number_and_time() -> None:
    marker = NotedMarker(9, Marker("rejected", 77, "12 spool-full"), NOTED_US)

    (gap,) = open_gaps(GATEWAY, EPOCH, RangeSet([(1, 9)]), [marker], None)
    assert gap == Gap(GATEWAY, EPOCH, "rejected", 9, 9, 12, "spool-full", NOTED_US, 77, 77)


def test_marker_that_cannot_be_understood_is_told_as_it_is() -> None:
    markers = [NotedMarker(9, Marker("dropped", 77, "some of them"), NOTED_US), dropped(10, 5, 2)]

    assert found([(1, 10)], markers) == [("rejected", 9, 9, 0, "some of them")]


def test_very_many_gaps_are_bounded_and_none_goes_uncounted() -> None:
    count = GAPS_PER_EPOCH_MAX + 500
    markers = [dropped(10**6 + at, 2 * at, 2 * at) for at in range(1, count + 1)]

    gaps = found([(2 * at + 1, 2 * at + 1) for at in range(count)], markers)
    assert len(gaps) == GAPS_PER_EPOCH_MAX
    assert sum(gap[3] for gap in gaps) == count


RANGES = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 6)).map(lambda pair: (pair[0], sum(pair))), max_size=6)


@given(here=RANGES, named=RANGES, lowest=st.integers(1, 50))
def test_every_sequence_is_in_at_most_one_gap_and_in_one_exactly_if_it_is_lost(
    here: list[Range], named: list[Range], lowest: int
) -> None:
    markers = [dropped(100 + at, first, last, f"r{at % 2}") for at, (first, last) in enumerate(named)]
    gaps = open_gaps(GATEWAY, EPOCH, RangeSet(here), markers, Floor(GATEWAY, EPOCH, lowest, lowest, NOTED_US))

    told = [number for gap in gaps for number in range(gap.first, gap.last + 1)]
    stored = {number for first, last in here for number in range(first, last + 1)}
    lost = {number for first, last in named for number in range(first, last + 1)} | set(range(1, lowest))
    assert sorted(told) == sorted(lost - stored)
    assert all(gap.count == gap.last - gap.first + 1 for gap in gaps)
