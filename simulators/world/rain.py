"""Rain: fronts and showers that move across the county with the wind."""

from dataclasses import dataclass
from functools import lru_cache
from math import exp, hypot, pi, sin

from sensorhub.reading import US_PER_S
from simulators.world.chance import between, generator
from simulators.world.climate import Climates
from simulators.world.profile import HOUR_S
from simulators.world.site import SitePlace

BLOCK_US = 6 * HOUR_S * US_PER_S
"""Rain is drawn by the quarter of a day; no cell lives longer."""

MINUTE_US = 60 * US_PER_S

_EAST_KM, _NORTH_KM = 70.0, 55.0
"""Cells are halfway through their lives within this of the middle of the county."""

_WET_CLOUD = 0.72
_SHOWERS = 120.0
"""How many showers a block has for each whole of cloud beyond."""

_FRONT_CLOUD = 0.86
_HEAVIEST = 90.0
_LEAST = 0.1
"""mm/h; less is haze."""

_REACH = 3.0
"""In deviations: beyond, a cell is over."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A patch of rain that grows, moves and fades.

    Arguments:
        born_us, life_s: when it begins, and for how long it lives.
        east_km, north_km: its middle when it is born.
        east_kmh, north_kmh: where it goes.
        along_km, across_km: deviations of its shape along its way and across.
        peak: rain in its middle halfway through its life, mm/h.
    """

    born_us: int
    life_s: float
    east_km: float
    north_km: float
    east_kmh: float
    north_kmh: float
    along_km: float
    across_km: float
    peak: float

    def across(self, east_km: float, north_km: float) -> float:
        """How far a point is beside its way, in deviations."""
        speed = hypot(self.east_kmh, self.north_kmh)
        east, north = east_km - self.east_km, north_km - self.north_km
        return (east * self.north_kmh - north * self.east_kmh) / speed / self.across_km

    def rate(self, time_us: int, east_km: float, north_km: float) -> float:
        """Its rain at a point now, mm/h."""
        age = (time_us - self.born_us) / US_PER_S / self.life_s
        if not 0.0 < age < 1.0:
            return 0.0
        speed = hypot(self.east_kmh, self.north_kmh)
        hours = age * self.life_s / HOUR_S
        east = east_km - self.east_km - self.east_kmh * hours
        north = north_km - self.north_km - self.north_kmh * hours
        along = (east * self.east_kmh + north * self.north_kmh) / speed / self.along_km
        if abs(along) > _REACH:
            return 0.0
        across = (east * self.north_kmh - north * self.east_kmh) / speed / self.across_km
        return self.peak * sin(pi * age) * exp(-0.5 * (along * along + across * across))


class RainField:
    """The rain of one world.

    Arguments:
        seed: of the world.
        climates: its clouds and winds.
    """

    def __init__(self, seed: int, climates: Climates) -> None:
        self._seed = seed
        self._climates = climates
        self.cells = lru_cache(maxsize=16)(self._drawn)

    def near(self, block: int, site: SitePlace) -> tuple[Cell, ...]:
        """The cells that may rain on a site in a block of six hours."""
        cells = (*self.cells(block - 1), *self.cells(block))
        return tuple(cell for cell in cells if abs(cell.across(site.east_km, site.north_km)) < _REACH)

    def _drawn(self, block: int) -> tuple[Cell, ...]:
        middle_us = block * BLOCK_US + BLOCK_US // 2
        climate = self._climates.at(middle_us)
        if climate.cloud < _WET_CLOUD:
            return ()
        chance = generator(self._seed, "rain", block)
        # Rain moves with the wind of the heights: quicker than below, and some 20 degrees to the right of it.
        east_kmh = 3.6 * (1.9 * climate.wind_east + 0.6 * climate.wind_north) + 9.0
        north_kmh = 3.6 * (1.9 * climate.wind_north - 0.6 * climate.wind_east) + 5.0
        if hypot(east_kmh, north_kmh) < 10.0:
            east_kmh, north_kmh = 10.0, 4.0  # rain that stood still would stand for hours

        def cell(life_s: float, along_km: float, across_km: float, peak: float) -> Cell:
            lived_h = life_s / HOUR_S / 2
            east_km = between(-_EAST_KM, _EAST_KM, chance.random()) - east_kmh * lived_h
            north_km = between(-_NORTH_KM, _NORTH_KM, chance.random()) - north_kmh * lived_h
            born_us = block * BLOCK_US + int(chance.random() * BLOCK_US)
            return Cell(born_us, life_s, east_km, north_km, east_kmh, north_kmh, along_km, across_km, peak)

        cells = []
        for _ in range(round((climate.cloud - _WET_CLOUD) * _SHOWERS * chance.random())):
            size_km = between(1.5, 4.5, chance.random())
            peak = min(60.0, chance.expovariate(1 / 6.0))
            cells.append(cell(between(2_000, 6_000, chance.random()), size_km, size_km, peak))
        if climate.cloud > _FRONT_CLOUD:
            wide_km, long_km = between(8.0, 20.0, chance.random()), between(40.0, 90.0, chance.random())
            cells.append(cell(between(14_000, 21_000, chance.random()), wide_km, long_km, 1 + chance.expovariate(0.5)))
        return tuple(cells)


class SiteRain:
    """The rain on one site: one rate for each minute.

    Arguments:
        field: the world's.
        site: where.
    """

    def __init__(self, field: RainField, site: SitePlace) -> None:
        self._near = lru_cache(maxsize=4)(lambda block: field.near(block, site))
        self._east_km = site.east_km
        self._north_km = site.north_km
        self._held = (-1, 0.0)

    def rate(self, minute: int) -> float:
        """How much rains in a minute since 1970, mm/h."""
        held = self._held
        if held[0] != minute:
            self._held = held = (minute, self._sum(minute * MINUTE_US + MINUTE_US // 2))
        return held[1]

    def _sum(self, time_us: int) -> float:
        cells = self._near(time_us // BLOCK_US)
        rate = sum(cell.rate(time_us, self._east_km, self._north_km) for cell in cells)
        return min(rate, _HEAVIEST) if rate >= _LEAST else 0.0
