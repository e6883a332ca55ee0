"""The contacts of one sensor: edges in, settled changes and readings out; no pin, thread or clock of its own."""

from collections.abc import Sequence

from gateway.recorder.contact_intervals import ContactIntervals
from gateway.recorder.debounce import Debounce
from gateway.spool import Edge, ReadingEntry

GRACE_NS = 250_000_000
"""How long after its end an interval waits for edges that the kernel has stamped and Python has not yet heard of."""


class Contact:
    """One sensor of contacts, counted by their edges.

    All times are boot clock in ns.

    Arguments:
        sensor: its id.
        intervals: what its edges come to.
        debounce_ns: how long a contact must be still before a change counts.
        channels: how many contacts it has.
        journalled: whether its edges go into the journal; those of social care stay in memory.
    """

    def __init__(
        self,
        sensor: str,
        intervals: ContactIntervals,
        debounce_ns: int,
        channels: int = 1,
        journalled: bool = True,
    ) -> None:
        self.sensor = sensor
        self.intervals = intervals
        self.journalled = journalled
        self._debounce_ns = debounce_ns
        self._debounces = [Debounce(debounce_ns, level=False) for _ in range(channels)]
        self._newest_ns = [0] * channels
        self._levels = [False] * channels
        self._settled: list[Edge] = []
        self.changed_ns = [0] * channels
        """Since when each contact is as it is, or is read."""
        self.closures = 0
        """Settled changes to active, of all contacts, since the start."""

    @property
    def levels(self) -> tuple[bool, ...]:
        """Whether each contact is active, by the last change that `settle` gave."""
        return tuple(self._levels)

    @property
    def newest_levels(self) -> tuple[bool, ...]:
        """Whether each contact was active after its newest edge, settled or not."""
        return tuple(debounce.newest_level for debounce in self._debounces)

    def restless(self, now_ns: int) -> bool:
        """Whether one of the contacts does not come to rest at present."""
        return any(debounce.restless(now_ns) for debounce in self._debounces)

    def observe(self, clock_ns: int, levels: Sequence[bool]) -> list[Edge]:
        """The contacts are read from here on, and are at `levels`; returns the journal entries that say so."""
        self._levels = list(levels)
        self._settled = []
        for channel, level in enumerate(levels):
            self._debounces[channel] = Debounce(self._debounce_ns, level)
            self._newest_ns[channel] = self.changed_ns[channel] = clock_ns
        return self.observed(clock_ns)

    def observed(self, clock_ns: int) -> list[Edge]:
        """Observe the contacts anew as they have settled; returns the journal entries that say so."""
        for channel, level in enumerate(self.levels):
            self.intervals.observe(clock_ns, level, channel)
        return [
            Edge(self.sensor, clock_ns, level, observed=True, channel=channel)
            for channel, level in enumerate(self.levels)
        ]

    def edge(self, clock_ns: int, level: bool, channel: int = 0) -> None:
        """Take an edge of a pin. One that comes out of order is set to the newest time known: never lost."""
        if not self.intervals.observed:
            return  # of a pin that was given back, since another one of the sensor cannot be read
        self._newest_ns[channel] = max(self._newest_ns[channel], clock_ns)
        change = self._debounces[channel].edge(self._newest_ns[channel], level)
        if change is not None:
            self._settled.append(Edge(self.sensor, change.clock_ns, change.level, channel=channel))

    def settle(self, now_ns: int) -> list[Edge]:
        """The changes that have settled by now, of all contacts in the order of time."""
        for channel, debounce in enumerate(self._debounces):
            change = debounce.settle(now_ns)
            if change is not None:
                self._settled.append(Edge(self.sensor, change.clock_ns, change.level, channel=channel))
        if not self._settled:
            return []
        until_ns = self.settled_until(now_ns)
        self._settled.sort(key=lambda edge: edge.clock_ns)
        settled = [edge for edge in self._settled if edge.clock_ns <= until_ns]
        self._settled = self._settled[len(settled) :]
        for edge in settled:
            self.intervals.edge(edge.clock_ns, edge.level, edge.channel)
            self._levels[edge.channel] = edge.level
            self.changed_ns[edge.channel] = edge.clock_ns
            self.closures += edge.level
        if settled:
            self._reach(settled[-1].clock_ns)
        return settled

    def settled_until(self, now_ns: int) -> int:
        """Every edge at or before this is a change by now, or was none."""
        pending = [debounce.pending_ns for debounce in self._debounces]
        return min([now_ns, *(clock_ns - 1 for clock_ns in pending if clock_ns is not None)])

    def close(self, now_ns: int) -> list[ReadingEntry]:
        """The readings of intervals that have ended long enough ago for no edge of theirs to be on its way."""
        until_ns = min(self.settled_until(now_ns) + 1, now_ns - self._debounce_ns - GRACE_NS)
        self._reach(until_ns)
        return self.intervals.close_until(until_ns)

    def _reach(self, clock_ns: int) -> None:
        """The intervals have come to `clock_ns`: no edge that is heard from now on may be before it."""
        self._newest_ns = [max(newest_ns, clock_ns) for newest_ns in self._newest_ns]
