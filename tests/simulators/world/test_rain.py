"""Rain: it moves with its cells, adds up to what has fallen, and fills gullies before rivers."""

from functools import cache
from itertools import pairwise
from math import hypot
from statistics import correlation

import pytest

from simulators.world.climate import Climates
from simulators.world.rain import BLOCK_US, MINUTE_US, Cell, RainField, SiteRain
from simulators.world.site import SitePlace
from tests.simulators.world.places import A127, DAY_US, HOUR_US, RIVER, STREET, at_us, place

YEAR_US = at_us(2026, 1, 1)
DAYS = 365


def _field(seed: int) -> RainField:
    return RainField(seed, Climates(seed))


@cache
def _wettest_day(seed: int = 7) -> int:
    here = place(A127, seed, YEAR_US)
    fallen = [here.rain_mm(YEAR_US + day * DAY_US) for day in range(DAYS + 1)]
    depths = [after - before for before, after in pairwise(fallen)]
    return YEAR_US + depths.index(max(depths)) * DAY_US


def _heaviest_front(field: RainField) -> Cell:
    blocks = range(YEAR_US // BLOCK_US, (YEAR_US + DAYS * DAY_US) // BLOCK_US)
    fronts = [cell for block in blocks for cell in field.cells(block) if cell.across_km > 30]
    return max(fronts, key=lambda cell: cell.peak)


def test_a_year_has_the_rain_of_essex() -> None:
    here = place(A127, 7, YEAR_US)

    assert 350 < here.rain_mm(YEAR_US + DAYS * DAY_US) < 850


@pytest.mark.parametrize("seed", [1, 2, 6])
def test_rain_moves_across_the_county(seed: int) -> None:
    field = _field(seed)
    front = _heaviest_front(field)
    kmh = hypot(front.east_kmh, front.north_kmh)
    # Two sites 30 km apart on the front's way.
    rates = []
    for hours in (front.life_s / 7_200 - 15 / kmh, front.life_s / 7_200 + 15 / kmh):
        north_km, east_km = front.north_km + front.north_kmh * hours, front.east_km + front.east_kmh * hours
        site = SitePlace(f"site-{hours}", 51.75 + north_km / 111.2, 0.55 + east_km / 68.85)
        first = front.born_us // MINUTE_US
        rates.append([SiteRain(field, site).rate(first + minute) for minute in range(int(front.life_s / 60))])
    upwind, downwind = rates

    def alike(lag_min: int) -> float:
        return correlation(upwind[: len(upwind) - lag_min], downwind[lag_min:])

    lag_min = max(range(0, 120, 5), key=alike)
    assert alike(lag_min) > 0.9
    assert lag_min == pytest.approx(30 / kmh * 60, rel=0.25)


def test_depth_is_the_integral_of_the_rate() -> None:
    day_us = _wettest_day()
    here = place(A127, 7, day_us + 12_345_678)
    times_us = range(here.start_us, here.start_us + DAY_US, 10_000_000)
    summed_mm = sum(here.weather(time_us).rain_rate for time_us in times_us) * 10 / 3_600
    fallen = [here.rain_mm(time_us) for time_us in times_us]

    assert fallen[0] == 0.0
    assert fallen == sorted(fallen)
    assert fallen[-1] > 5
    assert fallen[-1] == pytest.approx(summed_mm, rel=0.01)


def test_water_rises_after_rain_and_a_gully_before_a_river() -> None:
    day_us = _wettest_day()
    times_us = range(day_us - DAY_US, day_us + 2 * DAY_US, 10 * MINUTE_US)
    gully = [place_.water_mm(t) for place_ in [place(A127, 7, day_us - DAY_US)] for t in times_us]
    river_site = SitePlace("river", A127.latitude, A127.longitude)
    river = [place_.water_mm(t) for place_ in [place(river_site, 7, day_us - DAY_US)] for t in times_us]

    assert max(gully) > gully[0] + 100
    assert max(river) > river[0] + 100
    assert gully.index(max(gully)) < river.index(max(river))
    assert gully[-1] < max(gully) - 50


def test_it_rains_differently_in_two_places() -> None:
    day_us = _wettest_day()
    depths = [place(site, 7, day_us).rain_mm(day_us + 18 * HOUR_US) for site in (A127, STREET, RIVER)]

    assert len(set(depths)) == 3
