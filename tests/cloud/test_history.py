"""The newest intervals of one sensor: sums, bars and rest."""

import random

from hypothesis import given
from hypothesis import strategies as st

from cloud.history import INSTANTS_MAX, History
from sensorhub.reading import US_PER_S, Quality, Reading
from tests.cloud.junction import NOW_US, interval

MINUTE_US = 60 * US_PER_S
KEEP_US = 42 * MINUTE_US
ACTIVE = ("actuation_count", "occupancy")


def history(*counts: float | None, quality: Quality = Quality.GOOD, occupancy: float | None = None) -> History:
    """Intervals of a minute that end at NOW_US; None is a missing one."""
    made = History()
    for back, count in enumerate(reversed(counts)):
        if count is not None:
            share = occupancy if occupancy is not None else count
            for reading in interval(2, NOW_US - back * MINUTE_US, count, share, quality=quality):
                made.add(reading, KEEP_US)
    return made


def test_total_says_how_much_of_the_window_was_measured() -> None:
    total = history(9, 1, 2, 3, 4, 5).total("actuation_count", 5 * MINUTE_US, MINUTE_US)
    assert total is not None
    assert (total.value, total.covered_us) == (15, 5 * MINUTE_US)
    part = history(4, None, 5).total("actuation_count", 5 * MINUTE_US, MINUTE_US)
    assert part is not None
    assert (part.value, part.covered_us) == (9, 2 * MINUTE_US)
    assert history().total("actuation_count", 5 * MINUTE_US, MINUTE_US) is None


def test_bars_leave_a_missing_interval_open() -> None:
    made = history(1, None, 0, 3)
    assert made.bars("actuation_count", NOW_US, MINUTE_US, 4) == (1, None, 0, 3)
    assert made.bars("actuation_count", NOW_US + 2 * MINUTE_US, MINUTE_US, 4) == (0, 3, None, None)


def test_bars_before_the_first_reading_are_told_apart_from_missing_ones() -> None:
    made = history(7, None, 3)
    assert made.unseen(NOW_US, MINUTE_US, 5) == 2
    assert made.unseen(NOW_US + 2 * MINUTE_US, MINUTE_US, 5) == 0
    assert made.unseen(NOW_US + 60 * MINUTE_US, MINUTE_US, 5) == 0
    assert history().unseen(NOW_US, MINUTE_US, 5) == 5
    assert history(1, 1, quality=Quality.BAD).unseen(NOW_US, MINUTE_US, 5) == 3


