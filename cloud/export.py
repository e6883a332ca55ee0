"""Export formats: readings in, pieces of a file out, without holding them all."""

import csv
import io
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from cloud.stores.protocol import StoredReading
from sensorhub.clock import rfc3339
from sensorhub.quantity import QUANTITIES
from sensorhub.reading import quality_words

COLUMNS = ("time", "gateway", "sensor", "quantity", "value", "unit", "quality")

ROWS_PER_PIECE = 1_000
"""Some 80 kB: few enough to flow at once, many enough that a piece costs little."""
PIECE_BYTES = 65_536

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write readings.

    Arguments:
        media_type: for HTTP.
        write: readings, ordered as they should stand in the file, to pieces of it; raises what the readings raise.
    """

    media_type: str
    write: Callable[[Iterable[StoredReading]], Iterator[bytes]]


def _fields(stored: StoredReading) -> tuple[str, str, str, str, float, str, str]:
    reading = stored.reading
    unit = QUANTITIES[reading.quantity].unit
    quality = quality_words(reading.quality)
    return rfc3339(reading.time_us), stored.gateway, reading.sensor, reading.quantity, reading.value, unit, quality


def _pieces(rows: Iterable[T]) -> Iterator[list[T]]:
    rows = iter(rows)
    while some := list(islice(rows, ROWS_PER_PIECE)):
        yield some


def write_csv(readings: Iterable[StoredReading]) -> Iterator[bytes]:
    """UTF-8 with a header, times in UTC, lines ending in LF, each number so that it reads back as the same one."""
    head = (",".join(COLUMNS) + "\n").encode()
    for piece in _csv_rows(_fields(stored) for stored in readings):
        yield head + piece  # with the first readings, so that a store that fails at once gives no file at all
        head = b""
    if head:
        yield head


def _csv_rows(rows: Iterable[Iterable[object]]) -> Iterator[bytes]:
    for some in _pieces(rows):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(some)
        yield text.getvalue().encode()


def write_json(readings: Iterable[StoredReading]) -> Iterator[bytes]:
    """One array of objects with the columns of the CSV as keys, an object a line."""
    lead = "[\n"
    for some in _pieces(readings):
        yield (lead + ",\n".join(json.dumps(dict(zip(COLUMNS, _fields(one), strict=True))) for one in some)).encode()
        lead = ",\n"
    yield b"[]\n" if lead == "[\n" else b"\n]\n"


def write_parquet(readings: Iterable[StoredReading]) -> Iterator[bytes]:
    """The columns of the CSV, the time as a timestamp in UTC; goes through a temporary file."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="sensorhub-export-") as folder:
        plain, parquet = Path(folder) / "readings.csv", Path(folder) / "readings.parquet"
        with plain.open("wb") as file:
            file.writelines(_csv_rows((one.reading.time_us, *_fields(one)[1:]) for one in readings))
        with duckdb.connect() as database:
            database.execute(
                "COPY (SELECT make_timestamptz(time) AS time, * EXCLUDE (time) FROM read_csv($plain, header = false, "
                "delim = ',', quote = '\"', escape = '\"', nullstr = '-', auto_detect = false, columns = {"
                "'time': 'BIGINT', 'gateway': 'VARCHAR', 'sensor': 'VARCHAR', 'quantity': 'VARCHAR', "
                "'value': 'DOUBLE', 'unit': 'VARCHAR', 'quality': 'VARCHAR'})) "
                "TO $parquet (FORMAT parquet, COMPRESSION zstd)",
                {"plain": str(plain), "parquet": str(parquet)},
            )
        plain.unlink()
        with parquet.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield piece


FORMATS = {
    "csv": Format("text/csv; charset=utf-8", write_csv),
    "json": Format("application/json", write_json),
    "parquet": Format("application/vnd.apache.parquet", write_parquet),
}
"""By the name that is asked for, which is also the ending of a file's name."""
