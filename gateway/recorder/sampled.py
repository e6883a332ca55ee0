"""A part that is read over a bus: when it is due, what its reads gave, and the readings made of them.

The worker thread reads and puts what came into the inbox; the recorder takes it from there. Reads are due at whole
multiples of the time between two, by the wall clock, a moment early: so each interval has the same number of them, and
its reading is fresh when it ends. They do not drift, and none is made up for.
"""

from collections import deque

from gateway.anchors.times import AnchorBook, wall_at
from gateway.recorder.sample_intervals import SampleIntervals
from gateway.sensors.part import Sample
from gateway.spool import ReadingEntry
from sensorhub.reading import NS_PER_S

LEAD_NS_MAX = NS_PER_S // 2
"""How long before the end of an interval its last read is due; half the time between two reads where that is less."""

INBOX_MAX = 10_000
"""Reads that wait while the card is slow: hours of most parts. The oldest go, and the coverage of the interval says so.
"""


class Failed:
    """Stands in the inbox for a read that gave nothing."""


FAILED = Failed()


class Sampled:
    """One part.

    All times are boot clock in ns.

    Arguments:
        sensor: its id.
        intervals: what its samples come to.
        sample_ns: time between two reads.
        anchors: the newest anchor.
    """

    def __init__(self, sensor: str, intervals: SampleIntervals, sample_ns: int, anchors: AnchorBook) -> None:
        self.sensor = sensor
        self.intervals = intervals
        self._sample_ns = sample_ns
        self._lead_ns = min(LEAD_NS_MAX, sample_ns // 2)
        self._anchors = anchors
        self._inbox: deque[tuple[int, Sample | Failed | None]] = deque(maxlen=INBOX_MAX)
        self._read_until_ns: int | None = None

    def due_after(self, clock_ns: int) -> int:
        """When the first read after `clock_ns` is due."""
        newest = self._anchors.newest
        ahead_ns = (wall_at(newest, clock_ns) if newest else clock_ns) + self._lead_ns
        return clock_ns + self._sample_ns - ahead_ns % self._sample_ns

    def began(self, due_ns: int) -> None:
        """All reads due before `due_ns` are in the inbox, or will not come. Called by the thread that reads."""
        self._read_until_ns = due_ns

    def put(self, due_ns: int, came: Sample | Failed | None) -> None:
        """A read that was due at `due_ns` gave this. Called by the thread that reads."""
        self._inbox.append((due_ns, came))

    def close(self, now_ns: int) -> list[ReadingEntry]:
        """The readings of intervals that have ended and of which no read is on its way."""
        until_ns = self._read_until_ns  # before the inbox is emptied: what is read meanwhile is due later
        while self._inbox:
            due_ns, came = self._inbox.popleft()
            if isinstance(came, Failed):
                self.intervals.fail(due_ns)
            else:
                self.intervals.sample(due_ns, came)
        return self.intervals.close_until(now_ns if until_ns is None else min(now_ns, until_ns))
