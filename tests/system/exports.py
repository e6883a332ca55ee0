"""`sensorhub export` as a process, and what it wrote, against a recording."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from cloud.settings import HubSettings
from tests.influxd import Influxd
from tests.system.truth import Truth, Values

EXPORT_S = 60.0
EXACT = 1e-9

Row = dict[str, str]


def export(data: Path, *options: str) -> bytes:
    """What the command writes; it must succeed."""
    done = subprocess.run(_command(data, *options), capture_output=True, timeout=EXPORT_S, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def exported_rows(data: Path, *options: str) -> list[Row]:
    """The rows of a CSV export."""
    return list(csv.DictReader(io.StringIO(export(data, *options).decode(), newline="")))


def rows_of_json(content: bytes) -> list[Row]:
    """The rows of a JSON export, in the words of the CSV."""
    return [{key: str(value) for key, value in row.items()} for row in json.loads(content)]


def rows_of_parquet(path: Path) -> list[Row]:
    """The rows of a Parquet export, in the words of the CSV."""
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        found = database.execute(
            "SELECT strftime(time, '%Y-%m-%dT%H:%M:%SZ') AS time, * EXCLUDE (time) FROM read_parquet($path)",
            {"path": str(path)},
        )
        names = [column[0] for column in found.description]
        rows: list[tuple[Any, ...]] = found.fetchall()
    return [{name: str(value) for name, value in zip(names, row, strict=True)} for row in rows]


def values_of(rows: list[Row]) -> Values:
    """The values of one gateway's rows; each series has at most one at a time."""
    values = {(row["sensor"], row["quantity"], row["time"]): float(row["value"]) for row in rows}
    assert len(values) == len(rows), "A reading is there twice."
    return values


def assert_exact(rows: list[Row], truth: Truth) -> None:
    """One gateway's rows are the recording's readings: each of them, no other, and to 1e-9 the same values."""
    stored = values_of(rows)
    assert sorted(stored.keys() ^ truth.values.keys()) == []
    wrong = {key: (stored[key], value) for key, value in truth.values.items() if abs(stored[key] - value) > EXACT}
    assert wrong == {}
    assert {row["quality"] for row in rows} == {""}


@contextmanager
def readable(data: Path, store: str) -> Iterator[None]:
    """The folder of a demo that has ended, and with it its private influxd, without which there is nothing to read."""
    if store == "duckdb":
        yield
        return
    url = HubSettings.load(data).influx_url
    assert url is not None
    influxd = Influxd(data / "influxd", int(url.rpartition(":")[2]))
    influxd.start()
    try:
        yield
    finally:
        influxd.kill()


def _command(data: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "sensorhub", "export", "--data", str(data), *options]
