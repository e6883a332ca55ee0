"""What the world is like where one sensor stands."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Passage:
    """A vehicle, cyclist or person crosses the sensor's line at a constant speed.

    Nobody is in two places: the next one's front comes after this one's rear has left the line and gone on for a metre.

    Arguments:
        time_us: when the front reaches the line, microseconds since 1970 UTC.
        speed_mps: m/s, above zero.
        length_m: from front to rear.
        reverse: against the direction of the lane; of people: out.
        stands_s: how long it stands over the line, in the middle of its way across, before it goes on.
    """

    time_us: int
    speed_mps: float
    length_m: float
    reverse: bool = False
    stands_s: float = 0.0

    @property
    def over_s(self) -> float:
        """How long it is over the line, seconds."""
        return self.length_m / self.speed_mps + self.stands_s


@dataclass(frozen=True, slots=True, order=True)
class Stay:
    """Something holds in [from_us, until_us), microseconds since 1970 UTC: a car stands, a door is open."""

    from_us: int
    until_us: int


@dataclass(frozen=True, slots=True)
class Weather:
    """Temperatures in Celsius, humidity in %, pressure in hPa at the sensor, wind in m/s and degrees (where it comes
    from, 0 is north), rain in mm/h."""

    air_temperature: float
    relative_humidity: float
    air_pressure: float
    wind_speed: float
    wind_direction: float
    rain_rate: float
    road_temperature: float


@dataclass(frozen=True, slots=True)
class Air:
    """What is in the air, all in ug/m3."""

    no2: float
    pm1: float
    pm2_5: float
    pm10: float


@dataclass(frozen=True, slots=True)
class Room:
    """The air of a room: Celsius, %, ppm."""

    air_temperature: float
    relative_humidity: float
    co2: float


@dataclass(frozen=True, slots=True)
class System:
    """How the gateway itself is: processor in Celsius, card used in %."""

    cpu_temperature: float
    throttled: bool
    disk_used_percent: float


class Place:
    """Where one sensor stands: all that it could sense there.

    Times are wall time, microseconds since 1970 UTC, from `start_us` on. Everything depends on the place and the time
    alone: any time may be asked in any order, rising times are quickest. Streams begin at the world's start, are made
    as they are asked for, and are the same each time.

    This one is a place where nothing happens, on a mild day; the county's places replace all of it.

    Arguments:
        start_us: when the world begins.
    """

    def __init__(self, start_us: int) -> None:
        self.start_us = start_us

    def vehicles(self) -> Iterator[Passage]:
        """Vehicles of the lane, in the order of time, without end in the county."""
        return iter(())

    def cyclists(self) -> Iterator[Passage]:
        """Cyclists, in the order of time, without end in the county."""
        return iter(())

    def people(self) -> Iterator[Passage]:
        """People who walk in, or out (`reverse`), in the order of time, without end in the county."""
        return iter(())

    def bay(self) -> Iterator[Stay]:
        """When a car stands in the bay; stays never overlap or touch."""
        return iter(())

    def door(self) -> Iterator[Stay]:
        """When the cabinet's door is open; stays never overlap or touch."""
        return iter(())

    def motion(self) -> Iterator[Stay]:
        """When somebody moves in the room; stays never overlap or touch."""
        return iter(())

    def weather(self, time_us: int) -> Weather:
        """The weather now."""
        return Weather(12.0, 75.0, 1013.0, 0.0, 225.0, 0.0, 12.0)

    def wind_run_m(self, time_us: int) -> float:
        """Metres of wind that have passed since the start; never falls."""
        return 0.0

    def rain_mm(self, time_us: int) -> float:
        """Rain that has fallen since the start, mm; never falls."""
        return 0.0

    def air(self, time_us: int) -> Air:
        """What is in the air now."""
        return Air(10.0, 4.0, 7.0, 12.0)

    def water_mm(self, time_us: int) -> float:
        """Height of the water in the gully or river, mm."""
        return 100.0

    def noise_db(self, time_us: int) -> float:
        """A-weighted sound level now, dB."""
        return 45.0

    def tilt(self, time_us: int) -> tuple[float, float]:
        """Tilt of the structure along and across, degrees."""
        return 0.0, 0.0

    def room(self, time_us: int) -> Room:
        """The air of the room now."""
        return Room(20.0, 45.0, 450.0)

    def fill_percent(self, time_us: int) -> float:
        """How full the bin is, %."""
        return 0.0

    def energy_wh(self, time_us: int) -> float:
        """Energy used since the start, Wh; never falls."""
        return 0.0

    def system(self, time_us: int) -> System:
        """How the gateway itself is now."""
        return System(45.0, False, 20.0)
