"""The county as a whole: the same by its seed, another by another, and never beyond what is plausible."""

from dataclasses import asdict
from itertools import islice, pairwise
from statistics import fmean

import pytest

from sensorhub.quantity import QUANTITIES
from simulators.world.county import CountyPlace, World
from simulators.world.place import Place
from simulators.world.site import SitePlace
from tests.simulators.world.places import A127, DAY_US, HOUR_US, MONDAY_US, RIVER, STREET, at_us, place

STREAMS = ("vehicles", "cyclists", "people", "bay", "door", "motion")
TOTALS = ("wind_run_m", "rain_mm", "energy_wh")
SAMPLED = ("weather", "air", "water_mm", "noise_db", "tilt", "room", "fill_percent", "system", *TOTALS)


def sample(here: Place, name: str, time_us: int) -> object:
    return getattr(here, name)(time_us)


@pytest.mark.parametrize("name", STREAMS)
def test_streams_are_the_same_by_seed_site_and_sensor(name: str) -> None:
    def first(here: CountyPlace) -> list[object]:
        return list(islice(getattr(here, name)(), 12))

    here = place(STREET)
    assert first(here) == first(here) == first(place(STREET))
    assert first(here) != first(place(STREET, seed=8))
    assert first(here) != first(place(A127))
    assert first(here) != first(place(STREET, sensor="sensor-2"))


@pytest.mark.parametrize("name", SAMPLED)
def test_values_depend_on_nothing_but_place_and_time(name: str) -> None:
    times_us = [MONDAY_US + minute * 7_777 * 60_000 for minute in range(0, 1_000, 10)]
    here, again, elsewhere = place(STREET), place(STREET), place(STREET, seed=8)
    rising = [sample(here, name, time_us) for time_us in times_us]
    falling = [sample(again, name, time_us) for time_us in reversed(times_us)]

    assert rising == falling[::-1]
    assert rising != [sample(elsewhere, name, time_us) for time_us in times_us]


def test_sensors_of_a_site_share_its_weather() -> None:
    world = World(7, MONDAY_US)
    one, other = world.place(A127, "loop-1"), world.place(A127, "rain-1")

    for hour in range(0, 96, 5):
        time_us = MONDAY_US + hour * HOUR_US
        assert one.weather(time_us) == other.weather(time_us)
        assert one.air(time_us) == other.air(time_us)
        assert one.rain_mm(time_us) == other.rain_mm(time_us)


def readings(here: Place, time_us: int) -> dict[str, float]:
    weather = {f"outdoor {name}": value for name, value in asdict(here.weather(time_us)).items()}
    room = {f"indoor {name}": value for name, value in asdict(here.room(time_us)).items()}
    system = here.system(time_us)
    tilt_x, tilt_y = here.tilt(time_us)
    return {
        **weather,
        **room,
        **asdict(here.air(time_us)),
        "water_level": here.water_mm(time_us),
        "laeq": here.noise_db(time_us),
        "tilt_x": tilt_x,
        "tilt_y": tilt_y,
        "fill_level": here.fill_percent(time_us),
        "cpu_temperature": system.cpu_temperature,
        "throttled": float(system.throttled),
        "disk_used": system.disk_used_percent,
    }


@pytest.mark.parametrize(("site", "seed"), [(A127, 1), (RIVER, 7)], ids=["road", "river"])
def test_a_year_is_plausible(site: SitePlace, seed: int) -> None:
    start_us = at_us(2027, 1, 1)
    here = place(site, seed, start_us)

    for hour in range(0, 365 * 24, 17):
        for name, value in readings(here, start_us + hour * HOUR_US).items():
            quantity = QUANTITIES[name.rpartition(" ")[2]]
            assert quantity.low <= value <= quantity.high, (name, hour)


def test_totals_never_fall() -> None:
    here = place(A127)
    for name in TOTALS:
        values = [getattr(here, name)(MONDAY_US + minute * 61_000_000) for minute in range(2_000)]
        assert values[0] == 0.0
        assert values == sorted(values)
    assert 1_000 < here.energy_wh(MONDAY_US + DAY_US) < 80_000


def test_air_is_worse_beside_a_busy_road_by_day() -> None:
    times_us = [MONDAY_US + hour * HOUR_US for hour in range(24 * 14)]
    busy, quiet = place(A127), place(RIVER)
    day = [time_us for time_us in times_us if 7 <= time_us // HOUR_US % 24 <= 18]
    night = [time_us for time_us in times_us if time_us // HOUR_US % 24 <= 4]

    assert fmean(busy.air(t).no2 for t in times_us) > fmean(quiet.air(t).no2 for t in times_us) + 5
    assert fmean(busy.air(t).no2 for t in day) > fmean(busy.air(t).no2 for t in night) + 5
    assert fmean(busy.noise_db(t) for t in day) > fmean(busy.noise_db(t) for t in night) + 3
    assert all(air.pm1 < air.pm2_5 < air.pm10 for air in map(busy.air, times_us))


def test_a_bin_fills_until_it_is_emptied() -> None:
    here = place(STREET)
    levels = [here.fill_percent(MONDAY_US + hour * HOUR_US) for hour in range(24 * 10)]
    drops = [hour for hour, (a, b) in enumerate(pairwise(levels)) if b < a]

    assert drops
    assert all(hour % 24 == 6 for hour in drops)
    assert max(levels) > 15
