"""The contacts of one sensor: debounce of each, order among them, what is told of levels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.anchors.times import AnchorBook
from gateway.recorder.contact import GRACE_NS, Contact
from gateway.spool import Edge
from tests.gateway.recorder.contacts import pair

S = 1_000_000_000
MS = 1_000_000
DEBOUNCE = 20 * MS


def two(levels: tuple[bool, bool] = (False, False)) -> Contact:
    contact = Contact("p", pair("p", 10 * S, AnchorBook()), DEBOUNCE, channels=2)
    contact.observe(0, levels)
    return contact


def values(contact: Contact, now_ns: int) -> list[dict[str, float]]:
    readings = contact.close(now_ns)
    return [{measured.quantity: measured.value for measured in reading.values} for reading in readings]


def test_contact_observed_says_how_each_of_its_contacts_is() -> None:
    contact = Contact("p", pair("p", 10 * S, AnchorBook()), DEBOUNCE, channels=2)
    assert contact.observe(S, (True, False)) == [
        Edge("p", S, True, observed=True),
        Edge("p", S, False, observed=True, channel=1),
    ]
    assert contact.levels == (True, False)
    assert contact.changed_ns == [S, S]


def test_contact_of_which_a_pin_cannot_be_read_takes_no_edge() -> None:
    contact = Contact("p", pair("p", 10 * S, AnchorBook()), DEBOUNCE, channels=2)
    contact.edge(S, True, 0)
    assert contact.settle(2 * S) == []
    assert contact.observe(3 * S, (True, False))[0].level


def test_contact_bounce_of_one_does_not_disturb_the_other() -> None:
    contact = two()
    for at_ms, level in ((1_000, True), (1_002, False), (1_004, True)):
        contact.edge(at_ms * MS, level, 0)
    contact.edge(1_003 * MS, True, 1)
    assert contact.settle(1_024 * MS) == [Edge("p", 1_000 * MS, True), Edge("p", 1_003 * MS, True, channel=1)]
    assert contact.closures == 2


def test_contact_change_waits_for_an_earlier_one_of_its_neighbour() -> None:
    contact = two()
    contact.edge(1_000 * MS, True, 0)
    contact.edge(1_019 * MS, False, 0)
    contact.edge(1_010 * MS, True, 1)
    contact.edge(1_030 * MS, True, 0)  # within the debounce time of the one before: still one burst
    assert contact.settle(1_035 * MS) == []
    assert contact.levels == (False, False)  # as far as it was told
    assert contact.newest_levels == (True, True)
    assert contact.settled_until(1_035 * MS) == 1_000 * MS - 1
    assert contact.settle(1_050 * MS) == [Edge("p", 1_000 * MS, True), Edge("p", 1_010 * MS, True, channel=1)]
    assert contact.levels == (True, True)
    assert values(contact, 11 * S)[0]["vehicle_count"] == 1


def test_contact_edge_heard_after_its_neighbours_were_told_is_not_before_them() -> None:
    contact = two()
    contact.edge(2_000 * MS, True, 1)
    assert contact.settle(2_020 * MS) == [Edge("p", 2_000 * MS, True, channel=1)]
    contact.edge(1_990 * MS, True, 0)
    assert contact.settle(2_040 * MS) == [Edge("p", 2_000 * MS, True)]


def test_contact_interval_waits_while_one_of_its_contacts_bounces() -> None:
    contact = two()
    contact.edge(9_990 * MS, True, 0)
    for at_ms in range(10_000, 11_000, 10):
        contact.edge(at_ms * MS, at_ms % 20 == 0, 0)
    contact.settle(11 * S)
    assert contact.close(11 * S - 1) == []
    contact.settle(12 * S)
    assert len(contact.close(12 * S)) == 1


def test_contact_observed_anew_forgets_what_had_not_settled() -> None:
    contact = two()
    contact.edge(1_000 * MS, True, 0)
    contact.edge(1_001 * MS, True, 1)
    contact.edge(1_015 * MS, False, 0)  # holds back the other, which has settled
    assert contact.settle(1_022 * MS) == []
    contact.intervals.lose(1_022 * MS)
    contact.observe(1_023 * MS, (True, True))
    assert contact.settle(2 * S) == []
    assert contact.levels == (True, True)


def test_contact_observed_as_it_had_settled_goes_on_with_what_had_not() -> None:
    contact = two()
    contact.edge(1_000 * MS, True, 0)
    contact.edge(1_001 * MS, True, 1)
    contact.edge(1_015 * MS, False, 0)
    contact.edge(1_016 * MS, True, 0)
    contact.settle(1_022 * MS)
    at_ns = contact.settled_until(1_022 * MS)
    assert [edge.level for edge in contact.observed(at_ns)] == [False, False]
    assert [edge.clock_ns for edge in contact.settle(2 * S)] == [1_000 * MS, 1_001 * MS]
    assert values(contact, 11 * S)[0]["vehicle_count"] == 1


MOVES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 1), st.integers(0, 40)), max_size=60)


@given(MOVES, st.integers(1, 9))
def test_contact_changes_come_in_the_order_of_time_whenever_it_is_asked(
    moves: list[tuple[int, int, int]], ask_every: int
) -> None:
    """Edges are heard up to 40 ms late; a twin that is asked once, at the end, gives what was in order the same."""
    contact, levels, found = two(), [False, False], []
    now_ns = S
    for number, (gap_ms, channel, late_ms) in enumerate(moves):
        now_ns += gap_ms * MS
        levels[channel] = not levels[channel]
        contact.edge(now_ns - late_ms * MS, levels[channel], channel)
        if number % ask_every == 0:
            found += contact.settle(now_ns)
            contact.close(now_ns)
    found += contact.settle(now_ns + S)
    clocks = [edge.clock_ns for edge in found]
    assert clocks == sorted(clocks)
    assert list(contact.levels) == levels
    for channel in (0, 1):
        own = [edge.level for edge in found if edge.channel == channel]
        assert own == [number % 2 == 0 for number in range(len(own))]


@given(MOVES, st.integers(1, 9))
def test_contact_gives_the_same_however_often_it_is_asked(moves: list[tuple[int, int, int]], ask_every: int) -> None:
    often, once, levels = two(), two(), [False, False]
    now_ns, found = S, []
    for number, (gap_ms, channel, _) in enumerate(moves):
        now_ns += gap_ms * MS
        levels[channel] = not levels[channel]
        for contact in (often, once):
            contact.edge(now_ns, levels[channel], channel)
        if number % ask_every == 0:
            found += often.settle(now_ns)
    end_ns = now_ns + 10 * S + DEBOUNCE + GRACE_NS
    assert found + often.settle(end_ns) == once.settle(end_ns)
    assert values(often, end_ns) == values(once, end_ns)


@pytest.mark.parametrize("debounce_ns", [0, DEBOUNCE])
def test_contact_settled_until_is_the_time_of_the_look_where_nothing_is_pending(debounce_ns: int) -> None:
    contact = Contact("p", pair("p", 10 * S, AnchorBook()), debounce_ns, channels=2)
    contact.observe(0, (False, False))
    contact.edge(S, True, 1)
    contact.settle(S + debounce_ns)
    assert contact.settled_until(S + debounce_ns) == S + debounce_ns
