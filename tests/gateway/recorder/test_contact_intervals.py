"""Interval readings of two contacts of one sensor, whose order matters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.anchors.times import AnchorBook
from gateway.recorder.contact_intervals import ContactIntervals
from gateway.spool import Anchor, AnchorKind, ReadingEntry
from sensorhub.reading import Quality
from tests.gateway.recorder.contacts import OrderTally, pair

S = 1_000_000_000
PERIOD = 60 * S
WALL = 1_764_000_000 * S  # a multiple of 60 s


def watched(*, levels: tuple[bool, bool] = (False, False), at_ns: int = 0) -> ContactIntervals:
    anchors = AnchorBook()
    anchors.note(Anchor(0, WALL, 0, AnchorKind.GIVEN))
    return observed(pair("p", PERIOD, anchors), at_ns, levels)


def observed(intervals: ContactIntervals, at_ns: int, levels: tuple[bool, bool]) -> ContactIntervals:
    for channel, level in enumerate(levels):
        intervals.observe(at_ns, level, channel)
    return intervals


def numbers(reading: ReadingEntry) -> dict[str, float]:
    return {measured.quantity: measured.value for measured in reading.values}


def test_pair_tells_the_order_of_its_contacts() -> None:
    contacts = watched()
    contacts.edge(10 * S, True, 0)
    contacts.edge(11 * S, True, 1)
    contacts.edge(14 * S, False, 0)
    contacts.edge(15 * S, False, 1)
    contacts.edge(20 * S, True, 1)
    contacts.edge(21 * S, True, 0)
    (reading,) = contacts.close_until(PERIOD)
    assert numbers(reading) == {"vehicle_count": 1, "reverse_count": 1, "occupancy": 100 * (3 + 39) / 60}
    assert {measured.quality for measured in reading.values} == {Quality.GOOD}


def test_pair_is_observed_while_both_contacts_are() -> None:
    contacts = watched(at_ns=15 * S)
    (reading,) = contacts.close_until(PERIOD)
    assert numbers(reading)["coverage"] == 75
    contacts.lose(PERIOD)
    contacts.observe(PERIOD + 30 * S, False, 0)
    assert not contacts.observed
    assert contacts.close_until(2 * PERIOD) == []


def test_pair_under_way_over_the_end_of_an_interval_counts_once() -> None:
    contacts = watched()
    contacts.edge(59 * S, True, 0)
    contacts.edge(61 * S, True, 1)
    contacts.edge(62 * S, False, 0)
    first, second = contacts.close_until(2 * PERIOD)
    assert (numbers(first)["vehicle_count"], numbers(second)["vehicle_count"]) == (0, 1)


def test_restart_of_a_pair_without_time_passing_leaves_no_trace() -> None:
    plain, restarted = watched(), watched()
    for contacts in (plain, restarted):
        contacts.edge(10 * S, True, 0)
        if contacts is restarted:
            contacts.lose(10 * S)
            observed(contacts, 10 * S, (True, False))
        contacts.edge(11 * S, True, 1)
    assert plain.close_until(PERIOD) == restarted.close_until(PERIOD)


def test_restart_of_a_pair_of_which_one_has_changed_is_a_loss() -> None:
    contacts = watched()
    contacts.edge(10 * S, True, 0)
    contacts.edge(11 * S, True, 1)
    contacts.lose(20 * S)
    observed(contacts, 20 * S, (True, False))
    contacts.edge(30 * S, True, 1)
    (reading,) = contacts.close_until(PERIOD)
    assert numbers(reading) == {"vehicle_count": 2, "reverse_count": 0, "occupancy": 100 * (9 + 30) / 60}


def test_loss_of_a_pair_takes_its_time_from_the_coverage() -> None:
    contacts = watched()
    contacts.edge(10 * S, True, 0)
    contacts.lose(20 * S)
    observed(contacts, 35 * S, (True, False))
    contacts.edge(45 * S, True, 1)
    (reading,) = contacts.close_until(PERIOD)
    assert numbers(reading) == {
        "vehicle_count": 1,
        "reverse_count": 0,
        "occupancy": pytest.approx(100 * 15 / 45),
        "coverage": 75,
    }


def test_edge_heard_of_too_late_is_taken_as_now() -> None:
    contacts = watched()
    contacts.edge(10 * S, True, 0)
    contacts.edge(9 * S, True, 1)  # times never fall for a tally, which minds
    (reading,) = contacts.close_until(PERIOD)
    assert numbers(reading)["occupancy"] == pytest.approx(100 * 50 / 60)


def test_cut_is_no_loss_that_can_be_undone() -> None:
    contacts = watched()
    contacts.edge(10 * S, True, 0)
    contacts.edge(11 * S, True, 1)
    contacts.lose(20 * S)
    cut = contacts.cut(20 * S)
    observed(contacts, 20 * S, (True, True))
    (reading,) = contacts.close_until(PERIOD)
    assert cut is not None
    assert [numbers(each)["vehicle_count"] for each in (cut, reading)] == [1, 0]


def test_copy_goes_on_on_its_own() -> None:
    contacts = watched()
    contacts.edge(10 * S, True, 0)
    twin = contacts.copy()
    contacts.edge(11 * S, True, 1)
    twin.edge(12 * S, False, 0)
    assert numbers(contacts.close_until(PERIOD)[0])["vehicle_count"] == 1
    assert numbers(twin.close_until(PERIOD)[0])["vehicle_count"] == 0


def test_value_that_is_no_number_is_left_out_and_a_reading_of_none_is_none() -> None:
    class Wrong(OrderTally):
        def values(self, observed_ns: int) -> dict[str, float]:
            return {"vehicle_count": float("nan")} if self._second[1] else {"mean_speed": float("inf"), "occupancy": 1}

    anchors = AnchorBook()
    contacts = observed(ContactIntervals("p", PERIOD, anchors, Wrong(), channels=2), 0, (True, False))
    assert [numbers(reading) for reading in contacts.close_until(PERIOD)] == [{"occupancy": 1}]
    contacts.edge(PERIOD + S, True, 1)
    assert contacts.close_until(2 * PERIOD) == []


@given(
    st.lists(st.tuples(st.integers(0, 40 * S), st.integers(0, 1)), max_size=40),
    st.integers(1, 10).map(lambda seconds: seconds * S),
)
def test_orders_and_overlaps_add_up_over_any_intervals(moves: list[tuple[int, int]], period: int) -> None:
    anchors = AnchorBook()
    anchors.note(Anchor(0, WALL, 0, AnchorKind.GIVEN))
    contacts = observed(pair("p", period, anchors), 0, (False, False))
    levels, counts, both_ns, now_ns = [False, False], [0, 0], 0, 0
    readings: list[ReadingEntry] = []
    for gap_ns, channel in moves:
        now_ns += gap_ns
        both_ns += gap_ns if all(levels) else 0
        levels[channel] = not levels[channel]
        counts[channel] += all(levels)
        contacts.edge(now_ns, levels[channel], channel)
        readings += contacts.close_until(now_ns)
    end_ns = (now_ns // period + 1) * period
    both_ns += end_ns - now_ns if all(levels) else 0
    readings += contacts.close_until(end_ns)
    assert [reading.clock_ns for reading in readings] == list(range(period, end_ns + 1, period))
    assert [
        sum(numbers(reading)[name] for reading in readings) for name in ("reverse_count", "vehicle_count")
    ] == counts
    assert sum(numbers(reading)["occupancy"] for reading in readings) * period / 100 == pytest.approx(both_ns, abs=100)
