"""`detector`: a contact that is closed while something stands over a loop.

At a stop line a closure is an actuation, not always one vehicle. Wiring: the detector card's dry contact between
the pin and ground; the pull-up is the Pi's own.
"""

from gateway.anchors.times import AnchorBook
from gateway.recorder.debounce import Change, Debounce
from gateway.recorder.intervals import ContactIntervals
from gateway.spool import ReadingEntry

KIND = "detector"
QUANTITIES = ("actuation_count", "occupancy", "mean_on_time")
GRACE_NS = 250_000_000
"""How long after its end an interval waits for edges that the kernel has stamped and Python has not yet heard of."""


class Detector:
    """One detector: edges in, settled changes and interval readings out; no pin, thread or clock of its own.

    All times are boot clock in ns.

    Arguments:
        sensor: its id.
        period_ns: length of an interval.
        debounce_ns: how long the contact must be still before a change counts.
        anchors: the newest anchor, for the bounds of intervals.
    """

    def __init__(self, sensor: str, period_ns: int, debounce_ns: int, anchors: AnchorBook) -> None:
        self.sensor = sensor
        self.intervals = ContactIntervals(sensor, period_ns, anchors)
        self._debounce_ns = debounce_ns
        self._debounce = Debounce(debounce_ns, level=False)
        self._newest_ns = 0

    @property
    def level(self) -> bool:
        """Whether the contact is closed, by its last settled change."""
        return self._debounce.level

    def observe(self, clock_ns: int, level: bool) -> None:
        """The contact is read from here on, and is at `level`."""
        self.intervals.observe(clock_ns, level)
        self._debounce = Debounce(self._debounce_ns, level)
        self._newest_ns = clock_ns

    def edge(self, clock_ns: int, level: bool) -> list[Change]:
        """Take an edge of the pin. One that comes out of order is set to the newest time known: never lost."""
        self._newest_ns = max(self._newest_ns, clock_ns)
        change = self._debounce.edge(self._newest_ns, level)
        return self._take(change)

    def settle(self, now_ns: int) -> list[Change]:
        """The changes that have settled by now."""
        return self._take(self._debounce.settle(now_ns))

    def _take(self, change: Change | None) -> list[Change]:
        if change is None:
            return []
        self.intervals.edge(change.clock_ns, change.level)
        return [change]

    def settled_until(self, now_ns: int) -> int:
        """Every edge at or before this is a change by now, or was none."""
        pending = self._debounce.pending_ns
        return now_ns if pending is None else min(now_ns, pending - 1)

    def close(self, now_ns: int) -> list[ReadingEntry]:
        """The readings of intervals that have ended long enough ago for no edge of theirs to be on its way."""
        until_ns = min(self.settled_until(now_ns) + 1, now_ns - self._debounce_ns - GRACE_NS)
        self._newest_ns = max(self._newest_ns, until_ns)
        return self.intervals.close_until(until_ns)
