"""The journal at start: open intervals are made again from what the spool holds.

Intervals are a pure function of the journal, so each entry is played again in file order. What closed and has its
reading already is left out; what closed and lost its reading in a torn group is made again. Edges of the next interval
may stand before the reading of the last one: they wait for it, since it says where the next one began, also where
what opened the last one has gone with an older segment.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import NamedTuple

from gateway.anchors.times import AnchorBook
from gateway.recorder.contact import Contact
from gateway.recorder.contact_intervals import ContactIntervals
from gateway.recorder.intervals import Intervals
from gateway.recorder.kinds import intervals_for
from gateway.recorder.sample_intervals import SampleIntervals
from gateway.recorder.sampled import Sampled
from gateway.spool import Anchor, BootNote, Edge, Located, ReadingEntry, Seal, SensorSettings


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
        self.intervals: dict[str, Intervals] = {}
        self.last_ns = 0
        self._known_ns = 0
        self._anchors = anchors
        self._settings: dict[str, SensorSettings] = {}
        self._levels: dict[tuple[str, int], bool] = {}
        self._lost_at_ns = 0
        self._unwritten: dict[tuple[str, int], ReadingEntry] = {}
        self._steps: dict[str, deque[_Step]] = {}
        self._read_ns: dict[str, int] = {}

    def take(self, located: Located, *, over: bool = False) -> None:
        """Play the next entry of this boot.

        Arguments:
            over: whether it was written by a later boot, and so says nothing of until when this one was watching.
        """
        entry = located.entry
        if self._known and not isinstance(entry, Seal):
            for anchor in self._known:
                if anchor.clock_ns <= entry.clock_ns:
                    self._anchors.note(anchor)
            self._known = ()
        if isinstance(entry, Anchor):
            self._anchors.note(entry)
        elif isinstance(entry, BootNote) and not over:
            # The spool's own note at a restart repeats the newest time it knows, which may be that of an anchor or a
            # marker from a time when the spool was full and took no edges: the contacts were known until `last_ns`.
            self._lost_at_ns = self.last_ns if entry.clock_ns == self._known_ns else entry.clock_ns
            self.last_ns = max(self.last_ns, self._lost_at_ns)
        elif isinstance(entry, Edge):
            self.last_ns = max(self.last_ns, entry.clock_ns)
            self._edge(entry, located.settings)
        elif isinstance(entry, ReadingEntry):
            self.last_ns = self.last_ns if over else max(self.last_ns, entry.clock_ns)
            self._read_ns[entry.sensor] = entry.clock_ns
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
        if self._read_ns.get(sensor, 0) > self.last_ns:
            return []  # it was closed so at an earlier start: a short interval is cut somewhat later than it ended
        intervals = self.intervals[sensor]
        closed = intervals.close_until(self.last_ns)
        reading = intervals.cut(self.last_ns)
        return closed if reading is None else [*closed, reading]

    def settings(self, sensor: str) -> SensorSettings:
        """A sensor's settings at its newest edge."""
        return self._settings[sensor]

    def _edge(self, edge: Edge, settings: SensorSettings | None) -> None:
        if not isinstance(self._intervals(edge.sensor, settings), ContactIntervals):
            return  # of a kind that is not known any more
        steps = self._steps.setdefault(edge.sensor, deque())
        if edge.observed and not edge.channel:  # all contacts of a sensor are observed together
            steps.append(_Step(self._lost_at_ns, None, self._anchors.newest))
        steps.append(_Step(edge.clock_ns, edge, self._anchors.newest))

    def _play(self, sensor: str, before_ns: int | None = None) -> None:
        """Play what waits of a sensor, with the anchors of its time."""
        steps, intervals = self._steps.get(sensor), self.intervals.get(sensor)
        newest = self._anchors.newest
        inferred = False
        while (
            isinstance(intervals, ContactIntervals) and steps and (before_ns is None or steps[0].clock_ns < before_ns)
        ):
            clock_ns, edge, self._anchors.newest = steps.popleft()
            if edge is not None:
                if not (edge.observed or inferred or intervals.observed):
                    self._infer(edge, steps, intervals)
                    inferred = True
                self._play_edge(edge, intervals)
            elif (sensor, 0) in self._levels:
                intervals.lose(clock_ns)
        self._anchors.newest = newest

    def _infer(self, first: Edge, coming: Iterable[_Step], intervals: ContactIntervals) -> None:
        """What came before `first` went with its segment: how each contact was is known by the first edge it has."""
        intervals.begin(first.clock_ns)
        for edge in chain([first], (step.edge for step in coming)):
            if edge is None or edge.observed:
                return
            if (edge.sensor, edge.channel) not in self._levels:
                intervals.infer(not edge.level, edge.channel)
                self._levels[edge.sensor, edge.channel] = not edge.level

    def _play_edge(self, edge: Edge, intervals: ContactIntervals) -> None:
        key = (edge.sensor, edge.channel)
        if edge.observed:
            intervals.observe(edge.clock_ns, edge.level, edge.channel)
        else:
            if self._levels.get(key) is edge.level:  # the edge before it went with its segment
                intervals.infer(not edge.level, edge.channel)
            intervals.edge(edge.clock_ns, edge.level, edge.channel)
        self._levels[key] = edge.level
        self._note_closed(intervals, edge.clock_ns)

    def _intervals(self, sensor: str, settings: SensorSettings | None) -> Intervals | None:
        assert settings is not None
        if self._settings.get(sensor) != settings:
            self._play(sensor)
            self._settings[sensor] = settings
            intervals = intervals_for(settings, self._anchors)
            if intervals is None:
                self.intervals.pop(sensor, None)
            else:
                self.intervals[sensor] = intervals
            for key in [key for key in self._levels if key[0] == sensor]:
                del self._levels[key]
        return self.intervals.get(sensor)

    def _reading(self, entry: ReadingEntry, settings: SensorSettings | None) -> None:
        intervals = self._intervals(entry.sensor, settings)
        if intervals is None:
            return
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

    def _note_closed(self, intervals: Intervals, until_ns: int) -> None:
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
    sensors: Iterable[Contact | Sampled],
    anchors: AnchorBook,
    settings: Mapping[str, SensorSettings],
    known: Callable[[int], Sequence[Anchor]],
) -> Resumed:
    """Let sensors go on where this boot's journal ends, and close what earlier boots or settings left open.

    Arguments:
        entries: all that the spool holds, in file order.
        boot: index of the present boot.
        sensors: those with intervals, as configured now.
        anchors: filled with this boot's anchors.
        settings: of the sensors as configured now; an interval under other settings is closed partial.
        known: the anchors of each boot, by its index, in file order.
    """
    replays = {boot: BootReplay(anchors, known(boot))}
    latest = 0
    for located in entries:
        if located.boot not in replays:
            replays[located.boot] = BootReplay(AnchorBook(), known(located.boot))
        latest = max(latest, located.boot)
        replays[located.boot].take(located, over=located.boot < latest)
    for replay in replays.values():
        replay.end()
    now = replays.pop(boot)
    readings: list[ReadingEntry] = []
    for earlier, old in sorted(replays.items()):
        found = old.unwritten() + [reading for sensor in old.intervals for reading in old.cut(sensor)]
        readings.extend(replace(reading, boot=earlier) for reading in found)
    readings.extend(now.unwritten())
    configured = {sensor.sensor: sensor for sensor in sensors}
    for name, intervals in now.intervals.items():
        sensor = configured.get(name)
        if sensor is None or now.settings(name) != settings.get(name):
            readings.extend(now.cut(name))
        elif isinstance(intervals, ContactIntervals) and isinstance(sensor, Contact):
            intervals.lose(now.last_ns)
            sensor.intervals = intervals
        elif isinstance(intervals, SampleIntervals) and isinstance(sensor, Sampled):
            sensor.intervals = intervals
    return Resumed(tuple(readings), now.last_ns)
