"""How loud it is beside the road."""

from math import log10

from simulators.world.chance import Noise, between, key_of, unit
from simulators.world.place import Weather
from simulators.world.site import Road

_QUIETEST_DB, _LOUDEST_DB = 30.0, 105.0

_LEVEL_OF_ONE_DB = 38.0
"""Beside a lane with one vehicle an hour at 75 km/h; it rises with ten times the logarithm of the flow, as in CRTN
(1988)."""


class SiteNoise:
    """The sound at one sensor.

    Arguments:
        seed: of the world.
        name: of site and sensor.
        road: what passes.
    """

    def __init__(self, seed: int, name: str, road: Road) -> None:
        key = key_of(seed, "sound", name)
        self._road = road
        self._near_db = between(-3.0, 3.0, unit(key, 0)) + 20 * log10(road.speed_mps * 3.6 / 75)
        self._ground = 10 ** (between(3.6, 4.4, unit(key, 1)))
        self._vehicles = Noise(key_of(key, "vehicles"), 3)
        self._street = Noise(key_of(key, "street"), 47)

    def at(self, time_us: int, weather: Weather) -> float:
        """The A-weighted level now, dB."""
        flow = self._road.flow / 24 * self._road.profile.at(time_us)
        passing_db = 3.6 * self._vehicles.at(time_us) + 1.5 * self._street.at(time_us)
        road_db = _LEVEL_OF_ONE_DB + self._near_db + 10 * log10(1 + flow) + passing_db
        rest = self._ground + 10 ** (2.0 + 0.22 * min(weather.wind_speed, 12.0)) + 2_000 * weather.rain_rate
        return min(_LOUDEST_DB, max(_QUIETEST_DB, 10 * log10(rest + 10 ** (road_db / 10))))
