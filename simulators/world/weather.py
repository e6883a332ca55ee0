"""The weather at one site: the county's, with what rain, height, shelter and gusts make of it."""

from math import atan2, degrees, exp, hypot
from typing import NamedTuple

from sensorhub.reading import US_PER_S
from simulators.world.chance import Noise, between, key_of, spread, unit
from simulators.world.climate import Climates
from simulators.world.place import Weather
from simulators.world.rain import MINUTE_US, RainField, SiteRain
from simulators.world.running import Running, State
from simulators.world.site import SitePlace

_GUST_US = 4 * US_PER_S
_GUSTS_PER_MINUTE = MINUTE_US // _GUST_US
_GUST_S = 1.2
"""How far the wind runs ahead of its minute's mean or behind, in seconds: gusts reach half as much again. Below
4/3 s, or wind would run backwards."""

_MM_PER_STEP = 1 / 60
"""Depth of a minute's rain for each mm/h."""

_PIPE_MIN = 14.0
_SOIL_MIN = 90.0
_RIVER_MIN = 420.0
"""How long water stays in a gully, in the ground, in a river: linear reservoirs."""


class Ground(NamedTuple):
    """Rain since the start, water that has not yet left the gully, the ground, the river; all in mm of rain."""

    rain_mm: float
    gully_mm: float
    soil_mm: float
    river_mm: float


def vapour_hpa(temperature: float) -> float:
    """Saturation pressure of water vapour over water at a temperature in Celsius (Magnus, WMO coefficients)."""
    return 6.112 * exp(17.62 * temperature / (243.12 + temperature))


class SiteWeather:
    """The weather at one site.

    Arguments:
        seed: of the world.
        site: where.
        start_us: when the world begins.
        climates, field: the county's.
    """

    def __init__(self, seed: int, site: SitePlace, start_us: int, climates: Climates, field: RainField) -> None:
        key = key_of(seed, "site", site.id)
        self._climates = climates
        self._rain = SiteRain(field, site)
        height_m = between(4.0, 90.0, unit(key, 0))
        self._warmer = 0.9 * unit(key, 1) - 0.006 * height_m
        self._lower_hpa = height_m / 8.3
        self._exposure = between(0.65, 1.05, unit(key, 2))
        self._breeze, self._gust = key_of(key, "breeze"), key_of(key, "gust")
        self._warmth = Noise(key_of(key, "warmth"), 420)
        self._turn = Noise(key_of(key, "turn"), 15)
        self._ground = Running(start_us, MINUTE_US, (0.0, 0.0, 0.0, 0.0), self._wetted)
        self._run = Running(start_us, MINUTE_US, (0.0,), self._blown)
        self._mean = (-1, 0.0)
        self._before_mm = self.ground(start_us).rain_mm
        self._before_m = self._run_m(start_us)

    def rain_rate(self, time_us: int) -> float:
        """Rain now, mm/h; one rate for each minute."""
        return self._rain.rate(time_us // MINUTE_US)

    def rain_mm(self, time_us: int) -> float:
        """Rain since the start, mm: the integral of the rate."""
        return self.ground(time_us).rain_mm - self._before_mm

    def ground(self, time_us: int) -> Ground:
        """What has become of the rain."""
        return Ground(*self._ground.at(time_us))

    def _wetted(self, minute: int, state: State) -> State:
        fallen, gully, soil, river = state
        rain = self._rain.rate(minute) * _MM_PER_STEP
        if not (rain or gully or soil or river):
            return state
        drained, seeped, flowed = gully / _PIPE_MIN, soil / _SOIL_MIN, river / _RIVER_MIN
        return fallen + rain, gully + rain - drained, soil + rain - seeped, river + seeped - flowed

    def _minute_mps(self, minute: int) -> float:
        """Mean wind of a minute."""
        mean = self._mean
        if mean[0] != minute:
            climate = self._climates.at(minute * MINUTE_US)
            breeze = 1 + 0.15 * spread(self._breeze, minute)
            mps = 0.2 + self._exposure * breeze * hypot(climate.wind_east, climate.wind_north)
            self._mean = mean = (minute, mps)
        return mean[1]

    def _blown(self, minute: int, state: State) -> State:
        return (state[0] + 60 * self._minute_mps(minute),)

    def _gust_at(self, time_us: int) -> tuple[float, float]:
        """How far the wind is ahead of its minute's mean in seconds, and how much quicker as a share."""
        index, rest_us = divmod(time_us, _GUST_US)
        a = 2 * unit(self._gust, index) - 1 if index % _GUSTS_PER_MINUTE else 0.0
        b = 2 * unit(self._gust, index + 1) - 1 if (index + 1) % _GUSTS_PER_MINUTE else 0.0
        share = rest_us / _GUST_US
        ahead = a + (b - a) * share * share * (3 - 2 * share)
        quicker = (b - a) * 6 * share * (1 - share) / (_GUST_US / US_PER_S)
        return _GUST_S * ahead, _GUST_S * quicker

    def wind_run_m(self, time_us: int) -> float:
        """Metres of wind since the start: the integral of the wind's speed."""
        return self._run_m(time_us) - self._before_m

    def _run_m(self, time_us: int) -> float:
        return self._run.at(time_us)[0] + self._minute_mps(time_us // MINUTE_US) * self._gust_at(time_us)[0]

    def at(self, time_us: int) -> Weather:
        """The weather now."""
        climate = self._climates.at(time_us)
        minute = time_us // MINUTE_US
        rain = self._rain.rate(minute)
        air = climate.air + self._warmer + 0.25 * self._warmth.at(time_us) - min(1.2, 0.2 * rain)
        # Rain makes the air damp and takes the sun's warmth from the road.
        dew = min(climate.dew + min(1.5, 0.8 * rain), air - 0.05)
        road_excess = climate.road_excess / (1 + rain)
        return Weather(
            air,
            100 * vapour_hpa(dew) / vapour_hpa(air),
            climate.pressure - self._lower_hpa,
            self._minute_mps(minute) * (1 + self._gust_at(time_us)[1]),
            degrees(atan2(-climate.wind_east, -climate.wind_north) + 0.12 * self._turn.at(time_us)) % 360.0,
            rain,
            air + road_excess,
        )
