"""What one card has accepted, kept outside the system: the truth that everything else is compared with."""

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from firmware_config.sensor import SensorConfig
from gateway.spool import Edge, Located, MarkerEntry, ReadingEntry
from sensorhub.ranges import RangeSet
from sensorhub.reading import NS_PER_US, Marker, Quality, Record
from tests.delivery.simulated.accounts import Accepted, Contact, EpochLedger, Held
from tests.delivery.simulated.clock import Computer
from tests.delivery.simulated.times import Times
from tests.delivery.simulated.trace import Broken

_NAMED = re.compile(r"(\d+)-(\d+) ", re.ASCII)
CLOSURES = "actuation_count"
PEOPLE = ("people_in_count", "people_out_count")
HELD = "float_active"

Input = tuple[str, int]
"""A contact: its sensor, and which of that sensor's."""


class Ledger:
    """The ledger of one card.

    Beside its accounts it knows whether the card is `rotten` at all, and whether segments of it are `damaged`.

    Arguments:
        label: of its gateway, for what breaks.
        computer: whose clocks its records carry.
        sensors: of its gateway.
    """

    def __init__(self, label: str, computer: Computer, sensors: Sequence[SensorConfig]) -> None:
        self.label = label
        self._sensors = sensors
        self._counted = {sensor.id for sensor in sensors if CLOSURES in sensor.entry.quantities}
        self.epochs: dict[str, EpochLedger] = {}
        self.contacts: dict[tuple[UUID, str], Contact] = {}
        self.times = Times(computer)
        self._edges: set[tuple[UUID, Input, int]] = set()
        self._driven: dict[Input, deque[tuple[int, bool]]] = {}
        self._held: dict[str, Held] = {}
        self._settled = (0, False)
        self._refused: list[tuple[Input, int, bool]] = []
        self.closures = 0
        self.damaged = False
        self.rotten = False

    def copy(self, label: str, computer: Computer) -> "Ledger":
        """The ledger of a copy of the card, which goes on in another computer."""
        other = Ledger(label, computer, self._sensors)
        other.epochs = {epoch: known.copy() for epoch, known in self.epochs.items()}
        other.contacts = {key: contact.copy() for key, contact in self.contacts.items()}
        other.times = self.times.copy(computer)
        other._edges = set(self._edges)
        other.damaged, other.rotten = self.damaged, self.rotten
        return other

    # Edges -----------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """A process watches the contacts from now on; what the one before it had not accepted is nobody's."""
        self._driven.clear()
        self._refused.clear()
        self._held = {sensor.id: Held() for sensor in self._sensors if sensor.entry.reads == "level"}
        self._settled = 0, False

    def drive(self, sensor: SensorConfig, channel: int, clock_ns: int, active: bool) -> None:
        """A watched contact has changed."""
        if sensor.entry.reads == "level":
            self._held[sensor.id].driven.append((clock_ns, active))
        elif sensor.entry.journalled:
            self._driven.setdefault((sensor.id, channel), deque()).append((clock_ns, active))

    def accept(self, boot: UUID, edges: Iterable[Edge], settled_until_ns: int, *, refused: bool) -> None:
        """The product says that these edges are durable, and all others until then were no changes.

        Arguments:
            refused: whether the card may have refused some.
        """
        self._look_at_held()
        self._settled = settled_until_ns, refused
        for edge in edges:
            waiting = self._driven.setdefault(_input(edge), deque())
            while refused and waiting and waiting[0][0] < edge.clock_ns:
                self._refuse(boot, _input(edge), *waiting.popleft())
            expected = waiting.popleft() if waiting else None
            if expected != (edge.clock_ns, edge.level):
                raise Broken("altered", f"{self.label}: {edge} was accepted where {expected} was driven")
            self._note(boot, edge)
        for contact, waiting in self._driven.items():
            while waiting and waiting[0][0] <= settled_until_ns:
                if not refused:
                    raise Broken(
                        "lost", f"{self.label}: the change {waiting[0]} of {contact} is settled and was not accepted"
                    )
                self._refuse(boot, contact, *waiting.popleft())

    def _look_at_held(self) -> None:
        """What was settled at the last look has its reading by now."""
        until_ns, refused = self._settled
        for sensor, held in self._held.items():
            missed = held.settled(until_ns, refused=refused)
            if missed is not None:
                raise Broken("lost", f"{self.label}: the change {missed} of {sensor} is settled and was not told")

    def _refuse(self, boot: UUID, contact: Input, clock_ns: int, active: bool) -> None:
        self._refused.append((contact, clock_ns, active))
        self.contacts.setdefault((boot, contact[0]), Contact()).unsure = True

    def _note(self, boot: UUID, edge: Edge) -> None:
        key = boot, _input(edge), edge.clock_ns
        if edge.observed or key in self._edges:
            return
        self._edges.add(key)
        if edge.level:
            closures = self.contacts.setdefault((boot, edge.sensor), Contact()).closures
            if closures and edge.clock_ns < closures[-1] and not self.damaged:
                raise Broken("order", f"{self.label}: {edge} is in the journal after one at {closures[-1]}")
            closures.append(edge.clock_ns)
            self.closures += 1

    def journal(
        self,
        epoch: str,
        boots: Mapping[int, UUID],
        present: UUID,
        entries: Iterable[Located],
        there: set[tuple[UUID, str, int]],
    ) -> RangeSet:
        """After a start: all that a spool holds, in file order. Returns the records that are there.

        Arguments:
            there: filled with the edges.
        """
        kept = RangeSet()
        for located in entries:
            if isinstance(located.entry, Edge):
                boot = boots[located.boot]
                there.add((boot, located.entry.sensor, located.entry.clock_ns))
                self._note(boot, located.entry)
            elif located.sequence:
                self.take(epoch, boots, present, located)
                kept.add(located.sequence, located.last)
        return kept

    def open_intervals(self, there: set[tuple[UUID, str, int]]) -> None:
        """What is accepted and in no reading yet must be in the journal."""
        if self.damaged:
            return
        for (boot, sensor), contact in self.contacts.items():
            for clock_ns in contact.closures[contact.counted :]:
                if (boot, sensor, clock_ns) not in there:
                    raise Broken(
                        "lost",
                        f"{self.label}: the closure of {sensor} at {clock_ns} is accepted and not in the journal",
                    )

    def forgive(self, boot: UUID) -> None:
        """An epoch was left while its spool was full: the readings of open intervals are rejected, with a marker."""
        for (of_boot, _), contact in self.contacts.items():
            if of_boot == boot:
                contact.counted = len(contact.closures)

    # Records ---------------------------------------------------------------------------------------------------------

    def take(self, epoch: str, boots: Mapping[int, UUID], present: UUID, located: Located) -> None:
        """A record is in the spool; it was accepted now, or is known."""
        known = self.epochs.setdefault(epoch, EpochLedger())
        entry, boot = located.entry, boots[located.boot]
        values: list[Accepted]
        if isinstance(entry, ReadingEntry):
            values = [
                Accepted(entry.sensor, one.quantity, one.value, one.quality, boot, entry.clock_ns)
                for one in entry.values
            ]
        else:
            assert isinstance(entry, MarkerEntry)
            values = [Accepted("gateway", entry.kind, 0.0, Quality.GOOD, boot, entry.clock_ns, entry.text)]
        new = located.sequence >= known.next
        for sequence, value in enumerate(values, located.sequence):
            if new:
                known.records[sequence] = value
            elif known.records.get(sequence, value) != value:
                raise Broken(
                    "altered", f"{self.label}: record {sequence} of {epoch} was {known.records[sequence]}, is {value}"
                )
        if not new:
            return
        known.kept.add(located.sequence, located.last)
        known.next = located.last + 1
        if isinstance(entry, MarkerEntry) and (named := _NAMED.match(entry.text)) and entry.kind == "dropped":
            known.named.add(int(named[1]), int(named[2]))
            if entry.text.endswith("unreadable") and not self.rotten:
                raise Broken("marker", f"{self.label}: {entry} names what no rot has touched")
        if isinstance(entry, ReadingEntry):
            self._count(boot, entry, is_over=boot != present)

    def _count(self, boot: UUID, entry: ReadingEntry, *, is_over: bool) -> None:
        contact = self.contacts.setdefault((boot, entry.sensor), Contact())
        values = {one.quantity: one.value for one in entry.values}
        if HELD in values and entry.sensor in self._held:
            wrong = self._held[entry.sensor].tell(entry.clock_ns, values[HELD] == 1, refused=self._settled[1])
            if wrong is not None:
                raise Broken("altered", f"{self.label}: {entry} {wrong}")
        if entry.clock_ns <= contact.end_ns and not self.damaged:
            raise Broken(
                "duplicated", f"{self.label}: {entry} ends no later than the reading before it, at {contact.end_ns}"
            )
        began_ns, contact.end_ns = contact.end_ns, max(contact.end_ns, entry.clock_ns)
        find = bisect_right if is_over else bisect_left
        until = max(contact.counted, find(contact.closures, entry.clock_ns))
        expected, contact.counted = until - contact.counted, until
        contact.people += sum(values.get(name, 0) for name in PEOPLE)
        if 2 * contact.people > until and not (contact.unsure or self.damaged):
            raise Broken("duplicated", f"{self.label}: {entry} makes {contact.people} people of {until} broken beams")
        if entry.sensor not in self._counted:
            return
        said = values.get(CLOSURES)
        if said is not None and expected < said <= expected + self._refused_in(entry.sensor, began_ns, entry.clock_ns):
            return  # what the card refused may be counted all the same, by a process that lives on
        if said != expected and not self.damaged:
            raise Broken(
                "lost" if said is None or said < expected else "duplicated",
                f"{self.label}: {expected} closures were accepted for {entry}",
            )

    def _refused_in(self, sensor: str, began_ns: int, end_ns: int) -> int:
        waiting = [((sensor, 0), *change) for change in self._driven.get((sensor, 0), ())]
        return sum(
            closed and of == (sensor, 0) and began_ns <= clock_ns < end_ns
            for of, clock_ns, closed in (*self._refused, *waiting)
        )

    # What is stored --------------------------------------------------------------------------------------------------

    def same(self, epoch: str, sequence: int, record: Record) -> str | None:
        """What is wrong with a stored record, None where it is the accepted one."""
        known = self.epochs.get(epoch)
        accepted = known.records.get(sequence) if known else None
        if accepted is None:
            return "was never accepted"
        if isinstance(record, Marker):
            return None if (record.kind, record.text) == (accepted.quantity, accepted.text) else f"was {accepted}"
        quality = record.quality & ~Quality.ESTIMATED_TIME
        said = record.sensor, record.quantity, record.value.hex(), quality
        if said != (accepted.sensor, accepted.quantity, accepted.value.hex(), accepted.quality):
            return f"was {accepted}"
        if Quality.ESTIMATED_TIME in record.quality and not self.times.is_estimated(accepted.boot):
            return None  # its estimate was made since the last look
        return self.times.wrong(accepted, record.time_us * NS_PER_US)

    def counts(self, boot: UUID) -> bool:
        """Whether all closures of a boot must be in readings by now.

        Not on a damaged card; and where the wall clock was set back, an interval stays open until that time is over.
        """
        return not self.damaged and not self.times.went_back(boot)


def _input(edge: Edge) -> Input:
    return edge.sensor, edge.channel
