"""The DuckDB store: one file in the hub's folder, one process, readings and ranges in one transaction."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

import duckdb

from cloud.stores import duck_tables as tables
from cloud.stores.duck_file import DuckFile, StoreLocked
from cloud.stores.duck_upkeep import cut_ranges, forget_hashes, want_again
from cloud.stores.forgetting import Forgotten, cut
from cloud.stores.protocol import (
    NEIGHBOURS_MAX,
    Fate,
    Kept,
    NotedMarker,
    Outcome,
    Query,
    StoredReading,
    StorePack,
    StoreUnavailable,
    Wanted,
    conflict,
    draw_id,
)
from sensorhub.ranges import Range, RangeSet
from sensorhub.reading import Marker, Quality, Reading
from sensorhub.topics import PackId

EPOCHS_CACHED_MAX = 4_096
"""Epochs whose ranges are held in memory, a few hundred bytes each; another one is read from its rows."""

ROWS_PER_FETCH = 2_048
"""What a reader holds at a time: one vector of DuckDB."""


@dataclass(frozen=True, slots=True)
class _Epoch:
    """The sequences of one epoch that are committed, those of them that are dead letters, and those wanted again."""

    taken: RangeSet
    refused: RangeSet
    wanted: RangeSet


@dataclass(frozen=True, slots=True)
class _Met:
    """What is stored of a pack already: what was refused of it, when it came first, its ranges if these are others."""

    refused: tuple[Range, ...]
    arrived_us: int
    ranges: tuple[Forgotten, ...] = ()


class _Group:
    """The packs of one group that are to be written, and what later packs of the same group meet in them."""

    def __init__(self) -> None:
        self.packs: dict[PackId, StorePack] = {}
        self.renewed: dict[PackId, StorePack] = {}
        self.cut: dict[PackId, tuple[Forgotten, ...]] = {}
        self._again: dict[tuple[str, str], RangeSet] = {}
        self._taken: dict[tuple[str, str], RangeSet] = {}

    def new(self, pack: StorePack) -> Outcome:
        """Take a pack that overlaps nothing stored before, unless it overlaps one of this group."""
        before = self.packs.get(pack.id)
        if before is not None and before.hash == pack.hash:
            return Outcome(Fate.DUPLICATE, before.refused)
        taken = self._taken.setdefault((pack.id.gateway, pack.id.epoch), RangeSet())
        if taken.within(pack.id.first, pack.id.last):
            return conflict(pack)
        self.packs[pack.id] = pack
        taken.add(pack.id.first, pack.id.last)
        return Outcome(Fate.STORED, pack.refused)

    def again(self, pack: StorePack, met: _Met, wanted: RangeSet) -> Outcome:
        """Take a pack that is stored already, if it is wanted again: under its first time, without what was refused."""
        before = self.renewed.get(pack.id)
        if (before is not None and before.hash == pack.hash) or not wanted.within(pack.id.first, pack.id.last):
            return Outcome(Fate.DUPLICATE, met.refused)
        again = self._again.setdefault((pack.id.gateway, pack.id.epoch), RangeSet())
        if again.within(pack.id.first, pack.id.last):
            return conflict(pack)
        again.add(pack.id.first, pack.id.last)
        refused = RangeSet(met.refused)
        records = tuple((sequence, record) for sequence, record in pack.records if sequence not in refused)
        self.renewed[pack.id] = replace(pack, records=records, refused=met.refused, arrived_us=met.arrived_us)
        if met.ranges:
            self.cut[pack.id] = met.ranges
        return Outcome(Fate.RENEWED, met.refused)


class DuckStore:
    """A Store (see the protocol) in a file `readings.duckdb`.

    Arguments:
        data: the hub's folder.
        read_only: open what is there, and make no file (default False).
        make_id: draws the store's id (default 16 random hex digits).

    Raises:
        AskedWrong: it is to be read only, and is not there.
        StoreLocked: another process has it open.
        StoreUnavailable: it cannot be opened.
    """

    def __init__(self, data: Path, *, read_only: bool = False, make_id: Callable[[], str] = draw_id) -> None:
        self._lock = Lock()
        """Between the ranges that are committed and those in memory; a reader of rows does not need it."""
        self._epochs: OrderedDict[tuple[str, str], _Epoch] = OrderedDict()
        self._make_id = make_id
        self.id = make_id()
        """Another one at each start, so a file that was copied back can never pass for the current one."""
        self._file = DuckFile(data, read_only=read_only)

    def write(self, packs: Sequence[StorePack]) -> list[Outcome]:
        with self._lock:
            try:
                with self._file.connection() as connection:
                    return self._write(connection, packs)
            except StoreUnavailable:
                # Whether a failed commit is in the file is known by the file alone.
                self._epochs.clear()
                raise

    def _write(self, connection: duckdb.DuckDBPyConnection, packs: Sequence[StorePack]) -> list[Outcome]:
        overlapping = [pack for pack in packs if self._taken(connection, pack.id)]
        same = _same(connection, overlapping) if overlapping else {}
        group = _Group()
        outcomes: list[Outcome] = []
        for pack in packs:
            epoch = self._epoch(connection, (pack.id.gateway, pack.id.epoch))
            met = same.get((pack.id, pack.hash))
            if met is None and epoch.wanted.covers(pack.id.first, pack.id.last):
                met = _cut(connection, pack.id)  # None: other content in the same bounds
            if met is not None:
                outcomes.append(group.again(pack, met, epoch.wanted))
            elif epoch.taken.within(pack.id.first, pack.id.last):
                outcomes.append(conflict(pack))
            else:
                outcomes.append(group.new(pack))
        if group.packs or group.renewed:
            self._commit(connection, group)
        return outcomes

    def _commit(self, connection: duckdb.DuckDBPyConnection, group: _Group) -> None:
        new, renewed = list(group.packs.values()), list(group.renewed.values())
        connection.begin()
        if renewed:
            connection.execute(tables.DELETE_READINGS, [tables.sequence_rows(renewed)])
            connection.execute(tables.DELETE_MARKERS, [tables.sequence_rows(renewed)])
        connection.execute(tables.INSERT_READINGS, [tables.reading_rows(new + renewed)])
        if any(isinstance(record, Marker) for pack in new + renewed for _, record in pack.records):
            connection.execute(tables.INSERT_MARKERS, [tables.marker_rows(new + renewed)])
        for pack_id, ranges in group.cut.items():
            cut_ranges(connection, pack_id, ranges)
        if new or group.cut:
            cut_out = [group.renewed[pack_id] for pack_id in group.cut]
            connection.execute(tables.INSERT_RANGES, [tables.range_rows(new + cut_out)])
        for pack in renewed:
            key = (pack.id.gateway, pack.id.epoch)
            self._epoch(connection, key).wanted.remove(pack.id.first, pack.id.last)
        for key in dict.fromkeys((pack.id.gateway, pack.id.epoch) for pack in renewed):
            tables.put_wanted(connection, key, self._epoch(connection, key).wanted)
        connection.commit()
        for pack in new:
            epoch = self._epoch(connection, (pack.id.gateway, pack.id.epoch))
            epoch.taken.add(pack.id.first, pack.id.last)
            for first, last in pack.refused:
                epoch.refused.add(first, last)

    def kept(self, gateway: str, epoch: str, first: int, last: int) -> Kept:
        with self._lock, self._file.connection() as connection:
            known = self._epoch(connection, (gateway, epoch))
            stored = RangeSet(known.taken.within(first, last))
            refused = RangeSet(known.refused.within(first, last))
            wanted = known.wanted.within(first, last)
        for a, b in wanted:
            stored.remove(a, b)
            refused.remove(a, b)
        for a, b in refused:
            stored.remove(a, b)
        return Kept(tuple(stored), tuple(refused))

    def here(self, gateway: str, epoch: str) -> RangeSet:
        with self._lock, self._file.connection() as connection:
            return RangeSet(self._epoch(connection, (gateway, epoch)).taken)

    def marked(self) -> list[tuple[str, str]]:
        with self._file.connection() as connection:
            return connection.execute(tables.MARKED).fetchall()

    def markers(self, gateway: str, epoch: str) -> list[NotedMarker]:
        with self._file.connection() as connection:
            rows = connection.execute(tables.MARKERS, [gateway, epoch]).fetchall()
        return [
            NotedMarker(sequence, Marker(kind, time_us, text), arrived_us)
            for sequence, kind, time_us, text, arrived_us in rows
        ]

    def around(self, gateway: str, epoch: str, first: int, last: int) -> tuple[int | None, int | None]:
        with self._file.connection() as connection:
            before = connection.execute(tables.BEFORE, [gateway, epoch, first - NEIGHBOURS_MAX, first - 1]).fetchone()
            after = connection.execute(tables.AFTER, [gateway, epoch, last + 1, last + NEIGHBOURS_MAX]).fetchone()
        return (before[0] if before else None), (after[0] if after else None)

    def read(self, query: Query) -> Iterator[StoredReading]:
        sql, parameters = tables.select_readings(query)
        with self._file.connection() as cursor:
            cursor.execute(sql, parameters)
            while rows := cursor.fetchmany(ROWS_PER_FETCH):
                for gateway, sensor, quantity, time_us, value, quality, arrived_us in rows:
                    reading = Reading(sensor, quantity, time_us, value, Quality(quality))
                    yield StoredReading(gateway, reading, arrived_us)

    def arrivals(self) -> dict[tuple[str, str], int]:
        with self._file.connection() as connection:
            rows = connection.execute(tables.ARRIVALS).fetchall()
        return {(gateway, sensor): arrived_us for gateway, sensor, arrived_us in rows}

    def forget_hashes(self, before_us: int, ranges_max: int) -> int:
        with self._lock, self._file.connection() as connection:
            return forget_hashes(connection, before_us, ranges_max)

    def want(self, since_us: int, gateway: str | None = None) -> None:
        with self._lock:
            with self._file.connection() as connection:
                want_again(connection, since_us, gateway)
            self._epochs.clear()
            self.id = self._make_id()

    def wanted(self) -> list[Wanted]:
        with self._file.connection() as connection:
            return [Wanted(*row) for row in tables.rows_wanted(connection)]

    def close(self) -> None:
        self._file.close()

    def _taken(self, connection: duckdb.DuckDBPyConnection, pack: PackId) -> bool:
        epoch = self._epoch(connection, (pack.gateway, pack.epoch))
        return bool(epoch.taken.within(pack.first, pack.last))

    def _epoch(self, connection: duckdb.DuckDBPyConnection, key: tuple[str, str]) -> _Epoch:
        known = self._epochs.get(key)
        if known is None:
            taken = RangeSet(sorted(connection.execute(tables.TAKEN, key).fetchall()))
            noted = connection.execute(tables.REFUSED, key).fetchall()
            refused = RangeSet(span for (text,) in noted for span in tables.ranges_from(text))
            wanted = RangeSet((first, last) for _, _, first, last in tables.rows_wanted(connection, key))
            known = _Epoch(taken, refused, wanted)
            self._epochs[key] = known
            if len(self._epochs) > EPOCHS_CACHED_MAX:
                self._epochs.popitem(last=False)
        self._epochs.move_to_end(key)
        return known


def _cut(connection: duckdb.DuckDBPyConnection, pack: PackId) -> _Met | None:
    """What is stored under the sequences of a pack with other bounds; None where the bounds are the same."""
    rows = connection.execute(tables.OVERLAPPING, [pack.gateway, pack.epoch, pack.last, pack.first]).fetchall()
    ranges = tuple(Forgotten(first, last, tables.ranges_from(text), us) for first, last, text, us in rows)
    if any((one.first, one.last) == (pack.first, pack.last) for one in ranges):
        return None
    _, part = cut(ranges, pack.first, pack.last)
    return _Met(part.refused, part.arrived_us, ranges)


def _same(connection: duckdb.DuckDBPyConnection, packs: Sequence[StorePack]) -> dict[tuple[PackId, str], _Met]:
    """Packs that are stored already: their range with their hash, or inside one whose hashes are forgotten."""
    found = {
        (gateway, epoch, first, last): (digest, _Met(tables.ranges_from(text), arrived_us))
        for gateway, epoch, first, last, digest, text, arrived_us in connection.execute(
            tables.FIND_RANGES, [tables.range_rows(packs)]
        ).fetchall()
    }
    same: dict[tuple[PackId, str], _Met] = {}
    others: list[StorePack] = []
    for pack in packs:
        digest, met = found.get((pack.id.gateway, pack.id.epoch, pack.id.first, pack.id.last), ("", None))
        if met is not None and digest == pack.hash:
            same[pack.id, pack.hash] = met
        else:
            others.append(pack)
    if others:
        rows = connection.execute(tables.FIND_FORGOTTEN, [tables.range_rows(others)]).fetchall()
        inside = {tuple(row[:4]): _Met(tables.ranges_from(row[4]), row[5]) for row in rows}
        for pack in others:
            met = inside.get((pack.id.gateway, pack.id.epoch, pack.id.first, pack.id.last))
            if met is not None:
                refused = tuple(RangeSet(met.refused).within(pack.id.first, pack.id.last))
                same[pack.id, pack.hash] = replace(met, refused=refused)
    return same


__all__ = ["DuckStore", "StoreLocked"]
