"""The newest interval readings of one sensor, as the live page needs them: sums, bars, and whether all is at rest."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from sensorhub.quantity import QUANTITIES
from sensorhub.reading import US_PER_S, Quality, Reading

INTERVALS_MAX = 400
"""Per sensor: the five minutes that are summed at intervals of 1 s, and some to spare; the oldest go first."""
SNAP_US = US_PER_S // 4
"""Intervals whose ends lie this near to where they should are neighbours: times are snapped to the same at sealing."""


@dataclass(frozen=True, slots=True)
class Value:
    """A number and what is known against it."""

    value: float
    quality: Quality


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum over a window, and how much of the window was measured."""

    value: float
    covered_us: int


class History:
    """Readings by the end of their interval; bad ones count as missing. Not thread-safe: its owner locks."""

    def __init__(self) -> None:
        self._intervals: dict[int, dict[str, Value]] = {}
        self.newest_us: int | None = None
        self.active_us: int | None = None
        """End of the newest interval in which something was seen."""

    def add(self, reading: Reading, keep_us: int) -> bool:
        """Take a reading in; True where it is newer than all before.

        Arguments:
            reading: of this sensor.
            keep_us: how far back from the newest one intervals are kept.
        """
        if reading.quality & Quality.BAD:
            return False
        newer = self.newest_us is None or reading.time_us > self.newest_us
        if newer:
            self.newest_us = reading.time_us
        if QUANTITIES[reading.quantity].activity and reading.value:
            self.active_us = max(reading.time_us, self.active_us or reading.time_us)
        self._intervals.setdefault(reading.time_us, {})[reading.quantity] = Value(reading.value, reading.quality)
        if newer:
            self._forget(reading.time_us - keep_us)
        while len(self._intervals) > INTERVALS_MAX:
            del self._intervals[min(self._intervals)]
        return newer

    def _forget(self, before_us: int) -> None:
        for time_us in [time_us for time_us in self._intervals if time_us < before_us]:
            del self._intervals[time_us]

    @property
    def oldest_us(self) -> int | None:
        """End of the oldest interval that is still kept."""
        return min(self._intervals, default=None)

    def shortest_step_us(self) -> int | None:
        """The shortest time between two intervals: their period, as far as can be told from them."""
        times = sorted(self._intervals)
        return min((b - a for a, b in pairwise(times)), default=None)

    def newest(self, quantity: str) -> Value | None:
        """What the newest interval says of a quantity."""
        return self._intervals.get(self.newest_us, {}).get(quantity) if self.newest_us is not None else None

    def total(self, quantity: str, window_us: int, period_us: int) -> Sum | None:
        """The sum of a count over the window that ends with the newest interval; None where there is no value."""
        if self.newest_us is None:
            return None
        since_us = self.newest_us - window_us + SNAP_US
        values = [
            kinds[quantity].value for end, kinds in self._intervals.items() if end > since_us and quantity in kinds
        ]
        return Sum(sum(values), min(window_us, len(values) * period_us)) if values else None

    def bars(self, quantity: str, end_us: int, period_us: int, count: int) -> tuple[float | None, ...]:
        """The values of `count` intervals up to the one that ends at end_us, oldest first; a missing one is None."""
        bars: list[float | None] = [None] * count
        for time_us, kinds in self._intervals.items():
            back = (end_us - time_us + period_us // 2) // period_us
            if 0 <= back < count and quantity in kinds:
                bars[count - 1 - back] = (bars[count - 1 - back] or 0.0) + kinds[quantity].value
        return tuple(bars)

    def at_rest(self, quantities: Iterable[str], window_us: int, period_us: int) -> bool:
        """Whether good zeros of each quantity cover the window that ends with the newest interval."""
        if self.newest_us is None:
            return False
        return all(self._zeros_cover(quantity, window_us, period_us) for quantity in quantities)

    def _zeros_cover(self, quantity: str, window_us: int, period_us: int) -> bool:
        assert self.newest_us is not None
        start_us = self.newest_us - window_us + SNAP_US
        reached_us = self.newest_us + period_us
        for time_us in sorted(self._intervals, reverse=True):
            value = self._intervals[time_us].get(quantity)
            if (
                value is None
                or value.value
                or value.quality != Quality.GOOD
                or reached_us - time_us > period_us + SNAP_US
            ):
                return False
            if time_us - period_us <= start_us:
                return True
            reached_us = time_us
        return False
