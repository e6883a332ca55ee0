"""What is in the air at one site: the county's background, and what its road adds where the wind is low."""

from math import exp

from sensorhub.reading import US_PER_S
from simulators.world.chance import Noise, between, key_of, unit
from simulators.world.place import Air, Weather
from simulators.world.profile import HOUR_S
from simulators.world.site import Road
from simulators.world.sun import season

_TWO_HOURS_US = 2 * HOUR_S * US_PER_S

_FLOW = 16_000.0
"""Vehicles of a working day for which the figures below hold: a lane of the A127."""

_NO2_OF_ROAD = 25.0
_PM2_5_OF_ROAD = 2.7
_DUST_OF_ROAD = 5.3
"""ug/m3 at a mean hour's flow where the air hardly moves."""


class SiteAir:
    """The air at one site.

    Arguments:
        seed: of the world.
        site: its id.
        road: what passes.
    """

    def __init__(self, seed: int, site: str, road: Road) -> None:
        # What lies in the air is the county's, so sites agree; how near the kerb a post stands is the site's.
        self._nitrogen = Noise(key_of(seed, "nitrogen"), 26 * HOUR_S)
        self._dust = Noise(key_of(seed, "dust"), 38 * HOUR_S)
        self._plumes = Noise(key_of(seed, "plumes", site), 240)
        self._profile = road.profile
        self._traffic = road.flow / _FLOW * between(0.7, 1.2, unit(key_of(seed, "kerb", site), 0))

    def at(self, time_us: int, weather: Weather, rain_mm: float) -> Air:
        """What is in the air now.

        Arguments:
            time_us: now.
            weather: now.
            rain_mm: what fell in the two hours before, mm.
        """
        wind = weather.wind_speed
        mixed = 1 / (0.8 + 0.25 * wind)
        washed = 0.55 + 0.45 * exp(-rain_mm / 2)
        road = self._traffic * self._profile.at(time_us) * mixed * exp(0.25 * self._plumes.at(time_us))
        warm = season(time_us)
        no2 = (11 - 4 * warm) * exp(0.28 * self._nitrogen.at(time_us)) * (0.6 + 0.6 * mixed) + _NO2_OF_ROAD * road
        haze = (7.5 - 2 * warm) * exp(0.38 * self._dust.at(time_us)) * (0.6 + 0.6 * mixed)
        pm2_5 = washed * (haze + _PM2_5_OF_ROAD * road)
        coarse = washed * (4.0 + _DUST_OF_ROAD * road + 0.25 * wind)
        return Air(no2, 0.68 * pm2_5, pm2_5, pm2_5 + coarse)


def washing_from_us(time_us: int) -> int:
    """Since when rain counts that has washed the air by now."""
    return time_us - _TWO_HOURS_US
