"""The weather that all of the county has in common, but for rain: computed every ten minutes, in between on a line."""

from functools import lru_cache
from math import cos, exp, pi, radians, sin
from typing import NamedTuple

from sensorhub.reading import US_PER_S
from simulators.world.chance import Noise, key_of
from simulators.world.profile import HOUR_S
from simulators.world.sun import height, season

KNOT_US = 600 * US_PER_S
_HALF_HOUR = 3
"""In knots."""

_DAY_US = 24 * HOUR_S * US_PER_S

_ROAD_LAG = [exp(-index / 3.0) for index in range(9)]
"""How a road keeps the warmth of the half hours before: an hour and a half, as asphalt does."""

_ROAD_LAG_SUM = sum(_ROAD_LAG)

_SUN_ON_ROAD = 25.0
"""How much warmer than the air a road gets under a clear sky with the sun overhead, Celsius."""

_SKY_OVER_ROAD = 4.2
"""How much colder than the air a road gets in a clear, calm night, Celsius."""


class Climate(NamedTuple):
    """Celsius at sea level, dew point in Celsius, hPa at sea level, where the wind goes in m/s east and north, how much
    warmer than the air a road is in Celsius, and how much of the sky is covered (beyond 1 where it is heavy)."""

    air: float
    dew: float
    pressure: float
    wind_east: float
    wind_north: float
    road_excess: float
    cloud: float


class Climates:
    """The climate of one world.

    Arguments:
        seed: of the world.
    """

    def __init__(self, seed: int) -> None:
        def noise(name: str, hours: float) -> Noise:
            return Noise(key_of(seed, "climate", name), round(hours * HOUR_S))

        self._warmth = noise("warmth", 110), noise("warmth in days", 31)
        self._pressure = noise("pressure", 84), noise("pressure in days", 27)
        self._cloud = noise("cloud", 19), noise("cloud in hours", 5)
        self._damp = noise("damp", 23)
        self._wind = noise("wind", 21), noise("wind in hours", 5)
        self._direction = noise("direction", 66), noise("direction in hours", 13)
        self._knot = lru_cache(maxsize=256)(self._computed)
        self._road_forcing = lru_cache(maxsize=256)(self._forced)

    def at(self, time_us: int) -> Climate:
        """The climate now."""
        index, rest_us = divmod(time_us, KNOT_US)
        share = rest_us / KNOT_US
        rest = 1 - share
        a, b = self._knot(index), self._knot(index + 1)
        return Climate(
            a[0] * rest + b[0] * share,
            a[1] * rest + b[1] * share,
            a[2] * rest + b[2] * share,
            a[3] * rest + b[3] * share,
            a[4] * rest + b[4] * share,
            a[5] * rest + b[5] * share,
            a[6] * rest + b[6] * share,
        )

    def _anomaly(self, time_us: int) -> float:
        """How high pressure is, from about -3 to 3."""
        slow, quick = self._pressure
        return 0.85 * slow.at(time_us) + 0.45 * quick.at(time_us)

    def cloud(self, time_us: int) -> float:
        """How much of the sky is covered; beyond 1 where clouds are heavy, below 0 where it is clear for long."""
        slow, quick = self._cloud
        return 0.58 + 0.30 * slow.at(time_us) + 0.15 * quick.at(time_us) - 0.16 * self._anomaly(time_us)

    def _clear(self, time_us: int) -> float:
        return 1 - 0.85 * min(1.0, max(0.0, self.cloud(time_us)))

    def _wind_mps(self, time_us: int) -> float:
        slow, quick = self._wind
        day = 1 + 0.18 * max(-0.5, height(time_us))
        storm = exp(0.42 * slow.at(time_us) + 0.20 * quick.at(time_us) - 0.22 * self._anomaly(time_us))
        return min(20.0, (4.0 - 0.6 * season(time_us)) * day * storm)

    def _forced(self, index: int) -> float:
        """What sun and sky would make of a road at a knot if they stayed, Celsius over the air."""
        time_us = index * KNOT_US
        calm = 1 / (1 + 0.06 * self._wind_mps(time_us))
        return self._clear(time_us) * calm * (_SUN_ON_ROAD * max(0.0, height(time_us)) - _SKY_OVER_ROAD)

    def _computed(self, index: int) -> Climate:
        time_us = index * KNOT_US
        warm = season(time_us)
        clear = self._clear(time_us)
        slow, quick = self._warmth
        day_mean = 11.0 + 6.8 * warm + 2.0 * slow.at(time_us) + 1.3 * quick.at(time_us)
        swing = (3.9 + 1.4 * warm) * (0.25 + 0.75 * clear)
        air = day_mean + swing * cos(2 * pi * (time_us % _DAY_US / _DAY_US - 15 / 24))
        dew = day_mean - 1.2 - clear * (4.0 + 2.5 * warm) + 1.1 * self._damp.at(time_us)
        pressure = 1_014.5 + 12.0 * self._anomaly(time_us)
        wind = self._wind_mps(time_us)
        veer, backs = self._direction
        to = radians(45.0 + 62.0 * veer.at(time_us) + 22.0 * backs.at(time_us))
        road = sum(share * self._road_forcing(index - _HALF_HOUR * back) for back, share in enumerate(_ROAD_LAG))
        return Climate(
            air,
            min(dew, air - 0.1),
            pressure,
            wind * sin(to),
            wind * cos(to),
            road / _ROAD_LAG_SUM,
            self.cloud(time_us),
        )
