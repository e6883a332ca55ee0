"""Litter bins: people fill them, and a lorry empties them early on some days."""

from simulators.world.chance import between, key_of, spread, unit
from simulators.world.profile import HIGH_STREET, local

_EMPTIED_H = 6.25
_DAYS = (1, 4)
"""A bin is emptied each day, or every second, third or fourth."""

_FILL = (25.0, 110.0)
"""What comes into a bin between two visits, %."""

_OPEN_H = (7.0, 22.0)


class Bin:
    """The bin of one sensor.

    Arguments:
        seed: of the world.
        name: of site and sensor.
    """

    def __init__(self, seed: int, name: str) -> None:
        self._key = key_of(seed, "bin", name)
        self._every = _DAYS[0] + int(unit(self._key, -1) * _DAYS[1])
        self._per_day = between(*_FILL, unit(self._key, -2)) / self._every
        self._shift = int(unit(self._key, -3) * self._every)

    def at(self, time_us: int) -> float:
        """How full it is, %."""
        day, hour = local(time_us)
        since = (day + self._shift) % self._every
        if since == 0 and hour < _EMPTIED_H:
            since = self._every
        share = min(1.0, max(0.0, (hour - _OPEN_H[0]) / (_OPEN_H[1] - _OPEN_H[0])))
        full = sum(self._brought(before) for before in range(day - since, day)) + self._brought(day) * share
        return min(100.0, 2.0 + full)

    def _brought(self, day: int) -> float:
        return self._per_day * HIGH_STREET.day_total(day) * (1 + 0.2 * spread(self._key, day))
