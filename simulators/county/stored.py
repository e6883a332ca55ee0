"""What the hubs have of a county's run, added up for each quantity and each time that is compared by itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sensorhub.clock import parse_time_us
from sensorhub.reading import US_PER_S, Quality, parse_quality
from simulators.county.telling import Calm, Telling

SUFFERED = -1
"""In place of a calm's number: the times in which a fault of the sensor may show, all together."""

Row = Mapping[str, str]
"""A reading as the hub exports it: gateway, sensor, quantity, time, value, quality."""


class Part(NamedTuple):
    """One quantity of a sensor in one of its calms (by its number), or in what it suffered."""

    gateway: str
    sensor: str
    quantity: str
    calm: int


@dataclass(slots=True)
class Stored:
    """What is stored of one quantity of one sensor in a time."""

    total: float = 0.0
    count: int = 0
    newest_us: int = 0
    newest: float = 0.0
    lowest: float = float("inf")
    highest: float = float("-inf")
    qualities: Quality = Quality.GOOD

    def take(self, row: Row, time_us: int) -> None:
        """Take one reading in."""
        value = float(row["value"])
        self.total += value
        self.count += 1
        self.lowest, self.highest = min(value, self.lowest), max(value, self.highest)
        if time_us >= self.newest_us:
            self.newest_us, self.newest = time_us, value
        if row["quality"]:
            self.qualities |= parse_quality(row["quality"])

    def value(self, how: str) -> float:
        """What it comes to, as its truth is told; `nan` where nothing is stored of what has no sum."""
        if how == "sum":
            return self.total
        if not self.count:
            return float("nan")
        return self.newest if how == "last" else self.total / self.count


def stored_of(rows: Iterable[Row], tellings: Sequence[Telling], start_us: int) -> dict[Part, Stored]:
    """Readings by their part.

    Arguments:
        rows: in any order; memory is taken for parts, not for rows.
        tellings: with the calms of each sensor.
        start_us: when the world began, microseconds since 1970 UTC.
    """
    calms = {(told.gateway, sensor): each for told in tellings for sensor, each in told.calms.items()}
    found: dict[Part, Stored] = {}
    for row in rows:
        gateway, sensor, time_us = row["gateway"], row["sensor"], parse_time_us(row["time"])
        number = _number((time_us - start_us) / US_PER_S, calms.get((gateway, sensor), ()))
        found.setdefault(Part(gateway, sensor, row["quantity"], number), Stored()).take(row, time_us)
    return found


def _number(since_s: float, calms: Sequence[Calm]) -> int:
    """In which calm a reading is; an interval's reading has the time of its end."""
    found = (number for number, calm in enumerate(calms) if calm.from_s < since_s <= calm.until_s)
    return next(found, SUFFERED)
