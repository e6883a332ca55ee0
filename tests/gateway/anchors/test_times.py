"""Anchors, seals and snapped times."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.anchors.times import AnchorBook, anchors_for, is_step, sealed_time_us, sealed_wall_ns
from gateway.spool import Anchor, AnchorKind

S = 1_000_000_000
WALL = 1_764_000_000 * S


def anchor(clock_s: float, wall_s: float, error_s: float = 0.01) -> Anchor:
    return Anchor(round(clock_s * S), WALL + round(wall_s * S), round(error_s * S), AnchorKind.NTP)


def test_seal_one_anchor_carries_on_both_ways() -> None:
    one = (anchor(100, 0),)
    assert sealed_wall_ns(one, 150 * S) == WALL + 50 * S
    assert sealed_wall_ns(one, 50 * S) == WALL - 50 * S


def test_seal_two_anchors_interpolate_drift() -> None:
    two = (anchor(0, 0), anchor(1000, 1000.1))
    assert not is_step(*two)
    assert sealed_wall_ns(two, 500 * S) == WALL + round(500.05 * S)
    assert sealed_wall_ns(two, 1100 * S) == WALL + round(1100.1 * S)
    assert sealed_wall_ns(two, -10 * S) == WALL - 10 * S


def test_anchors_step_is_never_interpolated_across() -> None:
    before, after = anchor(0, 0, 0.5), anchor(1000, 4600, 0.01)
    assert is_step(before, after)
    assert anchors_for([before, after], 100 * S, 900 * S) == (after,)
    better = anchor(0, 0, 0.001)
    assert anchors_for([better, after], 100 * S, 900 * S) == (better,)


def test_anchors_nearest_on_each_side_are_taken() -> None:
    book = [anchor(t, t) for t in (0, 10, 20, 30)]
    assert anchors_for(book, 12 * S, 18 * S) == (book[1], book[2])
    assert anchors_for(book, 35 * S, 36 * S) == (book[3],)
    assert anchors_for(book[1:], 1 * S, 2 * S) == (book[1],)


def test_anchors_step_within_the_run_is_not_overlooked() -> None:
    before, within = anchor(0, 0, 0.5), anchor(100, 4600, 0.01)
    assert anchors_for([before, within], 50 * S, 150 * S) == (within,)
    slow = anchor(100, 100.001, 0.01)
    assert anchors_for([before, slow], 50 * S, 150 * S) == (before, slow)


def test_time_near_a_multiple_of_the_period_is_that_multiple() -> None:
    given_anchor = (anchor(0, 0.2),)
    assert sealed_time_us(given_anchor, 60 * S, 60_000) == (WALL + 60 * S) // 1_000
    off = (anchor(0, 0.3),)
    assert sealed_time_us(off, 60 * S, 60_000) == (WALL + round(60.3 * S)) // 1_000
    assert sealed_time_us(given_anchor, 60 * S, 0) == (WALL + round(60.2 * S)) // 1_000


@given(
    st.integers(min_value=0, max_value=10**15),
    st.integers(min_value=-(10**12), max_value=10**12),
    st.lists(st.integers(min_value=-(10**16), max_value=10**16), min_size=2, max_size=20),
)
def test_seal_keeps_the_order_of_times(gap: int, drift_per_mille: int, clocks: list[int]) -> None:
    early = Anchor(0, WALL, 0, AnchorKind.NTP)
    gained = gap * (drift_per_mille % 200) // 1_000_000
    late = Anchor(gap + 1, WALL + gap + 1 + gained, 0, AnchorKind.NTP)
    walls = [sealed_wall_ns((early, late), clock) for clock in sorted(clocks)]
    assert walls == sorted(walls)


@pytest.mark.parametrize(
    "wall_s", [2**31 - 1, 2**31, 2**32, 4_102_444_800, 9_000_000_000], ids=["2038", "2038+1", "2106", "2100", "2255"]
)
def test_seal_times_far_ahead_are_as_exact_as_today(wall_s: int) -> None:
    one = (Anchor(0, wall_s * S, 0, AnchorKind.NTP),)
    assert sealed_time_us(one, 60 * S, 0) == (wall_s + 60) * 1_000_000
    assert sealed_time_us(one, 60 * S + 123_456_000, 0) == (wall_s + 60) * 1_000_000 + 123_456


def test_book_keeps_the_newest_when_an_older_anchor_is_carried_over() -> None:
    book = AnchorBook()
    newer, older = anchor(20, 20), anchor(10, 10)
    book.note(newer)
    book.note(older)
    assert book.newest == newer
