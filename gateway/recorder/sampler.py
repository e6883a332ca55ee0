"""The sampler: edges of all pins in, journal entries and interval readings out.

It owns no thread or sleep: pins put edges into its inbox from their threads, the agent calls `tick`.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gateway.recorder.debounce import Change
from gateway.sensors.detector import Detector
from gateway.spool import BootNote, Edge, ReadingEntry
from sensorhub.clock import MeasurementClock

INBOX_MAX = 100_000
"""Edges that wait while the card is slow: 5 s at 20,000 a second, more than any header gives."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one tick gave.

    Arguments:
        edges: settled changes in the order of time.
        lost: where edges did not fit into the inbox, for each such contact: until when it was known, how it is now.
        readings: of intervals that closed.
        now_ns: boot clock of the tick.
        settled_until_ns: every pin change at or before this boot clock is in `edges`, or was no change.
    """

    edges: tuple[Edge, ...]
    lost: tuple[BootNote | Edge, ...]
    readings: tuple[ReadingEntry, ...]
    now_ns: int
    settled_until_ns: int


class Sampler:
    """All contacts of one gateway.

    Arguments:
        clock: the measurement clock.
        detectors: one for each contact.
        crowded: called, from any thread, when many edges wait; the agent then ticks at once.
    """

    def __init__(
        self, clock: MeasurementClock, detectors: Iterable[Detector], crowded: Callable[[], None] = lambda: None
    ) -> None:
        self._clock = clock
        self._detectors = {detector.sensor: detector for detector in detectors}
        self._inbox: deque[tuple[str, int, bool]] = deque()
        self._crowded = crowded
        self.overflowed = 0
        self._unheard: dict[str, tuple[int, int, bool]] = {}

    def put(self, sensor: str, clock_ns: int, level: bool) -> None:
        """Take an edge from whatever thread drives the pin; what does not fit is counted in `overflowed`."""
        waiting = len(self._inbox)
        if waiting >= INBOX_MAX:
            self.overflowed += 1
            first_ns = self._unheard.get(sensor, (clock_ns,))[0]
            self._unheard[sensor] = (first_ns, clock_ns, level)
            return
        self._inbox.append((sensor, clock_ns, level))
        if waiting == 1_000:
            self._crowded()

    def observe(self, sensor: str, level: bool, clock_ns: int | None = None) -> Edge:
        """The contact of `sensor` is watched from that boot clock on (default now) and was at `level` then.

        Returns:
            The journal entry for it. What was put in before is taken with the next tick, so it comes after.
        """
        since_ns = self._clock.now_ns() if clock_ns is None else clock_ns
        self._detectors[sensor].observe(since_ns, level)
        return Edge(sensor, since_ns, level, observed=True)

    def tick(self) -> Sample:
        """Settle what has settled, close what has ended."""
        now_ns = self._clock.now_ns()  # before the inbox is emptied: no edge before now can be missed
        changes: list[tuple[Change, str]] = []
        while self._inbox:
            sensor, clock_ns, level = self._inbox.popleft()
            changes.extend((change, sensor) for change in self._detectors[sensor].edge(clock_ns, level))
        readings: list[ReadingEntry] = []
        lost = self._forget_unheard(changes)
        until_ns = now_ns
        for sensor, detector in self._detectors.items():
            changes.extend((change, sensor) for change in detector.settle(now_ns))
            until_ns = min(until_ns, detector.settled_until(now_ns))
            readings.extend(detector.close(now_ns))
        changes.sort(key=lambda change: change[0].clock_ns)
        edges = tuple(Edge(sensor, change.clock_ns, change.level) for change, sensor in changes)
        readings.sort(key=lambda reading: reading.clock_ns)
        return Sample(edges, lost, tuple(readings), now_ns, until_ns)

    def _forget_unheard(self, changes: list[tuple[Change, str]]) -> tuple[BootNote | Edge, ...]:
        """Where edges were lost, the contact was not watched: its interval becomes partial."""
        unheard, self._unheard = self._unheard, {}
        found: list[BootNote | Edge] = []
        for sensor, (since_ns, last_ns, level) in unheard.items():
            detector = self._detectors[sensor]
            changes.extend((change, sensor) for change in detector.settle(last_ns))
            detector.intervals.lose(since_ns)
            detector.observe(last_ns, level)
            found += [BootNote(since_ns, 0), Edge(sensor, last_ns, level, observed=True)]
        return tuple(found)
