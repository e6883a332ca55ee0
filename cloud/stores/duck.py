"""The DuckDB store: one file in the hub's folder, one process, readings and ranges in one transaction."""

import os
import re
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, RLock

import duckdb

from cloud.stores import duck_tables as tables
from cloud.stores.protocol import (
    Fate,
    Kept,
    Outcome,
    Query,
    StoredReading,
    StorePack,
    StoreUnavailable,
    conflict,
    draw_id,
)
from sensorhub.errors import AskedWrong
from sensorhub.ranges import RangeSet
from sensorhub.reading import Marker, Quality, Reading
from sensorhub.topics import PackId

_FILE = "readings.duckdb"

MEMORY_MAX = "1GB"
"""A hub may share a small machine; beyond this DuckDB sorts on disk."""

EPOCHS_CACHED_MAX = 4_096
"""Epochs whose ranges are held in memory, a few hundred bytes each; another one is read from its rows."""

ROWS_PER_FETCH = 2_048
"""What a reader holds at a time: one vector of DuckDB."""


class StoreLocked(StoreUnavailable, AskedWrong):
    """Another process has the readings open."""


@dataclass(frozen=True, slots=True)
class _Epoch:
    """The sequences of one epoch that are committed, and those of them that are dead letters."""

    taken: RangeSet
    refused: RangeSet


