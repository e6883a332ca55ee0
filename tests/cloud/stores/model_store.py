"""A store in memory, simple enough to be believed: what the others are compared with, and what simulations use."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from cloud.stores.protocol import (
    NEIGHBOURS_MAX,
    Fate,
    Kept,
    NotedMarker,
    Outcome,
    Query,
    Store,
    StoredReading,
    StorePack,
    Wanted,
    conflict,
)
from sensorhub.ranges import Range, RangeSet
from sensorhub.reading import Marker, Reading


@dataclass
class _Epoch:
    """One epoch: its packs by first sequence, and those firsts in order."""

    firsts: list[int] = field(default_factory=list)
    packs: dict[int, StorePack] = field(default_factory=dict)
    refused: RangeSet = field(default_factory=RangeSet)
    here: RangeSet = field(default_factory=RangeSet)
    forgotten: RangeSet = field(default_factory=RangeSet)
    wanted: RangeSet = field(default_factory=RangeSet)

    def overlapping(self, first: int, last: int) -> list[StorePack]:
        at = bisect_right(self.firsts, last)
        found: list[StorePack] = []
        while at > 0 and self.packs[self.firsts[at - 1]].id.last >= first:
            at -= 1
            found.append(self.packs[self.firsts[at]])
        return found

    def arrived_us(self, pack: StorePack) -> int:
        """When a pack came; of forgotten neighbours that merged only the newest arrival is known."""
        run = next((span for span in self.forgotten if span[0] <= pack.id.first <= span[1]), _span(pack))
        return max(other.arrived_us for other in self.overlapping(*run))


class ModelStore(Store):
    """Holds packs, by epoch."""

    def __init__(self, store_id: str = "00000000000000aa") -> None:
        self._id = store_id
        self._epochs: dict[tuple[str, str], _Epoch] = {}

    @property
    def id(self) -> str:
        return self._id

    def write(self, packs: Sequence[StorePack]) -> list[Outcome]:
        return [self._write(pack) for pack in packs]

    def _write(self, pack: StorePack) -> Outcome:
        epoch = self._epochs.setdefault((pack.id.gateway, pack.id.epoch), _Epoch())
        first, last = pack.id.first, pack.id.last
        met = epoch.overlapping(first, last)
        if not met:
            self._put(epoch, pack)
            return Outcome(Fate.STORED, pack.refused)
        same = len(met) == 1 and (met[0].id, met[0].hash) == (pack.id, pack.hash)
        in_part = epoch.wanted.covers(first, last) and all(_span(old) != (first, last) for old in met)
        if not same and not in_part and not epoch.forgotten.covers(first, last):
            return conflict(pack)
        refused = tuple(epoch.refused.within(first, last))
        if not epoch.wanted.within(first, last):
            return Outcome(Fate.DUPLICATE, refused)
        epoch.wanted.remove(first, last)
        arrived_us = max(epoch.arrived_us(old) for old in met)
        for old in met:
            epoch.firsts.remove(old.id.first)
            del epoch.packs[old.id.first]
            for low, high in ((old.id.first, first - 1), (last + 1, old.id.last)):
                if max(low, old.id.first) <= min(high, old.id.last):
                    self._put(epoch, _part(old, low, high))
                    epoch.forgotten.add(low, high)
        self._put(epoch, replace(pack, arrived_us=arrived_us, refused=refused))
        return Outcome(Fate.RENEWED, refused)

    def _put(self, epoch: _Epoch, pack: StorePack) -> None:
        epoch.firsts.insert(bisect_right(epoch.firsts, pack.id.first), pack.id.first)
        epoch.packs[pack.id.first] = pack
        epoch.here.add(pack.id.first, pack.id.last)
        for a, b in pack.refused:
            epoch.refused.add(a, b)

    def kept(self, gateway: str, epoch: str, first: int, last: int) -> Kept:
        known = self._epochs.get((gateway, epoch), _Epoch())
        stored = RangeSet(known.here.within(first, last))
        refused = RangeSet(known.refused.within(first, last))
        for a, b in known.wanted.within(first, last):
            stored.remove(a, b)
            refused.remove(a, b)
        for a, b in refused:
            stored.remove(a, b)
        return Kept(tuple(stored), tuple(refused))

    def here(self, gateway: str, epoch: str) -> RangeSet:
        return RangeSet(self._epochs.get((gateway, epoch), _Epoch()).here)

    def read(self, query: Query) -> Iterator[StoredReading]:
        found = [
            StoredReading(pack.id.gateway, record, pack.arrived_us)
            for pack in self._packs()
            for _, record in pack.records
            if isinstance(record, Reading) and _matches(query, pack.id.gateway, record)
        ]
        yield from sorted(
            found, key=lambda one: (one.reading.time_us, one.gateway, one.reading.sensor, one.reading.quantity)
        )

    def _packs(self) -> Iterator[StorePack]:
        for epoch in self._epochs.values():
            yield from epoch.packs.values()

    def marked(self) -> list[tuple[str, str]]:
        return [key for key in self._epochs if self.markers(*key)]

    def markers(self, gateway: str, epoch: str) -> list[NotedMarker]:
        known = self._epochs.get((gateway, epoch), _Epoch())
        return [
            NotedMarker(sequence, record, known.packs[first].arrived_us)
            for first in known.firsts
            for sequence, record in known.packs[first].records
            if isinstance(record, Marker)
        ]

    def around(self, gateway: str, epoch: str, first: int, last: int) -> tuple[int | None, int | None]:
        times = {
            sequence: record.time_us
            for pack in self._epochs.get((gateway, epoch), _Epoch()).packs.values()
            for sequence, record in pack.records
            if isinstance(record, Reading)
        }
        before = max((sequence for sequence in times if first - NEIGHBOURS_MAX <= sequence < first), default=0)
        after = min((sequence for sequence in times if last < sequence <= last + NEIGHBOURS_MAX), default=0)
        return times.get(before), times.get(after)

    def arrivals(self) -> dict[tuple[str, str], int]:
        newest: dict[tuple[str, str], int] = {}
        for pack in self._packs():
            for _, record in pack.records:
                if isinstance(record, Reading):
                    key = (pack.id.gateway, record.sensor)
                    newest[key] = max(pack.arrived_us, newest.get(key, pack.arrived_us))
        return newest

    def forget_hashes(self, before_us: int, ranges_max: int) -> int:
        done = 0
        for epoch in self._epochs.values():
            for pack in epoch.packs.values():
                if done < ranges_max and pack.arrived_us < before_us and not epoch.forgotten.covers(*_span(pack)):
                    epoch.forgotten.add(*_span(pack))
                    done += 1
        return done

    def want(self, since_us: int, gateway: str | None = None) -> None:
        self._id = f"{int(self._id, 16) + 1:016x}"
        for (owner, _), epoch in self._epochs.items():
            for pack in epoch.packs.values():
                if epoch.arrived_us(pack) >= since_us and gateway in {None, owner}:
                    epoch.wanted.add(*_span(pack))

    def wanted(self) -> list[Wanted]:
        return [
            Wanted(gateway, name, first, last)
            for (gateway, name), epoch in sorted(self._epochs.items())
            for first, last in epoch.wanted
        ]

    def close(self) -> None:
        pass


def _part(pack: StorePack, first: int, last: int) -> StorePack:
    """What of a pack lies in first to last."""
    records = tuple((sequence, record) for sequence, record in pack.records if first <= sequence <= last)
    refused = tuple(RangeSet(pack.refused).within(first, last))
    return replace(pack, id=replace(pack.id, first=first, count=last - first + 1), records=records, refused=refused)


def _span(pack: StorePack) -> Range:
    return pack.id.first, pack.id.last


def _matches(query: Query, gateway: str, reading: Reading) -> bool:
    return (
        query.gateway in {None, gateway}
        and query.sensor in {None, reading.sensor}
        and query.quantity in {None, reading.quantity}
        and (query.from_us is None or query.from_us <= reading.time_us)
        and (query.to_us is None or reading.time_us < query.to_us)
    )
