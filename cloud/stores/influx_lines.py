"""Readings as InfluxDB line protocol: each line is a pure function of its pack, so a resend overwrites itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from cloud.stores.protocol import StorePack
from sensorhub.ranges import Range, RangeSet
from sensorhub.reading import NS_PER_US, US_PER_S, Reading, quality_words

MEASUREMENT = "reading"
QUALITY_SUFFIX = "_quality"

SEQUENCE_DIGITS = 1_000
"""Readings are precise to microseconds, so the last three digits of a time in ns are free."""


@dataclass(frozen=True, slots=True)
class Line:
    """One point: the records of one sensor at one instant.

    Arguments:
        pack: whose records they are.
        series: measurement and tags.
        fields: sequence of each record, and its fields.
        time_ns: nanoseconds since 1970 UTC; the same for every part of a line that is sent in parts.
    """

    pack: StorePack
    series: str
    fields: tuple[tuple[int, str], ...]
    time_ns: int

    def encode(self) -> bytes:
        """The line as it is sent."""
        return f"{self.series} {','.join(text for _, text in self.fields)} {self.time_ns}".encode()


def lines_of(pack: StorePack) -> list[Line]:
    """The lines of a pack's readings, in the order of their first records; markers give none."""
    points: list[list[tuple[int, Reading]]] = []
    newest: dict[tuple[str, int], list[tuple[int, Reading]]] = {}
    for sequence, record in pack.records:
        if not isinstance(record, Reading):
            continue
        point = newest.get((record.sensor, record.time_us))
        if point is None or any(record.quantity == other.quantity for _, other in point):
            point = newest[record.sensor, record.time_us] = []
            points.append(point)
        point.append((sequence, record))
    return [_line(pack, point) for point in points]


def _line(pack: StorePack, point: list[tuple[int, Reading]]) -> Line:
    first, reading = point[0]
    return Line(
        pack,
        f"{MEASUREMENT},gateway={pack.id.gateway},sensor={reading.sensor}",
        tuple((sequence, _fields(one)) for sequence, one in point),
        point_time_ns(reading.time_us, first),
    )


def point_time_ns(time_us: int, sequence: int) -> int:
    """The time of a point.

    Off the whole second it carries its first record's sequence, so that two events never fall on one point; on the
    second it carries none, since aligned times compress five times better. Readers cut to microseconds.

    Arguments:
        time_us: of the reading, microseconds since 1970 UTC.
        sequence: of the first record of the line.
    """
    return time_us * NS_PER_US + (sequence % SEQUENCE_DIGITS if time_us % US_PER_S else 0)


def _fields(reading: Reading) -> str:
    value = f"{reading.quantity}={reading.value!r}"
    if not reading.quality:
        return value
    return f"{value},{reading.quantity}{QUALITY_SUFFIX}={quoted_string(quality_words(reading.quality))}"


def quoted_string(text: str) -> str:
    """A string field's value: in quotes, with quotes and backslashes escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def halves(lines: Sequence[Line]) -> tuple[list[Line], list[Line]] | None:
    """Split lines in two, or the fields of a single line; None where one record is left."""
    if len(lines) > 1:
        middle = len(lines) // 2
        return list(lines[:middle]), list(lines[middle:])
    line = lines[0]
    middle = len(line.fields) // 2
    if middle == 0:
        return None
    return (
        [Line(line.pack, line.series, line.fields[:middle], line.time_ns)],
        [Line(line.pack, line.series, line.fields[middle:], line.time_ns)],
    )


def refused_ranges(pack: StorePack, sequences: Sequence[int]) -> tuple[Range, ...]:
    """What of a pack is kept as dead letters: what it came with, and these sequences."""
    ranges = RangeSet(pack.refused)
    for sequence in sequences:
        ranges.add(sequence, sequence)
    return tuple(ranges)
