"""What a hub has stored, read from copies of its files and from InfluxDB: by SQL and HTTP, with no code of the hub."""

import csv
import io
import json
import shutil
import sqlite3
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from sensorhub.ranges import RangeSet
from simulators.influxd import InfluxAccess

Identity = tuple[str, str, int]
Row = tuple[str, str, int, float, int]
"""Sensor, quantity, time in microseconds since 1970 UTC, value, quality."""

_FILES = ("readings.duckdb", "readings.duckdb.wal", "state.sqlite", "state.sqlite-wal")
_ASK_S = 60.0


@dataclass(slots=True)
class Stored:
    """What is durably at the hub.

    Arguments:
        rows: of each identity all that is stored under it (where the store keeps identities).
        points: values by gateway, sensor, quantity and time (InfluxDB, which has no identities).
        markers: their text by identity.
        committed: sequences by gateway and epoch that are stored or kept as dead letters.
        dead_letters: of named gateways, how many.
    """

    rows: dict[Identity, list[Row]] = field(default_factory=dict)
    points: dict[tuple[str, str, str, int], float] = field(default_factory=dict)
    markers: dict[Identity, str] = field(default_factory=dict)
    committed: dict[tuple[str, str], RangeSet] = field(default_factory=dict)
    refused: dict[tuple[str, str], RangeSet] = field(default_factory=dict)
    dead_letters: Counter[str] = field(default_factory=Counter)

    def commit(self, gateway: str, epoch: str, first: int, last: int) -> None:
        self.committed.setdefault((gateway, epoch), RangeSet()).add(first, last)


def copy_hub(data: Path, to: Path) -> Path:
    """Copy the files of a hub that is stopped or frozen."""
    to.mkdir(parents=True)
    for name in _FILES:
        if (data / name).exists():
            shutil.copyfile(data / name, to / name)
    return to


def read_hub(copy: Path) -> Stored:
    """All that a copy of a hub's folder holds; the copy is changed by that."""
    stored = Stored()
    if (copy / "readings.duckdb").exists():
        _read_duckdb(copy / "readings.duckdb", stored)
    if (copy / "state.sqlite").exists():
        _read_state(copy / "state.sqlite", stored)
    return stored


def _read_duckdb(path: Path, stored: Stored) -> None:
    with duckdb.connect(str(path)) as database:
        for gateway, epoch, number, *row in database.execute(
            "select gateway, epoch, sequence, sensor, quantity, time_us, value, quality from readings"
        ).fetchall():
            stored.rows.setdefault((gateway, epoch, number), []).append(tuple(row))
            stored.commit(gateway, epoch, number, number)
        for gateway, epoch, number, kind, text in database.execute(
            "select gateway, epoch, sequence, kind, text from markers"
        ).fetchall():
            stored.markers[gateway, epoch, number] = f"{kind} {text}"
            stored.commit(gateway, epoch, number, number)
        for gateway, epoch, refused in database.execute(
            "select gateway, epoch, refused from ranges where refused <> '[]'"
        ).fetchall():
            _refuse(stored, gateway, epoch, refused)


def _read_state(path: Path, stored: Stored) -> None:
    database = sqlite3.connect(path)
    try:
        tables = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
        if "claims" in tables:
            query = "select gateway, epoch, first, last, refused from claims where stored"
            for gateway, epoch, first, last, refused in database.execute(query):
                stored.commit(gateway, epoch, first, last)
                _refuse(stored, gateway, epoch, refused)
        if "markers" in tables:
            for gateway, epoch, number, kind, text in database.execute(
                "select gateway, epoch, sequence, kind, text from markers"
            ):
                stored.markers[gateway, epoch, number] = f"{kind} {text}"
        if "dead_letters" in tables:
            stored.dead_letters.update(dict(database.execute("select gateway, count(*) from dead_letters group by 1")))
    finally:
        database.close()


def _refuse(stored: Stored, gateway: str, epoch: str, refused: str) -> None:
    for first, last in json.loads(refused):
        stored.commit(gateway, epoch, first, last)
        stored.refused.setdefault((gateway, epoch), RangeSet()).add(first, last)


def read_influx(access: InfluxAccess, stored: Stored) -> None:
    """Add every point that the server has; times are cut to microseconds, as readers do."""
    flux = (
        f'from(bucket: "{access.bucket}") |> range(start: 1970-01-01T00:00:00Z, stop: 2261-01-01T00:00:00Z) '
        '|> filter(fn: (r) => r._measurement == "reading" and r._field !~ /_quality$/) '
        "|> map(fn: (r) => ({r with ns: int(v: r._time)})) "
        '|> keep(columns: ["gateway", "sensor", "_field", "ns", "_value"])'
    )
    request = urllib.request.Request(
        f"{access.url}/api/v2/query?org={access.organisation}",
        json.dumps({"query": flux, "dialect": {"annotations": []}}).encode(),
        {
            "Authorization": f"Token {access.token_file.read_text().strip()}",
            "Content-Type": "application/json",
            "Accept": "application/csv",
        },
    )
    with urllib.request.urlopen(request, timeout=_ASK_S) as answer:
        text = answer.read().decode()
    columns: list[str] = []
    for line in csv.reader(io.StringIO(text)):
        if "ns" in line:
            columns = line
        elif len(line) == len(columns):
            row = dict(zip(columns, line, strict=True))
            key = row["gateway"], row["sensor"], row["_field"], int(row["ns"]) // 1_000
            stored.points[key] = float(row["_value"])
