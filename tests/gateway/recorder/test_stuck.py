"""Contacts that do not move for longer than their limits, which may depend on hour and weekday."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from firmware_config.catalogue import entry, kinds
from firmware_config.sensor import SensorConfig, StuckRule
from gateway.recorder.stuck import StuckLimits, local_time

S = 1_000_000_000
MIN = 60 * S
H = 60 * MIN
MONDAY = datetime(2025, 11, 24)


def unknown(clock_ns: int) -> datetime | None:
    return None


def from_monday(clock_ns: int) -> datetime | None:
    return MONDAY + timedelta(seconds=clock_ns / S)


def detector(*rules: StuckRule, stuck_active_min: float | None = None) -> SensorConfig:
    return SensorConfig(id="d", pin=4, stuck_inactive=rules, stuck_active_min=stuck_active_min)


class Watched:
    """One contact, looked at every minute."""

    def __init__(self, sensor: SensorConfig, local: Callable[[int], datetime | None] = unknown) -> None:
        self.limits = StuckLimits(sensor, local)
        self.now_ns = 0
        self.level, self.since_ns = False, 0

    def until(self, end_ns: int) -> str:
        text = ""
        while self.now_ns < end_ns:
            self.now_ns += MIN
            text = self.limits.look(self.now_ns, [self.level], [self.since_ns])
        return text

    def change(self) -> None:
        self.level, self.since_ns = not self.level, self.now_ns


def test_stuck_active_is_told_after_the_kinds_limit_and_until_it_moves() -> None:
    contact = Watched(detector())
    contact.until(5 * MIN)
    contact.change()
    assert contact.until(35 * MIN) == ""
    told = contact.until(36 * MIN)
    assert told == "Stuck: contact active for more than 31 min. Look at card, loop and cable."
    assert contact.until(50 * MIN) == told
    contact.change()
    assert contact.until(51 * MIN) == ""


def test_stuck_limits_of_the_sensor_win() -> None:
    contact = Watched(detector(stuck_active_min=2))
    contact.change()
    assert contact.until(2 * MIN) == ""
    assert "more than 3 min" in contact.until(3 * MIN)


def test_stuck_inactive_is_told_after_the_kinds_limit() -> None:
    contact = Watched(detector())
    assert contact.until(18 * H) == ""
    assert contact.until(18 * H + MIN) == (
        "Stuck: nothing seen by contact for more than 18 h. Look at card, loop and cable."
    )


def test_stuck_that_moves_in_between_is_not() -> None:
    contact = Watched(detector())
    for hour in range(1, 60):
        contact.until(hour * H)
        contact.change()
        assert contact.until(hour * H + MIN) == ""
        contact.change()


def test_stuck_inactive_depends_on_the_hour_and_the_first_rule_that_fits_holds() -> None:
    day = StuckRule(from_hour=6, to_hour=22, hours=2)
    never = StuckRule()
    contact = Watched(detector(day, never), from_monday)
    contact.until(12 * H)
    contact.change()
    contact.change()
    assert contact.until(14 * H) == ""
    assert contact.until(14 * H + MIN) != ""


def test_stuck_inactive_of_a_road_that_is_empty_all_night_waits_for_the_day() -> None:
    contact = Watched(detector(StuckRule(from_hour=6, to_hour=22, hours=2), StuckRule()), from_monday)
    assert contact.until(6 * H) == ""
    assert contact.until(8 * H - MIN) == ""
    assert contact.until(8 * H + MIN) != ""


def test_stuck_inactive_that_was_stuck_by_day_is_so_at_night() -> None:
    contact = Watched(detector(StuckRule(from_hour=6, to_hour=22, hours=2), StuckRule()), from_monday)
    told = contact.until(12 * H)
    assert told
    assert contact.until(27 * H) == told
    contact.change()
    assert contact.until(27 * H + MIN) == ""


def test_stuck_inactive_counts_each_hour_by_its_own_limit() -> None:
    contact = Watched(detector(StuckRule(from_hour=0, to_hour=6, hours=12), StuckRule(hours=2)), from_monday)
    assert contact.until(7 * H - MIN) == ""  # half of it by night, half within an hour of day
    assert contact.until(7 * H + MIN) != ""


def test_stuck_inactive_depends_on_the_weekday() -> None:
    contact = Watched(detector(StuckRule(days=("mon", "tue", "wed", "thu", "fri"), hours=2), StuckRule()), from_monday)
    contact.until(5 * 24 * H)
    contact.change()
    contact.change()
    assert contact.until(7 * 24 * H) == ""
    assert contact.until(7 * 24 * H + 2 * H + MIN) != ""


def test_stuck_without_the_time_goes_by_the_kinds_limit() -> None:
    contact = Watched(detector(StuckRule(hours=2)))
    assert contact.until(18 * H) == ""
    assert contact.until(18 * H + MIN) != ""


def test_stuck_is_told_of_each_contact_by_its_name() -> None:
    limits = StuckLimits(SensorConfig(id="f", kind="footfall", pins={"outer": 4, "inner": 5}), unknown)
    assert limits.look(20 * MIN, [False, True], [0, 0]) == ""
    told = limits.look(31 * MIN, [False, True], [0, 0])
    assert told.startswith("Stuck: inner active for more than 31 min.")
    assert limits.look(32 * MIN, [True, False], [32 * MIN, 32 * MIN]) == ""


def test_stuck_of_a_kind_without_limits_is_never_told() -> None:
    contact = Watched(SensorConfig(id="a", kind="activity", pin=4, stuck_active_min=100_000))
    assert contact.until(3_000 * H) == ""


def test_stuck_rain_gauge_is_told_after_30_days_without_a_tip_and_5_min_of_a_held_reed() -> None:
    gauge = Watched(SensorConfig(id="rain", kind="rain-gauge", pin=4))
    assert gauge.until(30 * 24 * H - MIN) == ""
    assert gauge.until(30 * 24 * H + MIN).startswith("Stuck: nothing seen by contact for more than 30 days. Look at")
    gauge.change()
    assert gauge.until(30 * 24 * H + 6 * MIN) == ""
    assert gauge.until(30 * 24 * H + 7 * MIN).startswith(
        "Stuck: contact active for more than 6 min. Look at the funnel"
    )


@pytest.mark.parametrize("kind", [kind for kind in kinds() if entry(kind).reads == "edges"])
def test_stuck_names_what_to_look_at_at_this_kind(kind: str) -> None:
    known = entry(kind)
    pins = {each.name: 4 + at for at, each in enumerate(known.inputs)}
    limits = StuckLimits(SensorConfig(id="s", kind=kind, pins=pins, stuck_active_min=1), unknown)
    told = limits.look(2 * MIN, [True] * len(pins), [0] * len(pins))
    assert told.endswith(f" for more than 2 min. Look at {known.look_at}.")
    assert ("loop" in told) == ("loop" in known.title.lower() or "detector" in known.title.lower())


def test_local_time_is_that_of_essex() -> None:
    winter, summer = datetime(2025, 11, 24, 8), datetime(2025, 6, 24, 8)
    epoch = datetime(1970, 1, 1)
    assert local_time(int((winter - epoch).total_seconds()) * S).hour == 8
    assert local_time(int((summer - epoch).total_seconds()) * S).hour == 9


def test_rule_that_ends_before_it_begins_goes_over_midnight() -> None:
    night = StuckRule(from_hour=22, to_hour=6, hours=None)
    assert [hour for hour in range(24) if night.covers("mon", hour)] == [0, 1, 2, 3, 4, 5, 22, 23]
    assert not StuckRule(days=("sun",), hours=1).covers("mon", 12)
