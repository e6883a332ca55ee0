"""Recordings as Parquet: columns TimeStamp, DeviceId, EventId, Parameter. The only file that knows pyarrow."""

from pathlib import Path
from typing import Any

from simulators.recording_rows import RecordingUnreadable, Rows

_COLUMNS = ["TimeStamp", "DeviceId", "EventId", "Parameter"]


def parquet_rows(path: Path) -> Rows:
    """Read a Parquet recording; a row's number stands for its line.

    Raises:
        RecordingUnreadable: pyarrow is not installed, or the file is no such recording.
    """
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError:
        raise RecordingUnreadable(
            f"{path} is Parquet, for which pyarrow is needed: pip install 'smart-essex-sensor-hub[demo]'."
        ) from None
    try:
        with parquet.ParquetFile(path) as file:
            missing = [name for name in _COLUMNS if name not in file.schema_arrow.names]
            if missing:
                raise RecordingUnreadable(f"{path} is no recording: it has no column {', '.join(missing)}.")
            rows = Rows(path)
            line = 0
            for batch in file.iter_batches(columns=_COLUMNS):
                columns = [batch.column(name) for name in _COLUMNS]
                columns[0] = _microseconds(arrow, columns[0])
                for fields in zip(*(column.to_pylist() for column in columns), strict=True):
                    line += 1
                    _add(rows, line, fields)
    except OSError as error:
        raise RecordingUnreadable(f"{path} cannot be read: {error.strerror or error}.") from None
    except arrow.ArrowException as error:
        raise RecordingUnreadable(f"{path} cannot be read as Parquet: {error}.") from None
    return rows


def _microseconds(arrow: Any, column: Any) -> Any:
    """Times of any resolution as microseconds since 1970 UTC; texts are left to be read row by row."""
    if not arrow.types.is_timestamp(column.type):
        return column
    return column.cast(arrow.timestamp("us", tz=column.type.tz), safe=False).cast(arrow.int64())


def _add(rows: Rows, line: int, fields: tuple[Any, ...]) -> None:
    timestamp, device, event, detector = fields
    if not isinstance(timestamp, int | str):
        return rows.fault(line, "its TimeStamp is no time")
    if not isinstance(device, int | str):
        return rows.fault(line, "its DeviceId is neither a number nor a text")
    return rows.add(line, timestamp, str(device), _whole(event), _whole(detector))


def _whole(value: Any) -> int | str:
    """A whole number as it is, also one that was kept as a float; anything else as text, which is then refused."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) else str(value)
