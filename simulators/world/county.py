"""The seeded county: every place of it, by site and sensor."""

from collections.abc import Iterator
from functools import cached_property

from simulators.world.air import SiteAir, washing_from_us
from simulators.world.bins import Bin
from simulators.world.cabinet import Housing
from simulators.world.climate import Climates
from simulators.world.cyclists import cyclists
from simulators.world.meters import Meter
from simulators.world.noise import SiteNoise
from simulators.world.people import people
from simulators.world.place import Air, Passage, Place, Room, Stay, System, Weather
from simulators.world.queues import Incident
from simulators.world.rain import RainField
from simulators.world.rooms import LivedIn
from simulators.world.site import Road, SitePlace, road_of
from simulators.world.stays import opened, parked
from simulators.world.structure import Structure
from simulators.world.traffic import Lane
from simulators.world.water import Water
from simulators.world.weather import SiteWeather


class World:
    """One county; two of the same seed and start are the same.

    Arguments:
        seed: what makes it this one.
        start_us: when it begins, microseconds since 1970 UTC.
    """

    def __init__(self, seed: int, start_us: int) -> None:
        self.seed = seed
        self.start_us = start_us
        self._climates = Climates(seed)
        self._rain = RainField(seed, self._climates)
        self._weathers: dict[SitePlace, SiteWeather] = {}

    def place(self, site: SitePlace, sensor: str) -> "CountyPlace":
        """Where a sensor stands.

        Arguments:
            site: at which it stands; sensors of one site share weather and air.
            sensor: a name that no other sensor of the site has.
        """
        weather = self._weathers.get(site)
        if weather is None:
            weather = SiteWeather(self.seed, site, self.start_us, self._climates, self._rain)
            self._weathers[site] = weather
        return CountyPlace(self.seed, self.start_us, site, sensor, weather)


class CountyPlace(Place):
    """Where one sensor of the county stands; what nobody asks for is not made.

    Arguments:
        seed, start_us: of the world.
        site, sensor: which.
        weather: the site's.
    """

    def __init__(self, seed: int, start_us: int, site: SitePlace, sensor: str, weather: SiteWeather) -> None:
        super().__init__(start_us)
        self._seed = seed
        self._site = site
        self._name = f"{site.id}/{sensor}"
        self._weather = weather
        self.road: Road = road_of(site, seed)

    @cached_property
    def _lane(self) -> Lane:
        return Lane(self._seed, self.road, self.start_us, self._name)

    @cached_property
    def _air(self) -> SiteAir:
        return SiteAir(self._seed, self._site.id, self.road)

    @cached_property
    def _water(self) -> Water:
        return Water(self._seed, self._name, by_road=bool(self._site.road))

    @cached_property
    def _noise(self) -> SiteNoise:
        return SiteNoise(self._seed, self._name, self.road)

    @cached_property
    def _structure(self) -> Structure:
        return Structure(self._seed, self._name)

    @cached_property
    def _room(self) -> LivedIn:
        return LivedIn(self._seed, self.start_us, self._name)

    @cached_property
    def _bin(self) -> Bin:
        return Bin(self._seed, self._name)

    @cached_property
    def _meter(self) -> Meter:
        return Meter(self._seed, self.start_us, self._name)

    @cached_property
    def _housing(self) -> Housing:
        return Housing(self._seed, self._name)

    def vehicles(self) -> Iterator[Passage]:
        return self._lane.passages()

    def incidents(self, until_us: int) -> list[Incident]:
        """The vehicles that stop in the lane from the start until `until_us`."""
        return self._lane.queues.incidents(self.start_us, until_us)

    def cyclists(self) -> Iterator[Passage]:
        return cyclists(self._seed, self.start_us, self._name)

    def people(self) -> Iterator[Passage]:
        return people(self._seed, self.start_us, self._name)

    def bay(self) -> Iterator[Stay]:
        return parked(self._seed, self.start_us, self._name)

    def door(self) -> Iterator[Stay]:
        return opened(self._seed, self.start_us, self._name)

    def motion(self) -> Iterator[Stay]:
        return self._room.motion()

    def weather(self, time_us: int) -> Weather:
        return self._weather.at(time_us)

    def wind_run_m(self, time_us: int) -> float:
        return self._weather.wind_run_m(time_us)

    def rain_mm(self, time_us: int) -> float:
        return self._weather.rain_mm(time_us)

    def air(self, time_us: int) -> Air:
        washing_mm = self._weather.rain_mm(time_us) - self._weather.rain_mm(washing_from_us(time_us))
        return self._air.at(time_us, self._weather.at(time_us), washing_mm)

    def water_mm(self, time_us: int) -> float:
        return self._water.at(self._weather.ground(time_us))

    def noise_db(self, time_us: int) -> float:
        return self._noise.at(time_us, self._weather.at(time_us))

    def tilt(self, time_us: int) -> tuple[float, float]:
        return self._structure.at(time_us, self._weather.at(time_us))

    def room(self, time_us: int) -> Room:
        outside = self._weather.at(time_us)
        return self._room.air(time_us, outside.air_temperature, outside.relative_humidity)

    def fill_percent(self, time_us: int) -> float:
        return self._bin.at(time_us)

    def energy_wh(self, time_us: int) -> float:
        return self._meter.at(time_us)

    def system(self, time_us: int) -> System:
        return self._housing.at(time_us, self._weather.at(time_us))
