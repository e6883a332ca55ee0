"""Hours of the day as the clocks in Essex show them, and how busy they are."""

import pytest

from simulators.world.profile import BOTH_WAYS, CYCLES, FROM_LONDON, HIGH_STREET, TO_LONDON, Profile, local, weekday
from tests.simulators.world.places import DAY_US, HOUR_US, MONDAY_US, at_us


def test_local_time_follows_summer_time() -> None:
    assert local(at_us(2026, 1, 12, 8))[1] == 8.0
    assert local(at_us(2026, 7, 13, 7))[1] == 8.0
    assert local(at_us(2026, 7, 13, 23)) == (local(at_us(2026, 7, 14))[0], 0.0)


def test_weekdays_are_those_of_the_calendar() -> None:
    assert [weekday(local(MONDAY_US + day * DAY_US)[0]) for day in range(7)] == list(range(7))


@pytest.mark.parametrize("profile", [TO_LONDON, FROM_LONDON, BOTH_WAYS, CYCLES, HIGH_STREET])
def test_a_working_day_has_the_mean_of_one(profile: Profile) -> None:
    quarters = [profile.at(MONDAY_US + DAY_US + quarter * HOUR_US // 4) for quarter in range(96)]

    assert sum(quarters) / 96 == pytest.approx(1.0, abs=0.01)
    assert profile.day_total(local(MONDAY_US)[0]) == pytest.approx(1.0)


def test_the_tide_is_towards_london_in_the_morning() -> None:
    morning_us, evening_us = MONDAY_US + 8 * HOUR_US, MONDAY_US + 17 * HOUR_US

    assert TO_LONDON.at(morning_us) > TO_LONDON.at(evening_us)
    assert FROM_LONDON.at(evening_us) > FROM_LONDON.at(morning_us)
