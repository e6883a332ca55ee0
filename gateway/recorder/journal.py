"""The journal at start: open intervals are made again from what the spool holds.

Intervals are a pure function of the journal, so each entry is played again in file order. What closed and has its
reading already is left out; what closed and lost its reading in a torn group is made again. Edges of the next interval
may stand before the reading of the last one: they wait for it, since it says where the next one began, also where
what opened the last one has gone with an older segment.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from firmware_config.sensor import SensorConfig
from gateway.anchors.times import AnchorBook
from gateway.recorder.intervals import ContactIntervals
from gateway.sensors.detector import Detector
from gateway.spool import Anchor, BootNote, Edge, Located, ReadingEntry, Seal, SensorSettings

_NS_PER_MS = 1_000_000


def settings_of(sensor: SensorConfig) -> SensorSettings:
    """What the spool must know of a sensor; the hash changes with whatever changes its readings."""
    told = f"{sensor.kind} {sensor.pin} {sensor.period_s} {sensor.debounce_ms}"
    return SensorSettings(sensor.id, sensor.kind, sensor.period_s * 1_000, hashlib.sha256(told.encode()).digest()[:8])


class _Step(NamedTuple):  # one for each edge of the spool: a dataclass takes twice the time
    """An edge that waits to be played, or (None) that its contact was lost; with the anchor that was the newest."""

    clock_ns: int
    edge: Edge | None
    anchor: Anchor | None


class BootReplay:
    """One boot's journal, played again entry by entry.

    Arguments:
        anchors: filled with the boot's anchors as they come.
        known: all anchors of the boot. One from before its first entry was written again when its segment went, and
            stands too late in the journal.
    """

    def __init__(self, anchors: AnchorBook, known: Sequence[Anchor]) -> None:
        self._known = known
        self.intervals: dict[str, ContactIntervals] = {}
        self.last_ns = 0
        self._known_ns = 0
        self._anchors = anchors
        self._settings: dict[str, SensorSettings] = {}
        self._levels: dict[str, bool] = {}
        self._lost_at_ns = 0
        self._unwritten: dict[tuple[str, int], ReadingEntry] = {}
        self._steps: dict[str, deque[_Step]] = {}

    def take(self, located: Located) -> None:
        """Play the next entry of this boot."""
        entry = located.entry
        if self._known and not isinstance(entry, Seal):
            for anchor in self._known:
                if anchor.clock_ns <= entry.clock_ns:
                    self._anchors.note(anchor)
            self._known = ()
        if isinstance(entry, Anchor):
            self._anchors.note(entry)
        elif isinstance(entry, BootNote):
            # The spool's own note at a restart repeats the newest time it knows, which may be that of an anchor or a
            # marker from a time when the spool was full and took no edges: the contacts were known until `last_ns`.
            self._lost_at_ns = self.last_ns if entry.clock_ns == self._known_ns else entry.clock_ns
            self.last_ns = max(self.last_ns, self._lost_at_ns)
        elif isinstance(entry, Edge):
            self.last_ns = max(self.last_ns, entry.clock_ns)
            self._edge(entry, located.settings)
        elif isinstance(entry, ReadingEntry):
            self.last_ns = max(self.last_ns, entry.clock_ns)
            self._reading(entry, located.settings)
        if not isinstance(entry, Seal):
            self._known_ns = max(self._known_ns, entry.clock_ns)

    def end(self) -> None:
        """The journal ends here: what still waits for a reading is played."""
        for sensor in self._steps:
            self._play(sensor)

    def unwritten(self) -> list[ReadingEntry]:
        """Readings of intervals that closed but are not in the spool."""
        return list(self._unwritten.values())

    def cut(self, sensor: str) -> list[ReadingEntry]:
        """Close the open interval of a sensor where the journal ends, and those that were over by then."""
        intervals = self.intervals[sensor]
        closed = intervals.close_until(self.last_ns)
        reading = intervals.cut(self.last_ns)
        return closed if reading is None else [*closed, reading]

    def settings(self, sensor: str) -> SensorSettings:
        """A sensor's settings at its newest edge."""
        return self._settings[sensor]

    def _edge(self, edge: Edge, settings: SensorSettings | None) -> None:
        self._intervals(edge.sensor, settings)
        steps = self._steps.setdefault(edge.sensor, deque())
        if edge.observed:
            steps.append(_Step(self._lost_at_ns, None, self._anchors.newest))
        steps.append(_Step(edge.clock_ns, edge, self._anchors.newest))

    def _play(self, sensor: str, before_ns: int | None = None) -> None:
        """Play what waits of a sensor, with the anchors of its time."""
        steps, intervals = self._steps.get(sensor), self.intervals[sensor]
        newest = self._anchors.newest
        while steps and (before_ns is None or steps[0].clock_ns < before_ns):
            clock_ns, edge, self._anchors.newest = steps.popleft()
            if edge is not None:
                self._play_edge(edge, intervals)
            elif sensor in self._levels:
                intervals.lose(clock_ns)
        self._anchors.newest = newest

    def _play_edge(self, edge: Edge, intervals: ContactIntervals) -> None:
        if edge.observed:
            intervals.observe(edge.clock_ns, edge.level)
        else:
            if self._levels.get(edge.sensor) in {None, edge.level}:  # the edge before it went with its segment
                if intervals.end_ns is None:
                    intervals.observe(edge.clock_ns, not edge.level)
                intervals.infer(not edge.level)
            intervals.edge(edge.clock_ns, edge.level)
        self._levels[edge.sensor] = edge.level
        self._note_closed(intervals, edge.clock_ns)

    def _intervals(self, sensor: str, settings: SensorSettings | None) -> ContactIntervals:
        assert settings is not None
        if self._settings.get(sensor) != settings:
            if sensor in self.intervals:
                self._play(sensor)
            self._settings[sensor] = settings
            self.intervals[sensor] = ContactIntervals(sensor, settings.period_ms * _NS_PER_MS, self._anchors)
            self._levels.pop(sensor, None)
        return self.intervals[sensor]

    def _reading(self, entry: ReadingEntry, settings: SensorSettings | None) -> None:
        intervals = self._intervals(entry.sensor, settings)
        self._play(entry.sensor, before_ns=entry.clock_ns)
        newest = self._anchors.newest
        if waiting := self._steps.get(entry.sensor):
            self._anchors.newest = waiting[0].anchor  # the next interval was open when they came
        self._note_closed(intervals, entry.clock_ns)
        exact = (entry.sensor, entry.clock_ns) in self._unwritten
        for key in [key for key in self._unwritten if key[0] == entry.sensor and key[1] <= entry.clock_ns]:
            del self._unwritten[key]  # older ones went with their segments, after their receipts
        if not exact:
            # Closed before its end, or opened by entries that went with an older segment.
            intervals.begin_at(entry.clock_ns)
        self._anchors.newest = newest

    def _note_closed(self, intervals: ContactIntervals, until_ns: int) -> None:
        for closed in intervals.close_until(until_ns):
            self._unwritten[closed.sensor, closed.clock_ns] = closed


