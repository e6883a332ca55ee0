"""Weather: seasons, nights with ice, wind that runs as fast as it blows."""

from itertools import pairwise
from statistics import fmean

import pytest

from sensorhub.reading import US_PER_S
from simulators.world.climate import Climates
from simulators.world.weather import vapour_hpa
from tests.simulators.world.places import A127, DAY_US, HOUR_US, MONDAY_US, STREET, at_us, place

SEEDS = (1, 2, 3, 4, 5, 7)


def _hours(seed: int, month: int) -> list[int]:
    return [at_us(2026, month, 1) + hour * HOUR_US for hour in range(24 * 30)]


def _nights_with_ice(seed: int, month: int) -> int:
    here = place(A127, seed, at_us(2026, month, 1))
    return len({time_us // DAY_US for time_us in _hours(seed, month) if here.weather(time_us).road_temperature < 0})


@pytest.mark.parametrize("seed", SEEDS)
def test_roads_freeze_in_january_and_not_in_july(seed: int) -> None:
    assert 2 <= _nights_with_ice(seed, 1) < 30
    assert _nights_with_ice(seed, 7) == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_year_has_the_temperatures_of_essex(seed: int) -> None:
    here = place(STREET, seed)
    january = [here.weather(time_us).air_temperature for time_us in _hours(seed, 1)]
    july = [here.weather(time_us).air_temperature for time_us in _hours(seed, 7)]

    assert 1 < fmean(january) < 8
    assert 15 < fmean(july) < 21
    assert max(july) < 37
    assert min(january) > -12


def test_a_road_in_the_sun_is_warmer_and_lags_behind() -> None:
    here = place(A127, 7, at_us(2026, 6, 1))
    excess = [0.0] * 24
    for day in range(30):
        for hour in range(24):
            now = here.weather(at_us(2026, 6, 1, hour) + day * DAY_US)
            excess[hour] += (now.road_temperature - now.air_temperature) / 30

    assert 4 < max(excess) < 20
    assert excess.index(max(excess)) in (13, 14, 15)
    assert min(excess) < -0.5


def test_wind_runs_as_fast_as_it_blows() -> None:
    here = place(A127)
    step_us = US_PER_S // 5
    times_us = range(MONDAY_US, MONDAY_US + HOUR_US, step_us)
    runs_m = [here.wind_run_m(time_us) for time_us in times_us]
    summed_m = sum(here.weather(time_us).wind_speed for time_us in times_us) * step_us / US_PER_S

    assert runs_m[0] == 0.0
    assert runs_m == sorted(runs_m)
    assert runs_m[-1] == pytest.approx(summed_m, rel=0.01)


def test_gusts_exceed_the_mean() -> None:
    here = place(A127)
    runs_m = [here.wind_run_m(MONDAY_US + second * US_PER_S) for second in range(601)]
    gust = max(after - before for before, after in zip(runs_m, runs_m[3:], strict=False)) / 3

    assert 1.15 < gust / (runs_m[-1] / 600) < 2.2


def test_sites_of_one_county_have_like_weather() -> None:
    times_us = [MONDAY_US + hour * HOUR_US for hour in range(240)]
    one, other = place(A127), place(STREET)
    apart = [one.weather(t).air_temperature - other.weather(t).air_temperature for t in times_us]

    assert max(map(abs, apart)) < 4
    assert any(apart)


def test_climate_is_continuous() -> None:
    climates = Climates(7)
    minutes = [climates.at(MONDAY_US + minute * 60 * US_PER_S) for minute in range(2 * 1_440)]

    assert max(abs(b.air - a.air) for a, b in pairwise(minutes)) < 0.1
    assert max(abs(b.pressure - a.pressure) for a, b in pairwise(minutes)) < 0.1


def test_vapour_pressure_is_that_of_the_tables() -> None:
    assert vapour_hpa(0.0) == pytest.approx(6.11, abs=0.01)
    assert vapour_hpa(20.0) == pytest.approx(23.4, abs=0.1)
