"""Rows of a recording: each is an event of one detector, or is named with its line number and why it is none."""

import csv
import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sensorhub.clock import parse_time_us
from sensorhub.errors import AskedWrong
from sensorhub.names import is_id
from sensorhub.reading import US_PER_S

HEADER = ["timestamp", "device", "event", "detector"]
OFF, ON = 81, 82
"""Indiana high-resolution enumeration: detector off, detector on."""

FINDINGS_SHOWN_MAX = 20
"""A person mends the first few and looks again; the rest are counted."""

TIME_MIN_US = 2**28 * US_PER_S
"""July 1978: SenML reads earlier times as relative to now, so no pack can carry them."""
TIME_MAX_US = 2**63 // 1_000
"""April 2262: nanoseconds in 64 bits end there."""

NUMBER_DIGITS_MAX = 9
SHOWN_CHARACTERS_MAX = 60


class RecordingUnreadable(AskedWrong):
    """A recording that cannot be read; the message names each row, up to a limit, with its line number."""


class RowUnreadable(ValueError):
    """One row that is no event; the message says why."""


@dataclass(frozen=True, slots=True)
class Event:
    """A detector went on or off, or said again that it is: as recorded, with its line in the file."""

    line: int
    time_us: int
    device: str
    detector: int
    on: bool


def gateway_id(device: str, part: int) -> str:
    """The gateway that plays the `part`-th header (from 1) of a device."""
    return f"device-{device}" if part == 1 else f"device-{device}-{part}"


def sensor_id(detector: int) -> str:
    """The sensor that plays a detector."""
    return f"detector-{detector}"


class Rows:
    """The events of a recording in the order of its lines, and what is wrong with the other rows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.events: list[Event] = []
        self._findings: list[str] = []
        self._faults = 0

    def fault(self, line: int, reason: str) -> None:
        """Note that a line cannot be read."""
        self._faults += 1
        if len(self._findings) < FINDINGS_SHOWN_MAX:
            self._findings.append(f"line {line:,}: {reason}")

    def add(self, line: int, timestamp: str | int, device: str, event: str | int, detector: str | int) -> None:
        """Take a row; one that cannot be read is noted, one of another event is ignored.

        Arguments:
            timestamp: ISO 8601 (UTC where it has no offset), or microseconds since 1970 UTC.
        """
        try:
            code = _number(event, "event")
            if code not in (OFF, ON):
                return
            time_us = _time_us(timestamp)
            if not device or not is_id(gateway_id(device, 1)):
                raise RowUnreadable(f"its device {_shown(device)} makes no valid gateway id (a-z, 0-9, hyphens)")
            self.events.append(Event(line, time_us, device, _number(detector, "detector"), code == ON))
        except RowUnreadable as error:
            self.fault(line, str(error))

    def check(self) -> None:
        """Say everything that was found wrong.

        Raises:
            RecordingUnreadable: a row cannot be read.
        """
        if not self._faults:
            return
        rows = "1 row" if self._faults == 1 else f"{self._faults:,} rows"
        others = self._faults - len(self._findings)
        more = [f"and {others:,} more"] if others else []
        lines = "\n".join(f"  {text}" for text in (*self._findings, *more))
        raise RecordingUnreadable(
            f"{self.path} has {rows} that cannot be read, so nothing was started:\n{lines}\n"
            "Mend the file and try again."
        )


def csv_rows(path: Path) -> Rows:
    """Read a CSV recording, plain or gzip by its name.

    Raises:
        RecordingUnreadable: the file cannot be opened, is not gzip though its name says so, or has another header.
    """
    rows = Rows(path)
    try:
        # A byte that is not UTF-8 must cost its own row only, hence surrogates instead of an error.
        with _open(path) as file:
            _read_csv(file, rows)
    except OSError as error:
        raise RecordingUnreadable(f"{path} cannot be read: {error.strerror or error}.") from None
    except (EOFError, zlib.error):
        raise RecordingUnreadable(f"{path} is a damaged gzip file: copy it again.") from None
    return rows


def _open(path: Path) -> IO[str]:
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="")
    return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")


def _read_csv(file: IO[str], rows: Rows) -> None:
    reader = csv.reader(file)
    try:
        header = next(reader, [])
        if [name.strip() for name in header] != HEADER:
            raise RecordingUnreadable(
                f"{rows.path} is no recording: its first line must be {','.join(HEADER)}, it is "
                f"{_shown(','.join(header))}."
            )
        for fields in reader:
            if len(fields) == len(HEADER):
                timestamp, device, event, detector = (field.strip() for field in fields)
                rows.add(reader.line_num, timestamp, device, event, detector)
            elif fields:
                rows.fault(reader.line_num, f"it has {len(fields)} fields, not {len(HEADER)}")
    except csv.Error as error:  # the reader cannot find where the next row begins
        rows.fault(reader.line_num, f"it is no CSV ({error}); nothing after it was read")


def _shown(text: str) -> str:
    short = text if len(text) <= SHOWN_CHARACTERS_MAX else text[:SHOWN_CHARACTERS_MAX] + "..."
    return ascii(short)


def _number(value: str | int, name: str) -> int:
    if isinstance(value, int):
        if 0 <= value < 10**NUMBER_DIGITS_MAX:
            return value
        raise RowUnreadable(f"its {name} {value} is not a number from 0 to {10**NUMBER_DIGITS_MAX - 1:,}")
    if not (value.isascii() and value.isdigit() and len(value) <= NUMBER_DIGITS_MAX):
        raise RowUnreadable(f"its {name} {_shown(value)} is not a number")
    return int(value)


def _time_us(timestamp: str | int) -> int:
    shown = _shown(str(timestamp))
    try:
        time_us = timestamp if isinstance(timestamp, int) else parse_time_us(timestamp)
    except ValueError:
        raise RowUnreadable(f"its timestamp {shown} is not a time like 2024-04-15T12:00:00.3") from None
    if not TIME_MIN_US <= time_us < TIME_MAX_US:
        raise RowUnreadable(f"its timestamp {shown} is not between August 1978 and April 2262")
    return time_us
