"""A store that only gives back what it was given, and remembers what it was asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cloud.stores.protocol import (
    Kept,
    NotedMarker,
    Outcome,
    Query,
    Store,
    StoredReading,
    StorePack,
    StoreUnavailable,
    Wanted,
)
from sensorhub.ranges import RangeSet


@dataclass
class Shelf(Store):
    """A store for reading; nothing can be written to it.

    Arguments:
        readings: what it holds, in order.
        arrived: when what came last came.
        broken: whether it cannot be read now.
    """

    readings: list[StoredReading] = field(default_factory=list)
    arrived: dict[tuple[str, str], int] = field(default_factory=dict)
    broken: bool = False
    asked: list[Query] = field(default_factory=list)

    @property
    def id(self) -> str:
        return "5f0c2a9e41d07b36"

    def write(self, packs: Sequence[StorePack]) -> list[Outcome]:
        raise NotImplementedError

    def kept(self, gateway: str, epoch: str, first: int, last: int) -> Kept:
        raise NotImplementedError

    def read(self, query: Query) -> Iterator[StoredReading]:
        self.asked.append(query)
        if self.broken:
            raise StoreUnavailable("The store is away. Start it.")
        for one in self.readings:
            late_enough = query.from_us is None or one.reading.time_us >= query.from_us
            early_enough = query.to_us is None or one.reading.time_us < query.to_us
            if late_enough and early_enough and query.sensor in (None, one.reading.sensor):
                yield one

    def arrivals(self) -> dict[tuple[str, str], int]:
        return self.arrived

    def here(self, gateway: str, epoch: str) -> RangeSet:
        raise NotImplementedError

    def marked(self) -> list[tuple[str, str]]:
        raise NotImplementedError

    def markers(self, gateway: str, epoch: str) -> list[NotedMarker]:
        raise NotImplementedError

    def around(self, gateway: str, epoch: str, first: int, last: int) -> tuple[int | None, int | None]:
        raise NotImplementedError

    def forget_hashes(self, before_us: int, ranges_max: int) -> int:
        raise NotImplementedError

    def want(self, since_us: int, gateway: str | None = None) -> None:
        raise NotImplementedError

    def wanted(self) -> list[Wanted]:
        raise NotImplementedError

    def close(self) -> None:
        pass
