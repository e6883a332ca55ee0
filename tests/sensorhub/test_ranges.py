"""Sets of ranges, against a plain set of integers."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sensorhub.ranges import RangeSet

EDGE = st.integers(1, 40)
SPANS = st.tuples(EDGE, st.integers(-1, 12)).map(lambda span: (span[0], span[0] + span[1]))
STEPS = st.lists(st.tuples(st.booleans(), SPANS), max_size=20)


def _built(steps: list[tuple[bool, tuple[int, int]]]) -> tuple[RangeSet, set[int]]:
    ranges, plain = RangeSet(), set[int]()
    for adds, (first, last) in steps:
        if adds:
            ranges.add(first, last)
            plain |= set(range(first, last + 1))
        else:
            ranges.remove(first, last)
            plain -= set(range(first, last + 1))
    return ranges, plain


def _numbers(ranges: list[tuple[int, int]]) -> list[int]:
    return [number for first, last in ranges for number in range(first, last + 1)]


@given(STEPS)
def test_set_holds_what_a_plain_set_holds(steps: list[tuple[bool, tuple[int, int]]]) -> None:
    ranges, plain = _built(steps)

    assert _numbers(list(ranges)) == sorted(plain)
    assert ranges.total() == len(plain)
    assert bool(ranges) == bool(plain)
    assert all((number in ranges) == (number in plain) for number in range(60))


@given(STEPS)
def test_ranges_rise_and_never_touch(steps: list[tuple[bool, tuple[int, int]]]) -> None:
    held = list(_built(steps)[0])

    assert all(first <= last for first, last in held)
    assert all(earlier[1] + 1 < later[0] for earlier, later in pairwise(held))


@given(STEPS, SPANS)
def test_questions_about_a_span_answer_as_a_plain_set(
    steps: list[tuple[bool, tuple[int, int]]], span: tuple[int, int]
) -> None:
    ranges, plain = _built(steps)
    first, last = span
    asked = set(range(first, last + 1))

    assert _numbers(ranges.within(first, last)) == sorted(plain & asked)
    assert _numbers(ranges.missing(first, last)) == sorted(asked - plain)
    if asked:
        assert ranges.covers(first, last) == (asked <= plain)


@given(STEPS)
def test_set_equals_one_built_from_its_own_ranges(steps: list[tuple[bool, tuple[int, int]]]) -> None:
    ranges, _ = _built(steps)

    assert RangeSet(reversed(list(ranges))) == ranges
    assert RangeSet([*ranges, (100, 100)]) != ranges


def test_set_may_be_changed_while_it_is_read() -> None:
    ranges = RangeSet([(1, 2), (5, 6)])
    for first, last in ranges:
        ranges.remove(first, last)

    assert not ranges
    assert repr(RangeSet([(1, 2)])) == "RangeSet([(1, 2)])"
    assert len(RangeSet([(1, 2), (4, 5)])) == 2
