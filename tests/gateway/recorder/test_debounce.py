"""Debounce on edge times."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.recorder.debounce import BURST_NS_MAX, Change, Debounce

MS = 1_000_000
QUIET = 20 * MS


def test_debounce_clean_edge_settles_after_quiet_time_at_its_own_time() -> None:
    debounce = Debounce(QUIET, level=False)
    assert debounce.edge(100 * MS, True) is None
    assert debounce.settle(119 * MS) is None
    assert debounce.settle(120 * MS) == Change(100 * MS, True)


def test_debounce_bounce_gives_one_change_at_first_edge() -> None:
    debounce = Debounce(QUIET, level=False)
    for at, level in ((100, True), (102, False), (103, True), (105, False), (106, True)):
        assert debounce.edge(at * MS, level) is None
    assert debounce.settle(125 * MS) is None
    assert debounce.settle(126 * MS) == Change(100 * MS, True)


def test_debounce_glitch_shorter_than_quiet_time_is_nothing() -> None:
    debounce = Debounce(QUIET, level=False)
    debounce.edge(100 * MS, True)
    debounce.edge(105 * MS, False)
    assert debounce.settle(200 * MS) is None
    assert debounce.pending_ns is None


def test_debounce_next_edge_brings_out_the_settled_one() -> None:
    debounce = Debounce(QUIET, level=False)
    debounce.edge(100 * MS, True)
    assert debounce.edge(200 * MS, False) == Change(100 * MS, True)
    assert debounce.pending_ns == 200 * MS


def test_debounce_repeated_level_changes_nothing() -> None:
    debounce = Debounce(QUIET, level=True)
    assert debounce.edge(100 * MS, True) is None
    assert debounce.pending_ns is None


def test_debounce_burst_without_end_is_cut_off_and_time_goes_on() -> None:
    debounce = Debounce(QUIET, level=False)
    changes = [debounce.edge(at * MS, at % 20 == 10) for at in range(10, 35_000, 10)]
    found = [change for change in changes if change is not None]
    assert debounce.pending_ns is not None
    assert debounce.pending_ns >= 34_990 * MS - BURST_NS_MAX
    assert [change.clock_ns for change in found] == sorted({change.clock_ns for change in found})
    assert debounce.restless(35_000 * MS)
    debounce.settle(36_000 * MS)
    assert debounce.restless(50_000 * MS)
    assert not debounce.restless(60_000 * MS)


def test_debounce_burst_may_be_longer_where_a_contact_needs_longer_to_be_still() -> None:
    debounce = Debounce(5_000 * MS, level=False)
    for at in range(1_000, 50_000, 1_000):
        assert debounce.edge(at * MS, at % 2_000 == 1_000) is None
    assert not debounce.restless(50_000 * MS)


@given(st.lists(st.integers(min_value=0, max_value=60), min_size=1, max_size=60), st.booleans())
def test_debounce_changes_alternate_and_rise_whatever_comes(gaps: list[int], level: bool) -> None:
    debounce = Debounce(QUIET, level)
    now, raw = 0, level
    changes: list[Change] = []
    for gap in gaps:
        now += gap * MS
        raw = not raw
        change = debounce.edge(now, raw)
        changes += [change] if change else []
    change = debounce.settle(now + QUIET)
    changes += [change] if change else []
    levels = [change.level for change in changes]
    assert levels == [bool((i + (not level)) % 2) for i in range(len(levels))]
    assert [c.clock_ns for c in changes] == sorted({c.clock_ns for c in changes})
    assert (levels[-1] if levels else level) == raw
