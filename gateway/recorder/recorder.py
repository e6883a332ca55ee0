"""The recorder: from edges and samples to what the spool holds, without an event loop or a thread.

Whoever drives it (the agent, a simulation) calls `collect` where edges are taken and `append` where the spool is;
never two of its methods at once, and `append` with every group, in order. While a slow card holds up `append`,
edges wait in the sampler's inbox.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from firmware_config.sensor import SensorConfig
from gateway.anchors.sources import AnchorSource
from gateway.anchors.times import AnchorBook, wall_at
from gateway.recorder.contact import Contact
from gateway.recorder.contacts import Found
from gateway.recorder.faults import Faults
from gateway.recorder.group import Accepted, Group
from gateway.recorder.held import Held, Taken, reason_of
from gateway.recorder.journal import resume
from gateway.recorder.kinds import sensed, settings_of
from gateway.recorder.leaving import leave_epoch
from gateway.recorder.refusals import Refusals
from gateway.recorder.sampled import Sampled
from gateway.recorder.sampler import Sampler, Tick
from gateway.recorder.watch import ContactWatch
from gateway.spool import (
    Anchor,
    BootNote,
    Edge,
    Entry,
    Epochs,
    MarkerEntry,
    ReadingEntry,
    SpoolFull,
    SpoolUnwritable,
)
from gateway.status.fullness import Fullness
from sensorhub.clock import MachineClock, MeasurementClock
from sensorhub.quantity import QUANTITIES
from sensorhub.reading import Quality

log = logging.getLogger(__name__)

BOOT_NOTE_S = 60.0
"""How often the journal says until when this gateway was watching, so that a dead process leaves a known gap."""

ANCHORS_WAITING_MAX = 64
"""Anchors that wait while the spool takes nothing: ten hours of them."""


class Recorder:
    """The measuring side of one gateway.

    Arguments:
        gateway: id, for the log.
        sensors: as configured.
        clock, machine: the two clocks.
        anchors: where the time comes from.
        faults: what is wrong with sensors; of one with an open fault readings are `bad`.
        crowded: called, from any thread, when many edges wait; `collect` is then due.
    Beside what the properties say, a recorder has its `sampler`, which edges are put into from the beginning,
    `sampled`, which takes samples by sensor, and from `resume` on its `fullness`. For whoever watches it has `contacts`
    by sensor, the `newest` reading of each, and `active_ns`, until when something was seen (or since when it reports).
    """

    def __init__(
        self,
        gateway: str,
        sensors: Sequence[SensorConfig],
        *,
        clock: MeasurementClock,
        machine: MachineClock,
        anchors: AnchorSource,
        faults: Faults | None = None,
        crowded: Callable[[], None] = lambda: None,
    ) -> None:
        self._gateway = gateway
        self._sensors = sensors
        self._clock = clock
        self._machine = machine
        self._anchors = anchors
        self._book = book = AnchorBook()
        measuring = [sensed(sensor, book) for sensor in sensors]
        self.sampled = {each.sensor: each for each in measuring if isinstance(each, Sampled)}
        self._contacts = {each.sensor: each for each in measuring if isinstance(each, Contact)}
        self.contacts = {each.sensor: each for each in measuring if not isinstance(each, Sampled)}
        self.newest: dict[str, ReadingEntry] = {}
        self.active_ns: dict[str, int] = {}
        self._journalled = {name: each for name, each in self._contacts.items() if each.journalled}
        self.sampler = Sampler(clock, measuring, crowded)
        self._refusals = Refusals(self._journalled)
        self._faults = faults if faults is not None else Faults()
        self._watch = ContactWatch(sensors, self.contacts, self._faults, book)
        self._observed: list[Edge] = []
        self._waiting: deque[Anchor] = deque(maxlen=ANCHORS_WAITING_MAX)
        self._taken_ns = clock.now_ns()
        self._settled_ns = 0
        self._noted_s = machine.monotonic_s()
        self._last: tuple[Group, Taken, bool] | None = None

    @property
    def trouble(self) -> str:
        """Why nothing is accepted now, or what is wrong with the time, in a sentence; empty while all is well."""
        return self._held.trouble or self._anchors.trouble

    @property
    def newest_anchor(self) -> Anchor | None:
        """The anchor that tells the time now."""
        return self._book.newest

    def resume(self, epochs: Epochs) -> None:
        """Go on where the journal ends; what an earlier boot or other settings left open is closed under those.

        Called once, where the spool is, before the first contact is observed.

        Arguments:
            epochs: where entries become durable.
        """
        self._epochs = epochs
        self._held = Held(self._gateway, epochs, self._machine.monotonic_s)
        self.fullness = Fullness(self._gateway, epochs)
        settings = {sensor.id: settings_of(sensor) for sensor in self._sensors}
        spool = self._epochs.current
        measuring: list[Contact | Sampled] = [*self._contacts.values(), *self.sampled.values()]
        resumed = resume(spool.scan(), spool.boot, measuring, self._book, settings, spool.anchors)
        wait: list[ReadingEntry] = []
        refused: list[ReadingEntry] = []
        reason = ""
        try:
            self._epochs.append(resumed.readings, closing=True)
        except (SpoolFull, SpoolUnwritable) as error:
            log.error("%s", error)  # no reason not to start
            unchanged = {name for name, known in settings.items() if spool.sensor(name) == known}
            wait = [reading for reading in resumed.readings if reading.sensor in unchanged]
            self._held.owe(wait)  # under other settings they could not be written any more
            reason = reason_of(error)
            refused = [reading for reading in resumed.readings if reading.sensor not in unchanged]
        spool.settle_earlier({(reading.boot, reading.sensor) for reading in wait if reading.boot is not None})
        self._epochs.define(list(settings.values()))
        self._refusals = Refusals(self._journalled)
        self._refusals.lose(sum(len(reading.values) for reading in refused), reason)
        spools = self._epochs.all
        self._anchors.know(max(each.last_known(boot).wall_ns for each in spools for boot in each.boots))
        self._take_anchors()  # before the first interval opens

    def observed(self, found: Sequence[Found]) -> None:
        """Contacts that are read from then on and how they were, as `Contacts.watch` gave them, for the next group."""
        for each in found:
            self._observed += self.sampler.observe(each.sensor, each.levels, each.clock_ns)

    def offer(self, anchor: Anchor) -> None:
        """An anchor from a fresh receipt; it goes with the next group where it is worth keeping."""
        kept = self._anchors.offered(anchor)
        if kept is not None:
            self._waiting.append(kept)

    # Where edges are taken ---------------------------------------------------------------------------------------

    def collect(self) -> Group:
        """Take what was measured since the last call: the group to append next."""
        self._conclude()
        self._take_anchors()
        tick = self.sampler.tick()
        self._taken_ns = tick.now_ns
        self._watch.look(tick.now_ns)
        self._remember(tick)
        if tick.lost:
            log.error("%d edges did not fit while the spool could not be written.", self.sampler.overflowed)
        entries = [*self._observed, *tick.edges, *tick.lost, *map(self._judged, tick.readings)]
        self._observed = []
        anchors = tuple(self._waiting)
        self._waiting.clear()
        if self._refusals.open:
            return self._rejoin(anchors, entries, tick)
        now_s = self._machine.monotonic_s()
        if now_s - self._noted_s >= BOOT_NOTE_S and not self._held.waiting:
            self._noted_s = now_s
            entries.append(self._note(tick.settled_until_ns))
        return Group(anchors, tuple(entries), tick.settled_until_ns)

    def _remember(self, tick: Tick) -> None:
        """For whoever watches: the newest reading of each sensor, and until when something was seen."""
        for reading in tick.readings:
            self.newest[reading.sensor] = reading
            self.active_ns.setdefault(reading.sensor, reading.clock_ns)
            if any(QUANTITIES[one.quantity].activity and one.value for one in reading.values):
                self.active_ns[reading.sensor] = reading.clock_ns

    def _judged(self, reading: ReadingEntry) -> ReadingEntry:
        """A reading of a sensor with an open fault is `bad`, and keeps its numbers."""
        if reading.sensor not in self._faults:
            return reading
        values = [replace(measured, quality=measured.quality | Quality.BAD) for measured in reading.values]
        return replace(reading, values=tuple(values))

    def _conclude(self) -> None:
        """Take to heart what became of the last group."""
        last, self._last = self._last, None
        if last is None:
            return
        group, taken, closed = last
        if not taken.refused:
            self._refusals.keep(group.entries)
            if group.rejoin is not None:
                self._refusals.joined(group.rejoin)
            return
        if closed and group.rejoin is not None:
            self._refusals.closed(group.rejoin)
        entries = group.entries[len(group.rejoin.entries) :] if group.rejoin else group.entries
        self._refusals.refuse(entries, self._held.reason)

    def _take_anchors(self) -> None:
        anchor = self._anchors.poll(self._clock.now_ns())
        if anchor is not None:
            self._waiting.append(anchor)
        for anchor in self._waiting:
            # Noted when it is written: intervals that open by it must come after it in the journal.
            self._book.note(anchor)

    def _rejoin(self, anchors: tuple[Anchor, ...], entries: Sequence[Entry], tick: Tick) -> Group:
        """While contacts are missing from the journal, all go in together, or none."""
        kept = [entry for entry in entries if isinstance(entry, Edge | ReadingEntry)]
        if not self._held.due:
            self._refusals.refuse(kept, self._held.reason)
            return Group(anchors, (), tick.settled_until_ns)
        missing = self._refusals.sensors
        self._refusals.refuse([entry for entry in kept if entry.sensor in missing], self._held.reason)
        rejoin = self._refusals.rejoin(tick.now_ns)
        rest = [entry for entry in kept if entry.sensor not in missing]
        return Group(anchors, (*rejoin.entries, *rest), tick.settled_until_ns, rejoin)

    def _note(self, clock_ns: int) -> BootNote:
        newest = self._book.newest
        return BootNote(clock_ns, wall_at(newest, clock_ns) if newest else 0)

    # Where the spool is --------------------------------------------------------------------------------------------

    def append(self, group: Group) -> Accepted:
        """Make a group durable, or see to it that nothing of it is lost in silence; never raises for the card's sake.

        Returns:
            What was accepted: of this group, and of earlier ones that had to wait.
        """
        taken = self._held.append([*group.anchors, *group.entries], may_wait=group.rejoin is None)
        closed = False
        if taken.refused:
            closing = group.rejoin.readings if group.rejoin else ()
            # Anchors first and by themselves: without one nothing of this boot can be sent, so no room ever be made.
            timed = self._held.append_alone(group.anchors[-1:])
            self._waiting.extendleft([] if timed else reversed(group.anchors))
            closed = self._held.append_alone([*_until(group), *closing]) and bool(closing)
        self._last = group, taken, closed
        self.fullness.note(self._machine.monotonic_s())
        if not self._held.waiting and not taken.refused:
            self._settled_ns = group.settled_until_ns
        edges = tuple(entry for entry in taken.accepted if isinstance(entry, Edge) and not entry.observed)
        readings = sum(isinstance(entry, ReadingEntry) for entry in taken.accepted)
        return Accepted(edges, readings, self._settled_ns)

    def begin_epoch(self) -> bool:
        """Leave the epoch for a new one: open intervals are closed in the old one, and none spans two.

        Called where the spool is, between an `append` and the next `collect`.

        Returns:
            False where the card did not take it; all goes on in the old epoch, and it may be called again.
        """
        self._conclude()
        left = leave_epoch(
            self._epochs, self._held, self._journalled, self._refusals, self._book.newest, self._taken_ns
        )
        self._observed = [*left.edges, *self._observed]
        self._waiting.extend(left.anchors)
        return left.done

    def finish(self) -> None:
        """Say what was refused and not made up for; called where the spool is, after the last `append`."""
        self._conclude()
        rejoin = self._refusals.rejoin(self._clock.now_ns())
        markers = [entry for entry in rejoin.entries if isinstance(entry, MarkerEntry)]
        if markers:
            self._held.append_alone(markers)


def _until(group: Group) -> list[BootNote]:
    """Until when the journal is whole, where this group is the first that was refused."""
    clocks = [entry.clock_ns for entry in group.entries if isinstance(entry, Edge | ReadingEntry)]
    return [BootNote(min(group.settled_until_ns, *clocks), 0)] if clocks and group.rejoin is None else []
