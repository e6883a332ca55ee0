"""Three ways to make the same records durable: the spool, a plain log, and SQLite."""

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol
from uuid import UUID

from gateway.spool import Measured, ReadingEntry, RealDisk, SensorSettings, Spool, SpoolLimits
from gateway.spool.codec import encode_entry
from gateway.spool.dictionary import Dictionary
from gateway.spool.frame import frame, frame_group

EPOCH = "5f0c2a9e41d07b36"
_KEY = bytes.fromhex(EPOCH)
_BOOT = UUID(int=1)
_STATION = SensorSettings("station-1", "weather-station", 1_000, b"settings")
_QUANTITIES = ("temperature", "humidity", "pressure", "wind_speed", "wind_direction", "rain_depth")
_STEP_NS = 200_000_000


def records(number: int, first: int = 0) -> list[ReadingEntry]:
    """So many records of about 100 bytes: six values of one sensor at one instant, as the spool writes them."""
    return [
        ReadingEntry(
            _STATION.id,
            (first + at) * _STEP_NS,
            tuple(Measured(name, (first + at) * 0.1 + place) for place, name in enumerate(_QUANTITIES)),
        )
        for at in range(number)
    ]


class Encoded:
    """Records as the bytes of the spool's format, with nothing around them."""

    def __init__(self) -> None:
        self._dictionary = Dictionary()
        self._boot = self._dictionary.boot_index(_BOOT)
        self._dictionary.define(_STATION)
        self._sequence = 1

    def take(self, group: Sequence[ReadingEntry]) -> list[tuple[int, bytes]]:
        """The entries of a group, each with its sequence and check sum."""
        taken = []
        for entry in group:
            kind, body, _ = encode_entry(entry, self._boot, self._dictionary)
            taken.append((self._sequence, frame(_KEY, kind, self._sequence, body)))
            self._sequence += len(entry.values)
        return taken


class DurableLog(Protocol):
    """One side of the benchmark."""

    def commit(self, group: Sequence[ReadingEntry]) -> None:
        """Make a group durable; it is when this returns."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...


class SpoolLog:
    """The product's own."""

    def __init__(self, folder: Path) -> None:
        limits = SpoolLimits(bytes_max=128 * 1024 * 1024)
        self._spool = Spool.open(RealDisk(folder), "g", _BOOT, limits=limits, new_epoch=lambda: EPOCH)
        self._spool.define([_STATION])

    def commit(self, group: Sequence[ReadingEntry]) -> None:
        self._spool.append(group)

    def close(self) -> None:
        self._spool.close()


class PlainLog:
    """One growing file: the same bytes under the same check sums, appended, with one fdatasync a group."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._encoded = Encoded()
        self._file = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        handle = os.open(folder, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
        self._commits = 0

    def commit(self, group: Sequence[ReadingEntry]) -> None:
        self._commits += 1
        os.write(self._file, frame_group(_KEY, self._commits, b"".join(data for _, data in self._encoded.take(group))))
        os.fdatasync(self._file)

    def close(self) -> None:
        os.close(self._file)


class SqliteLog:
    """SQLite in WAL mode with synchronous=FULL, one transaction a group, each entry a row."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._encoded = Encoded()
        self._database = sqlite3.connect(folder / "log.db", isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("CREATE TABLE record (sequence INTEGER PRIMARY KEY, entry BLOB NOT NULL)")

    def commit(self, group: Sequence[ReadingEntry]) -> None:
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO record VALUES (?, ?)", self._encoded.take(group))
        self._database.execute("COMMIT")

    def close(self) -> None:
        self._database.close()
