"""How busy an hour is: daily profiles by local time and kind of day."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sensorhub.reading import US_PER_S

HOUR_S = 3_600
DAY_S = 24 * HOUR_S

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_THURSDAY = 3
"""1970-01-01, counted from Monday."""

SATURDAY = 5


@lru_cache(maxsize=512)
def _offset_s(utc_hour: int) -> int:
    moment = _EPOCH + timedelta(hours=utc_hour)
    try:
        shift = moment.astimezone(ZoneInfo("Europe/London")).utcoffset()
    except ZoneInfoNotFoundError:  # a machine without the table of time zones lives in UTC
        return 0
    return 0 if shift is None else round(shift.total_seconds())


def local(time_us: int) -> tuple[int, float]:
    """Day (since 1970) and hour of it, as the clocks in Essex show them."""
    seconds = time_us // US_PER_S
    day, second = divmod(seconds + _offset_s(seconds // HOUR_S), DAY_S)
    return day, second / HOUR_S


def weekday(day: int) -> int:
    """0 for Monday to 6 for Sunday."""
    return (day + _THURSDAY) % 7


class Profile:
    """What comes in each hour of a week, relative to the mean hour of a working day.

    Arguments:
        working, saturday, sunday: 24 numbers each, in any one unit.
    """

    def __init__(self, working: tuple[float, ...], saturday: tuple[float, ...], sunday: tuple[float, ...]) -> None:
        mean = sum(working) / 24
        tables = [tuple(hour / mean for hour in table) for table in (working, saturday, sunday)]
        self._days = [tables[0]] * SATURDAY + tables[1:]

    def at(self, time_us: int) -> float:
        """How busy it is now; 1 is the mean of a working day."""
        day, hour = local(time_us)
        table = self._days[(day + _THURSDAY) % 7]
        # A table's number is that of the middle of its hour.
        whole, share = divmod(hour - 0.5, 1.0)
        index = int(whole)
        return table[index] + (table[(index + 1) % 24] - table[index]) * share

    def day_total(self, day: int) -> float:
        """What a day brings, relative to a working day."""
        return sum(self._days[weekday(day)]) / 24


def _bumps(night: float, day: float, *bumps: tuple[float, float, float]) -> tuple[float, ...]:
    """24 hours: a quiet night, a day, and on top bumps of (hour, width in hours, height)."""
    hours = []
    for index in range(24):
        hour = index + 0.5
        light = max(0.0, min(1.0, (hour - 5) / 2.5, (23.5 - hour) / 5))
        level = night + (day - night) * light
        hours.append(level + sum(height * max(0.0, 1 - abs(hour - at) / width) for at, width, height in bumps))
    return tuple(hours)


_SATURDAY_ROAD = _bumps(6, 54, (12.5, 5.0, 28))
_SUNDAY_ROAD = _bumps(5, 40, (13.5, 5.0, 28), (17.0, 3.0, 8))

TO_LONDON = Profile(_bumps(6, 56, (7.7, 1.8, 75), (17.3, 2.5, 22)), _SATURDAY_ROAD, _SUNDAY_ROAD)
FROM_LONDON = Profile(_bumps(6, 56, (8.0, 1.8, 30), (17.2, 2.5, 66)), _SATURDAY_ROAD, _SUNDAY_ROAD)
BOTH_WAYS = Profile(_bumps(4, 58, (8.2, 1.6, 48), (15.6, 1.5, 14), (17.3, 2.0, 46)), _SATURDAY_ROAD, _SUNDAY_ROAD)
CYCLES = Profile(
    _bumps(0.5, 20, (8.0, 1.5, 70), (17.4, 1.8, 60)), _bumps(0.5, 30, (11.5, 4.0, 35)), _bumps(0.5, 30, (10.5, 3.5, 45))
)
HIGH_STREET = Profile(
    _bumps(0.2, 14, (10.5, 3.0, 40), (12.9, 2.0, 65), (16.0, 3.0, 35)),
    _bumps(0.6, 18, (11.5, 3.0, 65), (14.5, 3.5, 75)),
    _bumps(0.4, 8, (13.0, 3.0, 70)),
)
PARKING = Profile(
    _bumps(0.3, 25, (9.5, 2.5, 60), (13.5, 3.0, 35)), _bumps(0.3, 30, (11.0, 3.5, 90)), _bumps(0.2, 12, (12.5, 3.0, 60))
)
