"""Export formats: what is measured is what is read back from the file."""

import csv
import io
import json
import math
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud.export import COLUMNS, FORMATS, ROWS_PER_PIECE
from cloud.stores.protocol import StoredReading
from sensorhub.clock import parse_time_us
from sensorhub.quantity import QUANTITIES
from sensorhub.reading import Quality, Reading, quality_words

NOON_US = 1_713_182_400_000_000


def stored(value: float = 12.0, time_us: int = NOON_US, quality: Quality = Quality.GOOD) -> StoredReading:
    return StoredReading("device-1136", Reading("detector-2", "actuation_count", time_us, value, quality), None)


def write(name: str, readings: Sequence[StoredReading]) -> bytes:
    return b"".join(FORMATS[name].write(iter(readings)))


readings = st.lists(
    st.builds(
        stored,
        value=st.floats(allow_nan=False, allow_infinity=False),
        time_us=st.integers(2**28 * 10**6, 9_000_000_000_000_000),
        quality=st.integers(0, 63).map(Quality),
    ),
    max_size=20,
)


def test_csv_has_the_settled_columns() -> None:
    lines = write("csv", [stored(), stored(0.1, NOON_US + 500_000, Quality.PARTIAL | Quality.SUSPECT)]).decode()
    assert lines.splitlines() == [
        "time,gateway,sensor,quantity,value,unit,quality",
        "2024-04-15T12:00:00Z,device-1136,detector-2,actuation_count,12.0,count,",
        '2024-04-15T12:00:00.5Z,device-1136,detector-2,actuation_count,0.1,count,"suspect,partial"',
    ]


@given(readings)
def test_csv_reads_back_as_it_was_measured(given_readings: list[StoredReading]) -> None:
    rows = list(csv.DictReader(io.StringIO(write("csv", given_readings).decode())))
    assert [parse_time_us(row["time"]) for row in rows] == [one.reading.time_us for one in given_readings]
    assert [repr(float(row["value"])) for row in rows] == [repr(one.reading.value) for one in given_readings]
    assert [row["quality"] for row in rows] == [quality_words(one.reading.quality) for one in given_readings]


@given(readings)
def test_json_reads_back_as_it_was_measured(given_readings: list[StoredReading]) -> None:
    rows = json.loads(write("json", given_readings))
    assert [repr(row["value"]) for row in rows] == [repr(one.reading.value) for one in given_readings]
    assert all(tuple(row) == COLUMNS for row in rows)


def test_parquet_reads_back_as_it_was_measured(tmp_path: Path) -> None:
    values = [0.1, -0.0, 5e-324, 1.7976931348623157e308, 12.0, math.pi]
    file = tmp_path / "readings.parquet"
    file.write_bytes(
        write("parquet", [stored(v, NOON_US + n, Quality(n)) for n, v in enumerate(values)]),
    )
    with duckdb.connect() as database:
        rows = database.execute("SELECT epoch_us(time), value, quality, unit FROM read_parquet(?)", [str(file)])
        found = rows.fetchall()
        types = database.execute("SELECT typeof(time) FROM read_parquet(?)", [str(file)]).fetchone()
    assert [(row[0], repr(row[1]), row[2]) for row in found] == [
        (NOON_US + n, repr(v), quality_words(Quality(n))) for n, v in enumerate(values)
    ]
    assert {row[3] for row in found} == {QUANTITIES["actuation_count"].unit}
    assert types == ("TIMESTAMP WITH TIME ZONE",)


@pytest.mark.parametrize("name", FORMATS)
def test_export_of_nothing_is_a_whole_file(name: str, tmp_path: Path) -> None:
    data = write(name, [])
    if name == "csv":
        assert data == b"time,gateway,sensor,quantity,value,unit,quality\n"
    elif name == "json":
        assert json.loads(data) == []
    else:
        file = tmp_path / "none.parquet"
        file.write_bytes(data)
        with duckdb.connect() as database:
            columns = database.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(file)]).fetchall()
        assert [column[0] for column in columns] == list(COLUMNS)


@pytest.mark.parametrize("name", ["csv", "json"])
def test_export_flows_before_the_last_reading_is_read(name: str) -> None:
    read = 0

    def endless() -> object:
        nonlocal read
        while True:
            read += 1
            yield stored()

    pieces = FORMATS[name].write(endless())  # type: ignore[arg-type]
    assert b"time" in next(pieces)
    assert read <= 2 * ROWS_PER_PIECE
