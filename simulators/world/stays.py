"""What holds for a while: a car in a bay, the open door of a cabinet."""

from collections.abc import Iterator
from itertools import count
from math import exp

from sensorhub.reading import US_PER_S
from simulators.world.arrivals import arrivals
from simulators.world.chance import between, generator, key_of, unit
from simulators.world.place import Stay
from simulators.world.profile import DAY_S, PARKING, SATURDAY, weekday

_DAY_US = DAY_S * US_PER_S

_CARS_PER_DAY = (8.0, 25.0)
_PARKED_S = (60.0, 43_200.0)
_EMPTY_S = 20.0
"""A bay that becomes free is taken again after this at the earliest."""

_VISIT_SHARE = 1 / 4
"""Somebody opens a cabinet on about one working day in four."""

_HOURS = (8.5, 15.0)
"""UTC, so that it is within working hours in summer too."""

_OPEN_S = (240.0, 2_700.0)


def parked(seed: int, start_us: int, name: str) -> Iterator[Stay]:
    """When a car stands in the bay of `name` (site and sensor), without end."""
    key = key_of(seed, "bay", name)
    per_s = between(*_CARS_PER_DAY, unit(key, 0)) / DAY_S
    chance = generator(key)
    empty_s = 0.0

    def rate(minute: int) -> float:
        return per_s * PARKING.at(start_us + minute * 60 * US_PER_S)

    for comes_s, _ in arrivals(chance, rate, 0.0, 0.0):
        if comes_s < empty_s:
            continue  # it finds the bay taken and drives on
        long_s = min(_PARKED_S[1], max(_PARKED_S[0], 1_900.0 * exp(chance.gauss(0.0, 1.0))))
        stay = Stay(start_us + int(comes_s * US_PER_S), start_us + int((comes_s + long_s) * US_PER_S))
        empty_s = comes_s + long_s + _EMPTY_S
        yield stay


def opened(seed: int, start_us: int, name: str) -> Iterator[Stay]:
    """When the door of `name` (site and sensor) is open, without end: in working hours, seldom."""
    key = key_of(seed, "door", name)
    for day in count(start_us // _DAY_US):
        if unit(key, 3 * day) >= _VISIT_SHARE or weekday(day) >= SATURDAY:
            continue
        from_us = day * _DAY_US + round(between(*_HOURS, unit(key, 3 * day + 1)) / 24 * _DAY_US)
        until_us = from_us + int(between(*_OPEN_S, unit(key, 3 * day + 2)) * US_PER_S)
        if from_us >= start_us:
            yield Stay(from_us, until_us)
