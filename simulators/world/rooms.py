"""A room that somebody lives in: who is there, who moves, and what the air becomes of it."""

from collections.abc import Iterator
from math import exp

from sensorhub.reading import US_PER_S
from simulators.world.arrivals import arrivals
from simulators.world.chance import Noise, between, generator, key_of, unit
from simulators.world.place import Room, Stay
from simulators.world.profile import HOUR_S, local
from simulators.world.weather import vapour_hpa

_SLOT_US = HOUR_S * US_PER_S // 2
"""Somebody is there, or not, by the half hour."""

_THERE = (*[0.06] * 6, 0.3, 0.8, 0.85, *[0.6] * 3, 0.85, 0.8, *[0.6] * 3, 0.85, *[0.95] * 4, 0.6, 0.15)
"""How likely, by hour."""

_MOVES_PER_S = 1 / 45
_MOVES_S = (1.5, 25.0)
_STILL_S = 2.0
"""Between two movements at least."""

_AIRED_H = 1.3
"""How long the air of a room stays in it."""

_SLOTS = 24
"""After twelve hours nothing is left of it."""


class LivedIn:
    """The room of one sensor.

    Arguments:
        seed: of the world.
        start_us: when the world begins.
        name: of site and sensor.
    """

    def __init__(self, seed: int, start_us: int, name: str) -> None:
        self._key = key_of(seed, "room", name)
        self._start_us = start_us
        self._co2_each = between(350.0, 900.0, unit(self._key, -1))
        self._warm = between(18.8, 21.5, unit(self._key, -2))
        self._drift = Noise(key_of(self._key, "drift"), 2 * HOUR_S)
        self._held = (-1, 0.0)

    def _is_there(self, slot: int) -> bool:
        return unit(self._key, slot) < _THERE[int(local(slot * _SLOT_US)[1])]

    def motion(self) -> Iterator[Stay]:
        """When somebody moves, without end."""
        chance = generator(self._key)
        still_s = 0.0

        def rate(minute: int) -> float:
            return _MOVES_PER_S if self._is_there((self._start_us + minute * 60 * US_PER_S) // _SLOT_US) else 0.0

        for wish_s, _ in arrivals(chance, rate, 0.0, 0.0):
            from_s = max(wish_s, still_s)
            until_s = from_s + between(*_MOVES_S, chance.random() ** 2)
            still_s = until_s + _STILL_S
            yield Stay(self._start_us + int(from_s * US_PER_S), self._start_us + int(until_s * US_PER_S))

    def _used(self, time_us: int) -> float:
        """How much the air is used by those who are and were there: 1 where somebody has been for long."""
        slot, rest_us = divmod(time_us, _SLOT_US)
        held = self._held
        if held[0] != slot:
            used = 0.0
            for before in range(slot - _SLOTS, slot):
                there = float(self._is_there(before))
                used = there + (used - there) * exp(-0.5 / _AIRED_H)
            self._held = held = (slot, used)
        there = float(self._is_there(slot))
        return there + (held[1] - there) * exp(-rest_us / US_PER_S / HOUR_S / _AIRED_H)

    def air(self, time_us: int, outside: float, outside_humidity: float) -> Room:
        """The air of the room now.

        Arguments:
            time_us: now.
            outside: temperature outside, Celsius.
            outside_humidity: relative humidity outside, %.
        """
        used = self._used(time_us)
        temperature = self._warm + 1.2 * used + 0.4 * self._drift.at(time_us)
        temperature += 0.10 * (outside - 10) if outside < 20 else 1.0 + 0.6 * (outside - 20)
        vapour = vapour_hpa(outside) * outside_humidity / 100 + 1.2 + 1.6 * used
        humidity = min(95.0, 100 * vapour / vapour_hpa(temperature))
        return Room(temperature, humidity, 425.0 + self._co2_each * used)
