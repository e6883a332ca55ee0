"""A held contact: told when it changes, and again as a heartbeat; no interval, nothing in the journal.

A change is a reading at once, so what is accepted is a record, and a restart says what it finds.
"""

from gateway.recorder.debounce import Change, Debounce
from gateway.recorder.intervals import Mark
from gateway.spool import Measured, ReadingEntry
from sensorhub.reading import NS_PER_US

APART_NS = 2 * NS_PER_US
"""So much two readings are apart at least: their times, in microseconds by anchors that drift, must not be the same."""


class Level:
    """One held contact.

    All times are boot clock in ns.

    Arguments:
        sensor: its id.
        quantity: 1 while it is active, else 0.
        heartbeat_ns: how often it is told while it does not change.
        debounce_ns: how long it must be still before a change counts.
        mark: what is known against its values.
    """

    def __init__(self, sensor: str, quantity: str, heartbeat_ns: int, debounce_ns: int, mark: Mark) -> None:
        self.sensor = sensor
        self._quantity = quantity
        self._heartbeat_ns = heartbeat_ns
        self._debounce_ns = debounce_ns
        self._mark = mark
        self._debounce: Debounce | None = None
        self._told_ns = 0
        self._newest_ns = 0
        self._done: list[ReadingEntry] = []
        self.closures = 0
        """Settled changes to active since the start."""

    @property
    def levels(self) -> tuple[bool, ...]:
        """Whether the contact is active, by its last settled change."""
        return (self._debounce is not None and self._debounce.level,)

    def restless(self, now_ns: int) -> bool:
        """Whether the contact does not come to rest at present."""
        return self._debounce is not None and self._debounce.restless(now_ns)

    def observe(self, clock_ns: int, level: bool) -> None:
        """The contact is read from here on and is at `level`."""
        self._debounce = Debounce(self._debounce_ns, level)
        self._newest_ns = clock_ns
        self._tell(clock_ns, level)

    def edge(self, clock_ns: int, level: bool, _channel: int = 0) -> None:
        """Take an edge of the pin."""
        if self._debounce is None:
            return
        self._newest_ns = max(self._newest_ns, clock_ns)
        change = self._debounce.edge(self._newest_ns, level)
        if change is not None:
            self._changed(change)

    def settled_until(self, now_ns: int) -> int:
        """Every edge at or before this is a change by now, or was none."""
        pending_ns = None if self._debounce is None else self._debounce.pending_ns
        return now_ns if pending_ns is None else min(now_ns, pending_ns - 1)

    def close(self, now_ns: int) -> list[ReadingEntry]:
        """The readings since the last call."""
        if self._debounce is not None:
            change = self._debounce.settle(now_ns)
            if change is not None:
                self._changed(change)
            while self.settled_until(now_ns) - self._told_ns >= self._heartbeat_ns:
                self._tell(self._told_ns + self._heartbeat_ns, self._debounce.level)
        done, self._done = self._done, []
        return done

    def _changed(self, change: Change) -> None:
        self.closures += change.level
        self._tell(change.clock_ns, change.level)

    def _tell(self, clock_ns: int, level: bool) -> None:
        self._told_ns = max(clock_ns, self._told_ns + APART_NS)
        value = self._mark(Measured(self._quantity, float(level)))
        self._done.append(ReadingEntry(self.sensor, self._told_ns, (value,)))
