"""Those who are no vehicles, and what holds for a while: people, cyclists, cars in bays, doors, movement."""

from collections import Counter

from simulators.world.profile import local
from tests.simulators.world.places import (
    DAY_US,
    HOUR_US,
    MONDAY_US,
    RIVER,
    STREET,
    at_us,
    passages_until,
    place,
    stays_until,
)

WEEK_US = 7 * DAY_US


def test_who_comes_in_goes_out() -> None:
    people = list(passages_until(place(STREET).people(), MONDAY_US + WEEK_US))
    out = sum(person.reverse for person in people)
    hours = Counter(int(local(person.time_us)[1]) for person in people)

    assert len(people) > 5_000
    assert 0 <= len(people) - 2 * out < 40
    assert 11 <= max(hours, key=hours.__getitem__) <= 14
    assert sum(hours[hour] for hour in range(6)) < 0.03 * len(people)


def test_cyclists_commute() -> None:
    riders = list(passages_until(place(STREET).cyclists(), MONDAY_US + DAY_US))
    hours = Counter(int(local(rider.time_us)[1]) for rider in riders)

    assert {hour for hour, _ in hours.most_common(2)} <= {7, 8, 16, 17, 18}
    assert 0 < sum(rider.reverse for rider in riders) < len(riders) / 2


def test_a_bay_is_used_by_day() -> None:
    stays = list(stays_until(place(STREET).bay(), MONDAY_US + WEEK_US))
    by_night = [stay for stay in stays if not 6 <= local(stay.from_us)[1] < 22]

    assert 4 < len(stays) / 7 < 30
    assert len(by_night) < 0.1 * len(stays)


def test_a_door_is_opened_seldom_and_in_working_hours() -> None:
    start_us = at_us(2026, 3, 2)
    stays = list(stays_until(place(STREET, start_us=start_us).door(), start_us + 52 * WEEK_US))

    assert 30 < len(stays) < 110
    assert all(8 <= local(stay.from_us)[1] < 16.5 for stay in stays)


def test_a_room_tells_by_co2_and_movement_who_is_there() -> None:
    here = place(RIVER)
    days = 14
    moved_us = Counter[int]()
    for stay in stays_until(here.motion(), MONDAY_US + days * DAY_US):
        moved_us[int(local(stay.from_us)[1])] += stay.until_us - stay.from_us
    co2 = {hour: sum(here.room(MONDAY_US + d * DAY_US + hour * HOUR_US).co2 for d in range(days)) for hour in (5, 21)}

    assert moved_us[20] > 3 * moved_us[3]
    assert 0.02 < moved_us[20] / (days * HOUR_US) < 0.6
    assert co2[21] > co2[5] + days * 100