@dataclass(frozen=True, slots=True)
class Resumed:
    """What the journal gave at start: readings to write now, and the boot clock until which it was watching."""

    readings: tuple[ReadingEntry, ...]
    last_ns: int


def resume(
    entries: Iterable[Located],
    boot: int,
    detectors: Iterable[Detector],
    anchors: AnchorBook,
    settings: Mapping[str, SensorSettings],
    known: Callable[[int], Sequence[Anchor]],
) -> Resumed:
    """Let detectors go on where this boot's journal ends, and close what earlier boots or settings left open.

    Arguments:
        entries: all that the spool holds, in file order.
        boot: index of the present boot.
        detectors: as configured now.
        anchors: filled with this boot's anchors.
        settings: of the sensors as configured now; an interval under other settings is closed partial.
        known: the anchors of each boot, by its index, in file order.
    """
    replays = {boot: BootReplay(anchors, known(boot))}
    for located in entries:
        if located.boot not in replays:
            replays[located.boot] = BootReplay(AnchorBook(), known(located.boot))
        replays[located.boot].take(located)
    for replay in replays.values():
        replay.end()
    now = replays.pop(boot)
    readings: list[ReadingEntry] = []
    for earlier, old in sorted(replays.items()):
        found = old.unwritten() + [reading for sensor in old.intervals for reading in old.cut(sensor)]
        readings.extend(replace(reading, boot=earlier) for reading in found)
    readings.extend(now.unwritten())
    configured = {detector.sensor: detector for detector in detectors}
    for sensor, intervals in now.intervals.items():
        if sensor in configured and now.settings(sensor) == settings.get(sensor):
            intervals.lose(now.last_ns)
            configured[sensor].intervals = intervals
        else:
            readings.extend(now.cut(sensor))
    return Resumed(tuple(readings), now.last_ns)
