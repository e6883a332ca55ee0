"""A store in memory, simple enough to be believed: what the others are compared with."""

from collections.abc import Iterator, Sequence

from cloud.stores.protocol import Fate, Kept, Outcome, Query, Store, StoredReading, StorePack, conflict
from sensorhub.ranges import RangeSet
from sensorhub.reading import Marker, Reading


class ModelStore(Store):
    """Holds packs in a list and looks through all of them each time."""

    def __init__(self, store_id: str = "00000000000000aa") -> None:
        self._id = store_id
        self._packs: list[StorePack] = []

    @property
    def id(self) -> str:
        return self._id

    def write(self, packs: Sequence[StorePack]) -> list[Outcome]:
        return [self._write(pack) for pack in packs]

    def _write(self, pack: StorePack) -> Outcome:
        for other in self._packs:
            if (other.id, other.hash) == (pack.id, pack.hash):
                return Outcome(Fate.DUPLICATE, other.refused)
            same_spool = (other.id.gateway, other.id.epoch) == (pack.id.gateway, pack.id.epoch)
            if same_spool and other.id.first <= pack.id.last and pack.id.first <= other.id.last:
                return conflict(pack)
        self._packs.append(pack)
        return Outcome(Fate.STORED, pack.refused)

    def kept(self, gateway: str, epoch: str, first: int, last: int) -> Kept:
        stored, refused = RangeSet(), RangeSet()
        for pack in self._packs:
            if (pack.id.gateway, pack.id.epoch) == (gateway, epoch):
                stored.add(pack.id.first, pack.id.last)
                for a, b in pack.refused:
                    refused.add(a, b)
        for a, b in refused:
            stored.remove(a, b)
        return Kept(tuple(stored.within(first, last)), tuple(refused.within(first, last)))

    def read(self, query: Query) -> Iterator[StoredReading]:
        found = [
            StoredReading(pack.id.gateway, record, pack.arrived_us)
            for pack in self._packs
            for _, record in pack.records
            if isinstance(record, Reading) and _matches(query, pack.id.gateway, record)
        ]
        yield from sorted(
            found, key=lambda one: (one.reading.time_us, one.gateway, one.reading.sensor, one.reading.quantity)
        )

    def markers(self) -> list[tuple[str, int, Marker]]:
        """Gateway, sequence and marker of every gap."""
        return [
            (pack.id.gateway, sequence, record)
            for pack in self._packs
            for sequence, record in pack.records
            if isinstance(record, Marker)
        ]

    def arrivals(self) -> dict[tuple[str, str], int]:
        newest: dict[tuple[str, str], int] = {}
        for pack in self._packs:
            for _, record in pack.records:
                if isinstance(record, Reading):
                    key = (pack.id.gateway, record.sensor)
                    newest[key] = max(pack.arrived_us, newest.get(key, pack.arrived_us))
        return newest

    def close(self) -> None:
        pass


def _matches(query: Query, gateway: str, reading: Reading) -> bool:
    return (
        query.gateway in {None, gateway}
        and query.sensor in {None, reading.sensor}
        and query.quantity in {None, reading.quantity}
        and (query.from_us is None or query.from_us <= reading.time_us)
        and (query.to_us is None or reading.time_us < query.to_us)
    )