def test_a_heartbeat_before_the_first_change_of_a_held_contact_is_not_missing() -> None:
    made = History()
    made.add(Reading("door-1", "door_open", NOW_US - 2 * MINUTE_US, 1.0, Quality.GOOD), KEEP_US)
    for later_us in (0, MINUTE_US // 2):
        bars = made.held_bars("door_open", NOW_US - later_us, MINUTE_US, 4)
        unseen = made.unseen(NOW_US - later_us, MINUTE_US, 4, held=True)
        assert unseen == 2
        assert bars[:unseen] == (None,) * unseen
        assert bars[unseen] == 1


def test_at_rest_needs_good_zeros_over_the_whole_window() -> None:
    window_us = 5 * MINUTE_US
    assert history(0, 0, 0, 0, 0).at_rest(ACTIVE, window_us, MINUTE_US)
    assert history(3, 0, 0, 0, 0, 0).at_rest(ACTIVE, window_us, MINUTE_US)
    assert not history(0, 0, 0, 0).at_rest(ACTIVE, window_us, MINUTE_US)
    assert not history(0, 0, None, 0, 0, 0).at_rest(ACTIVE, window_us, MINUTE_US)
    assert not history(0, 0, 0, 0, 1).at_rest(ACTIVE, window_us, MINUTE_US)
    assert not history().at_rest(ACTIVE, window_us, MINUTE_US)


def test_at_rest_is_not_proved_by_a_partial_reading() -> None:
    assert not history(0, 0, 0, 0, 0, quality=Quality.PARTIAL).at_rest(ACTIVE, 5 * MINUTE_US, MINUTE_US)


def test_at_rest_is_denied_by_a_standing_queue() -> None:
    assert not history(0, 0, 0, 0, 0, occupancy=100).at_rest(ACTIVE, 5 * MINUTE_US, MINUTE_US)


def test_a_bad_reading_counts_as_missing() -> None:
    made = history(4)
    assert not made.add(Reading("detector-2", "actuation_count", NOW_US + MINUTE_US, 9.0, Quality.BAD), KEEP_US)
    assert made.newest_us == NOW_US
    assert made.bars("actuation_count", NOW_US + MINUTE_US, MINUTE_US, 2) == (4, None)


def test_history_stays_bounded() -> None:
    made = History()
    for n in range(3 * INSTANTS_MAX):
        made.add(Reading("detector-2", "actuation_count", NOW_US + n, 1.0), 10**12)
    bars = made.bars("actuation_count", NOW_US + 3 * INSTANTS_MAX - 1, 1, 3 * INSTANTS_MAX)
    assert sum(bar is not None for bar in bars) == INSTANTS_MAX


@given(st.lists(st.none() | st.integers(0, 9), max_size=12), st.integers(0, 2**32))
def test_history_does_not_depend_on_the_order_of_arrival(counts: list[int | None], seed: int) -> None:
    readings = [
        reading
        for n, count in enumerate(counts)
        if count is not None
        for reading in interval(2, NOW_US + n * MINUTE_US, count, count)
    ]
    in_order, shuffled = History(), History()
    for reading in readings:
        in_order.add(reading, KEEP_US)
    random.Random(seed).shuffle(readings)
    for reading in readings:
        shuffled.add(reading, KEEP_US)
    end_us = NOW_US + 12 * MINUTE_US
    for made in (in_order, shuffled):
        assert made.newest_us == in_order.newest_us
        assert made.active_us == in_order.active_us
        assert made.bars("actuation_count", end_us, MINUTE_US, 13) == in_order.bars(
            "actuation_count", end_us, MINUTE_US, 13
        )


HEARTBEAT_US = 15 * MINUTE_US


def held(*changes: tuple[float, float], quality: Quality = Quality.GOOD) -> History:
    """A held contact that is told (minutes before NOW_US, value) each."""
    made = History()
    for minutes, value in changes:
        made.add(Reading("float-1", "float_active", NOW_US - round(minutes * MINUTE_US), value, quality), 10**12)
    return made


def at_rest(made: History) -> bool:
    return made.at_rest(("float_active",), HEARTBEAT_US, HEARTBEAT_US, held=True)


def test_held_contact_is_at_rest_after_a_heartbeat_of_good_zeros() -> None:
    assert at_rest(held((15, 0), (0, 0)))
    assert at_rest(held((30, 1), (15, 0), (0, 0)))
    assert at_rest(held((20, 0), (7, 0), (0, 0)))
    assert not at_rest(held((0, 0)))
    assert not at_rest(held((14, 0), (0, 0)))
    assert not at_rest(held((15, 1), (14, 0), (0, 0)))
    assert not at_rest(held((15, 0), (0, 1)))
    assert not at_rest(held((40, 0), (15.5, 0), (0, 0), (16, 1)))
    assert not at_rest(held((15, 0), (0, 0), quality=Quality.PARTIAL))
    assert not at_rest(held((31, 0), (0, 0)))
    assert not at_rest(History())


def test_held_contact_of_which_a_heartbeat_is_a_moment_late_is_at_rest_all_the_same() -> None:
    assert at_rest(held((15 + 0.5 / 60, 0), (0, 0)))
    assert at_rest(held((15 - 0.5 / 60, 0), (0, 0)))


def test_held_bars_are_the_share_of_the_time() -> None:
    made = held((60, 0), (45, 1), (42, 0), (30, 0), (15, 1), (0, 1))
    assert made.held_bars("float_active", NOW_US, HEARTBEAT_US, 5) == (None, 0, 0.2, 0, 1)


def test_held_bars_know_nothing_after_a_heartbeat_that_did_not_come() -> None:
    made = held((60, 1), (0, 0))
    late_us = NOW_US + HEARTBEAT_US
    assert made.held_bars("float_active", NOW_US, HEARTBEAT_US, 4) == (1, 1, None, None)  # a moment of slack
    assert made.held_bars("float_active", late_us, HEARTBEAT_US, 2) == (None, 0)
    assert History().held_bars("float_active", NOW_US, HEARTBEAT_US, 2) == (None, None)


@given(st.lists(st.tuples(st.integers(0, 200), st.sampled_from([0.0, 1.0])), max_size=30, unique_by=lambda one: one[0]))
def test_held_bars_are_shares(changes: list[tuple[float, float]]) -> None:
    bars = held(*changes).held_bars("float_active", NOW_US, HEARTBEAT_US, 8)
    assert all(bar is None or 0 <= bar <= 1 for bar in bars)


def test_activity_of_a_held_contact_ends_with_the_change_back() -> None:
    made = held((30, 0), (20, 1), (15, 1), (12, 0), (0, 0))
    assert made.active_us == NOW_US - 15 * MINUTE_US
    assert made.rested_us == NOW_US - 12 * MINUTE_US


@given(
    st.lists(st.tuples(st.integers(0, 200), st.sampled_from([0.0, 1.0])), max_size=12, unique_by=lambda one: one[0]),
    st.integers(0, 2**32),
)
def test_activity_does_not_depend_on_the_order_of_arrival(changes: list[tuple[float, float]], seed: int) -> None:
    shuffled = changes.copy()
    random.Random(seed).shuffle(shuffled)
    active = min((minutes for minutes, value in changes if value), default=None)
    rested = max((minutes for minutes, value in changes if active is not None and minutes < active), default=None)
    made = held(*shuffled)
    assert made.active_us == (None if active is None else NOW_US - active * MINUTE_US)
    assert made.rested_us == (None if rested is None else NOW_US - rested * MINUTE_US)


def test_bars_of_what_does_not_add_up_are_the_newest_value() -> None:
    made = History()
    for seconds, value in [(61, 6.0), (30, 7.0), (2, -8.0)]:
        made.add(Reading("air-1", "air_temperature", NOW_US - seconds * US_PER_S, value), KEEP_US)
    assert made.bars("air_temperature", NOW_US, MINUTE_US, 3) == (None, 7.0, -8.0)