class _Group:
    """The packs of one group that are new, and what later packs of the same group meet in them."""

    def __init__(self) -> None:
        self.packs: dict[PackId, StorePack] = {}
        self._taken: dict[tuple[str, str], RangeSet] = {}

    def outcome(self, pack: StorePack) -> Outcome:
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
        self._path = data / _FILE
        self._read_only = read_only
        self._lock = Lock()
        """Between the ranges that are committed and those in memory; a reader of rows does not need it."""
        self._epochs: OrderedDict[tuple[str, str], _Epoch] = OrderedDict()
        self._opening = RLock()
        self._opened: duckdb.DuckDBPyConnection | None = None
        self.id = make_id()
        """Another one at each start, so a file that was copied back can never pass for the current one."""
        if read_only and not self._path.exists():
            raise AskedWrong(f"There is no {_FILE} in {data}. Give the folder that the hub was started with.")
        self._cursor().close()

    def write(self, packs: Sequence[StorePack]) -> list[Outcome]:
        with self._lock:
            try:
                connection = self._cursor()
                try:
                    return self._write(connection, packs)
                finally:
                    connection.close()
            except duckdb.Error as error:
                # Whether a failed commit is in the file is known by the file alone.
                self._epochs.clear()
                raise self._unavailable(error) from error

    def _write(self, connection: duckdb.DuckDBPyConnection, packs: Sequence[StorePack]) -> list[Outcome]:
        met = [pack for pack in packs if self._taken(connection, pack.id)]
        before = _met_before(connection, met) if met else {}
        group = _Group()
        outcomes = [before.get((pack.id, pack.hash)) or group.outcome(pack) for pack in packs]
        new = list(group.packs.values())
        if new:
            connection.begin()
            connection.execute(tables.INSERT_READINGS, [tables.reading_rows(new)])
            if any(isinstance(record, Marker) for pack in new for _, record in pack.records):
                connection.execute(tables.INSERT_MARKERS, [tables.marker_rows(new)])
            connection.execute(tables.INSERT_RANGES, [tables.range_rows(new)])
            connection.commit()
        for pack in new:
            epoch = self._epoch(connection, (pack.id.gateway, pack.id.epoch))
            epoch.taken.add(pack.id.first, pack.id.last)
            for first, last in pack.refused:
                epoch.refused.add(first, last)
        return outcomes

    def kept(self, gateway: str, epoch: str, first: int, last: int) -> Kept:
        with self._lock:
            try:
                connection = self._cursor()
                try:
                    known = self._epoch(connection, (gateway, epoch))
                finally:
                    connection.close()
            except duckdb.Error as error:
                raise self._unavailable(error) from error
            stored = RangeSet(known.taken.within(first, last))
            refused = known.refused.within(first, last)
        for a, b in refused:
            stored.remove(a, b)
        return Kept(tuple(stored), tuple(refused))

    def read(self, query: Query) -> Iterator[StoredReading]:
        sql, parameters = tables.select_readings(query)
        try:
            cursor = self._cursor()
            try:
                cursor.execute(sql, parameters)
                while rows := cursor.fetchmany(ROWS_PER_FETCH):
                    for gateway, sensor, quantity, time_us, value, quality, arrived_us in rows:
                        reading = Reading(sensor, quantity, time_us, value, Quality(quality))
                        yield StoredReading(gateway, reading, arrived_us)
            finally:
                cursor.close()
        except duckdb.Error as error:
            raise self._unavailable(error) from error

    def arrivals(self) -> dict[tuple[str, str], int]:
        try:
            cursor = self._cursor()
            try:
                rows = cursor.execute(tables.ARRIVALS).fetchall()
            finally:
                cursor.close()
        except duckdb.Error as error:
            raise self._unavailable(error) from error
        return {(gateway, sensor): arrived_us for gateway, sensor, arrived_us in rows}

    def close(self) -> None:
        with self._opening:
            if self._opened is not None:
                self._opened.close()
                self._opened = None

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection for one use, from any thread; the file is opened where it is not."""
        with self._opening:
            if self._opened is None:
                self._opened = self._open()
            return self._opened.cursor()

    def _open(self) -> duckdb.DuckDBPyConnection:
        # What a reader sorts on disk must not lie beside a hub's files.
        spill = Path(tempfile.gettempdir()) if self._read_only else self._path.parent
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY_MAX,
            "temp_directory": str(spill / f"{_FILE}.tmp"),
            "autoinstall_known_extensions": False,
        }
        try:
            if not self._read_only and not self._path.exists():
                self._make_file()
            return duckdb.connect(str(self._path), read_only=self._read_only, config=config)
        except (duckdb.Error, OSError) as error:
            holder = re.search(r"PID (\d+)", str(error))
            if holder is not None:
                raise StoreLocked(
                    f"{self._path} is in use by process {holder[1]}, which alone can read and write it. "
                    "Ask that hub, or end it and try again."
                ) from error
            raise self._unavailable(error) from error

    def _make_file(self) -> None:
        """Make the file with its tables, whole or not at all: what a full disk cuts short could never be opened."""
        new = self._path.with_name(f"{_FILE}.new")
        for half in self._path.parent.glob(f"{new.name}*"):
            half.unlink()
        with duckdb.connect(str(new)) as making:
            making.execute(tables.CREATE)
        new.rename(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # a power cut must not take the name away from what was receipted
        finally:
            os.close(folder)

    def _unavailable(self, error: duckdb.Error | OSError) -> StoreUnavailable:
        if isinstance(error, duckdb.FatalException | duckdb.InternalException):
            self.close()  # DuckDB takes nothing more through this handle; the next call opens the file anew
        why = str(error).splitlines()[0]
        return StoreUnavailable(
            f"{self._path} cannot be used: {why}. Make room on its disk, or make it readable and writable; "
            "until then the gateways keep their data."
        )

    def _taken(self, connection: duckdb.DuckDBPyConnection, pack: PackId) -> bool:
        epoch = self._epoch(connection, (pack.gateway, pack.epoch))
        return bool(epoch.taken.within(pack.first, pack.last))

    def _epoch(self, connection: duckdb.DuckDBPyConnection, key: tuple[str, str]) -> _Epoch:
        known = self._epochs.get(key)
        if known is None:
            taken = RangeSet(sorted(connection.execute(tables.TAKEN, key).fetchall()))
            noted = connection.execute(tables.REFUSED, key).fetchall()
            known = _Epoch(taken, RangeSet(span for (text,) in noted for span in tables.ranges_from(text)))
            self._epochs[key] = known
            if len(self._epochs) > EPOCHS_CACHED_MAX:
                self._epochs.popitem(last=False)
        self._epochs.move_to_end(key)
        return known


def _met_before(connection: duckdb.DuckDBPyConnection, packs: Sequence[StorePack]) -> dict[tuple[PackId, str], Outcome]:
    """The outcomes of packs that overlap what is stored: the same range with the same hash, or a conflict."""
    rows = connection.execute(tables.FIND_RANGES, [tables.range_rows(packs)]).fetchall()
    stored = {(gateway, epoch, first, last): (digest, text) for gateway, epoch, first, last, digest, text in rows}
    outcomes: dict[tuple[PackId, str], Outcome] = {}
    for pack in packs:
        digest, text = stored.get((pack.id.gateway, pack.id.epoch, pack.id.first, pack.id.last), ("", ""))
        same = digest == pack.hash
        outcomes[pack.id, pack.hash] = Outcome(Fate.DUPLICATE, tables.ranges_from(text)) if same else conflict(pack)
    return outcomes
