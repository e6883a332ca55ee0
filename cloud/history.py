"""The newest readings of one sensor, as the live page needs them: sums, bars, and whether all is at rest.

A reading of an interval carries the interval's end. A held contact is told when it changes and as a heartbeat: its
value holds from the reading on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from sensorhub.quantity import QUANTITIES
from sensorhub.reading import US_PER_S, Quality, Reading

INSTANTS_MAX = 1_000
"""Per sensor: the five minutes that are summed at intervals of 1 s, or the changes of a door that opens some fifty
times an hour, for the ten hours of its bars; the oldest go first."""
SNAP_US = US_PER_S // 4
"""Intervals whose ends lie this near to where they should are neighbours: times are snapped to the same at sealing."""
HEARTBEAT_SLACK_US = US_PER_S
"""Heartbeats are counted by the gateway's clock and not snapped: over 15 min that may be this much off."""


@dataclass(frozen=True, slots=True)
class Value:
    """A number and what is known against it."""

    value: float
    quality: Quality


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum over a window, how much of the window was measured, and what is known against its newest part."""

    value: float
    covered_us: int
    quality: Quality


class History:
    """Readings by their time; bad ones count as missing. Not thread-safe: its owner locks."""

    def __init__(self) -> None:
        self._instants: dict[int, dict[str, Value]] = {}
        self.quantities: set[str] = set()
        """All of which there was a reading."""
        self.first_us: int | None = None
        """Time of the earliest reading that came, bad ones too."""
        self.newest_us: int | None = None
        self.active_us: int | None = None
        """Time of the newest reading that something was seen."""
        self.rested_us: int | None = None
        """Time of the first reading after that one."""

    def add(self, reading: Reading, keep_us: int) -> bool:
        """Take a reading in; True where it is newer than all before.

        Arguments:
            reading: of this sensor.
            keep_us: how far back from the newest one readings are kept.
        """
        self.first_us = min(reading.time_us, self.first_us or reading.time_us)
        if reading.quality & Quality.BAD:
            return False
        newer = self.newest_us is None or reading.time_us > self.newest_us
        if newer:
            self.newest_us = reading.time_us
        self.quantities.add(reading.quantity)
        self._instants.setdefault(reading.time_us, {})[reading.quantity] = Value(reading.value, reading.quality)
        if QUANTITIES[reading.quantity].activity:
            self._note_activity(reading.time_us, seen=reading.value != 0)
        if newer:
            self._forget(reading.time_us - keep_us)
        while len(self._instants) > INSTANTS_MAX:
            del self._instants[min(self._instants)]
        return newer

    def _note_activity(self, time_us: int, *, seen: bool) -> None:
        if self.active_us is not None and time_us <= self.active_us:
            return
        if seen:
            self.active_us = time_us
            later = () if time_us == self.newest_us else (other for other in self._instants if other > time_us)
            self.rested_us = min(later, default=None)
        elif self.active_us is not None and (self.rested_us is None or time_us < self.rested_us):
            self.rested_us = time_us

    def _forget(self, before_us: int) -> None:
        for time_us in [time_us for time_us in self._instants if time_us < before_us]:
            del self._instants[time_us]

    @property
    def oldest_us(self) -> int | None:
        """Time of the oldest reading that is still kept."""
        return min(self._instants, default=None)

    def shortest_step_us(self) -> int | None:
        """The shortest time between two readings: the period of intervals, as far as can be told from them."""
        return min((b - a for a, b in pairwise(sorted(self._instants))), default=None)

    def newest(self, quantity: str) -> Value | None:
        """What the newest reading says of a quantity."""
        return self._instants.get(self.newest_us, {}).get(quantity) if self.newest_us is not None else None

    def total(self, quantity: str, window_us: int, period_us: int) -> Sum | None:
        """The sum of a count over the window that ends with the newest interval; None where there is no value."""
        if self.newest_us is None:
            return None
        since_us = self.newest_us - window_us + SNAP_US
        ends = [end for end, values in self._instants.items() if end > since_us and quantity in values]
        if not ends:
            return None
        value = sum(self._instants[end][quantity].value for end in ends)
        return Sum(value, min(window_us, len(ends) * period_us), self._instants[max(ends)][quantity].quality)

    def bars(self, quantity: str, end_us: int, period_us: int, count: int) -> tuple[float | None, ...]:
        """The values of `count` intervals up to the one that ends at end_us, oldest first; a missing one is None.

        Of readings that fall on the same interval counts and depths are added up; of others the newest stands.
        """
        bars: list[float | None] = [None] * count
        adds = QUANTITIES[quantity].adds
        for time_us in sorted(self._instants):
            value = self._instants[time_us].get(quantity)
            back = (end_us - time_us + period_us // 2) // period_us
            if 0 <= back < count and value is not None:
                before = bars[count - 1 - back] or 0.0
                bars[count - 1 - back] = before + value.value if adds else value.value
        return tuple(bars)

    def held_bars(self, quantity: str, end_us: int, heartbeat_us: int, count: int) -> tuple[float | None, ...]:
        """Which share of each of `count` heartbeats up to end_us a contact was held, oldest first; None: not known.

        A value holds until the next one, and for a heartbeat at most.
        """
        known_us, held_us = [0] * count, [0.0] * count
        begin_us = end_us - count * heartbeat_us
        times = sorted(time_us for time_us, values in self._instants.items() if quantity in values)
        for time_us, next_us in pairwise([*times, end_us]):
            until_us = min(next_us, time_us + heartbeat_us + HEARTBEAT_SLACK_US)
            at_us = max(time_us, begin_us)
            while at_us < until_us:
                slot = (at_us - begin_us) // heartbeat_us
                length_us = min(until_us, begin_us + (slot + 1) * heartbeat_us) - at_us
                known_us[slot] += length_us
                held_us[slot] += length_us * self._instants[time_us][quantity].value
                at_us += length_us
        return tuple(held / known if known else None for held, known in zip(held_us, known_us, strict=True))

    def unseen(self, end_us: int, period_us: int, count: int, *, held: bool = False) -> int:
        """How many of `count` bars up to end_us, as of one of the two above, are from before the first reading."""
        if self.first_us is None:
            return count
        if held:
            begun = (self.first_us - end_us) // period_us + count
        else:
            begun = count - 1 - (end_us - self.first_us + period_us // 2) // period_us
        return max(0, min(begun, count))

    def at_rest(self, quantities: Iterable[str], window_us: int, period_us: int, *, held: bool = False) -> bool:
        """Whether good zeros of each quantity cover the window that ends with the newest reading.

        Arguments:
            quantities: that tell of activity.
            window_us: the window for quiet.
            period_us: of the intervals; of a held contact, its heartbeat.
            held: whether readings are of a held contact, not of intervals (default False).
        """
        return all(self._zeros_cover(quantity, window_us, period_us, held) for quantity in quantities)

    def _zeros_cover(self, quantity: str, window_us: int, period_us: int, held: bool) -> bool:
        if self.newest_us is None:
            return False
        slack_us = HEARTBEAT_SLACK_US if held else SNAP_US
        start_us = self.newest_us - window_us + slack_us
        later_us = self.newest_us
        for time_us in sorted(self._instants, reverse=True):
            value = self._instants[time_us].get(quantity)
            if value is None or value.value or value.quality != Quality.GOOD:
                return False
            if later_us - time_us > period_us + slack_us:
                return False
            if time_us - (0 if held else period_us) <= start_us:
                return True
            later_us = time_us
        return False
