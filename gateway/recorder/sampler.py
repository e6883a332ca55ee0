"""The sampler: edges of all pins and samples of all parts in, journal entries and interval readings out.

It owns no thread or sleep: pins put edges into its inbox from their threads, the agent calls `tick`.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from gateway.recorder.contact import Contact
from gateway.recorder.kinds import Sensed
from gateway.recorder.sampled import Sampled
from gateway.spool import BootNote, Edge, ReadingEntry
from sensorhub.clock import MeasurementClock

INBOX_MAX = 100_000
"""Edges that wait while the card is slow: 5 s at 20,000 a second, more than any header gives."""


@dataclass(frozen=True, slots=True)
class Tick:
    """What one tick gave.

    Arguments:
        edges: settled changes for the journal, in the order of time.
        lost: where edges did not fit into the inbox, for each such contact: until when it was known, how it is now.
        readings: of intervals that closed, and of held contacts that changed.
        now_ns: boot clock of the tick.
        settled_until_ns: every pin change at or before this boot clock is in `edges`, or was no change.
    """

    edges: tuple[Edge, ...]
    lost: tuple[BootNote | Edge, ...]
    readings: tuple[ReadingEntry, ...]
    now_ns: int
    settled_until_ns: int


class Sampler:
    """All sensors of one gateway.

    Arguments:
        clock: the measurement clock.
        sensors: what measures each.
        crowded: called, from any thread, when many edges wait; the agent then ticks at once.
    """

    def __init__(
        self, clock: MeasurementClock, sensors: Iterable[Sensed], crowded: Callable[[], None] = lambda: None
    ) -> None:
        self._clock = clock
        self._sensors = {sensor.sensor: sensor for sensor in sensors}
        self._inbox: deque[tuple[str, int, bool, int]] = deque()
        self._crowded = crowded
        self.overflowed = 0
        self._unheard: dict[str, tuple[int, int, dict[int, bool]]] = {}

    def put(self, sensor: str, clock_ns: int, level: bool, channel: int = 0) -> None:
        """Take an edge from whatever thread drives the pin; what does not fit is counted in `overflowed`."""
        waiting = len(self._inbox)
        if waiting >= INBOX_MAX:
            self.overflowed += 1
            first_ns, last_ns, levels = self._unheard.get(sensor, (clock_ns, clock_ns, {}))
            self._unheard[sensor] = (first_ns, max(clock_ns, last_ns), {**levels, channel: level})
            return
        self._inbox.append((sensor, clock_ns, level, channel))
        if waiting == 1_000:
            self._crowded()

    def observe(self, sensor: str, levels: Sequence[bool], clock_ns: int | None = None) -> list[Edge]:
        """The contacts of `sensor` are watched from that boot clock on (default now) and were at `levels` then.

        Returns:
            The journal entries for it. What was put in before is taken with the next tick, so it comes after.
        """
        since_ns = self._clock.now_ns() if clock_ns is None else clock_ns
        watched = self._sensors[sensor]
        assert not isinstance(watched, Sampled)
        if isinstance(watched, Contact):
            edges = watched.observe(since_ns, levels)
            return edges if watched.journalled else []
        watched.observe(since_ns, levels[0])
        return []

    def tick(self) -> Tick:
        """Settle what has settled, close what has ended."""
        now_ns = self._clock.now_ns()  # before the inbox is emptied: no edge before now can be missed
        for _ in range(len(self._inbox)):  # what comes meanwhile may come after what did not fit
            name, clock_ns, level, channel = self._inbox.popleft()
            sensor = self._sensors[name]
            assert not isinstance(sensor, Sampled)
            sensor.edge(clock_ns, level, channel)
        edges: list[Edge] = []
        readings: list[ReadingEntry] = []
        lost = self._forget_unheard(edges)
        until_ns = now_ns
        for sensor in self._sensors.values():
            if isinstance(sensor, Contact):
                settled = sensor.settle(now_ns)
                edges += settled if sensor.journalled else []
            readings += sensor.close(now_ns)
            if not isinstance(sensor, Sampled):
                until_ns = min(until_ns, sensor.settled_until(now_ns))
        edges.sort(key=lambda edge: edge.clock_ns)
        readings.sort(key=lambda reading: reading.clock_ns)
        return Tick(tuple(edges), lost, tuple(readings), now_ns, until_ns)

    def _forget_unheard(self, edges: list[Edge]) -> tuple[BootNote | Edge, ...]:
        """Where edges were lost, the contacts were not watched: their interval becomes partial."""
        unheard, self._unheard = self._unheard, {}
        found: list[BootNote | Edge] = []
        for name, (since_ns, last_ns, levels) in unheard.items():
            sensor = self._sensors[name]
            if not isinstance(sensor, Contact):
                self.observe(name, [levels[0]], last_ns)
                continue
            settled = sensor.settle(last_ns)
            sensor.intervals.lose(since_ns)
            now = [levels.get(channel, level) for channel, level in enumerate(sensor.newest_levels)]
            observed = sensor.observe(last_ns, now)
            if sensor.journalled:
                edges += settled
                found += [BootNote(since_ns, 0), *observed]
        return tuple(found)
