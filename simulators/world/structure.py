"""How a bridge or a mast leans: a little with warmth and wind, and slowly for good."""

from simulators.world.chance import Noise, key_of, spread
from simulators.world.place import Weather

_STANDS_DEG = 0.25
_PER_KELVIN_DEG = 0.004
_PER_WIND_DEG = 0.00015
"""Degrees for each (m/s)2."""

_SETTLING_DEG = 0.015
_MONTH_S = 30 * 86_400


class Structure:
    """The structure at one sensor.

    Arguments:
        seed: of the world.
        name: of site and sensor.
    """

    def __init__(self, seed: int, name: str) -> None:
        key = key_of(seed, "structure", name)
        self._stands = spread(key, 0) * _STANDS_DEG, spread(key, 1) * _STANDS_DEG
        self._warps = spread(key, 2) * _PER_KELVIN_DEG, spread(key, 3) * _PER_KELVIN_DEG
        self._settles = Noise(key_of(key, "along"), _MONTH_S), Noise(key_of(key, "across"), _MONTH_S)

    def at(self, time_us: int, weather: Weather) -> tuple[float, float]:
        """Tilt along and across now, degrees."""
        warm = weather.air_temperature - 12.0
        blown = _PER_WIND_DEG * weather.wind_speed * weather.wind_speed
        along, across = (
            stands + warps * warm + _SETTLING_DEG * settles.at(time_us)
            for stands, warps, settles in zip(self._stands, self._warps, self._settles, strict=True)
        )
        return along, across + blown
