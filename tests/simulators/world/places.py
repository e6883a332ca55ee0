"""Sites and worlds for these tests."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import takewhile

from sensorhub.reading import US_PER_S
from simulators.world.county import CountyPlace, World
from simulators.world.place import Passage, Stay
from simulators.world.site import SitePlace

HOUR_US = 3_600 * US_PER_S
DAY_US = 24 * HOUR_US

A127 = SitePlace("a127-rayleigh-weir", 51.5745, 0.601, "A127", "westbound")
STREET = SitePlace("chelmsford-high-street", 51.7356, 0.4685, "High Street")
RIVER = SitePlace("maldon-river", 51.7318, 0.6758)


def at_us(year: int, month: int, day: int, hour: int = 0) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp()) * US_PER_S


MONDAY_US = at_us(2026, 1, 12)


def place(site: SitePlace, seed: int = 7, start_us: int = MONDAY_US, sensor: str = "sensor-1") -> CountyPlace:
    return World(seed, start_us).place(site, sensor)


def passages_until(stream: Iterable[Passage], until_us: int) -> Iterator[Passage]:
    return takewhile(lambda passage: passage.time_us < until_us, stream)


def stays_until(stream: Iterable[Stay], until_us: int) -> Iterator[Stay]:
    return takewhile(lambda stay: stay.from_us < until_us, stream)
