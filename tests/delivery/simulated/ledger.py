"""What one card has accepted, kept outside the system: the truth that everything else is compared with."""

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from uuid import UUID

from gateway.anchors.times import SNAP_NS, STEP_PPM, is_step, wall_at
from gateway.spool import Anchor, AnchorKind, Edge, Located, MarkerEntry, ReadingEntry
from sensorhub.ranges import RangeSet
from sensorhub.reading import NS_PER_US, Marker, Quality, Record
from tests.delivery.simulated.accounts import Accepted, Contact, EpochLedger
from tests.delivery.simulated.clock import Computer
from tests.delivery.simulated.trace import Broken

_NAMED = re.compile(r"(\d+)-(\d+) ", re.ASCII)
CLOSURES = "actuation_count"


class Ledger:
    """The ledger of one card.

    Beside its accounts it knows whether the card is `rotten` at all, and whether segments of it are `damaged`.

    Arguments:
        label: of its gateway, for what breaks.
        computer: whose clocks its records carry.
    """

    def __init__(self, label: str, computer: Computer) -> None:
        self.label = label
        self.computer = computer
        self.epochs: dict[str, EpochLedger] = {}
        self.contacts: dict[tuple[UUID, str], Contact] = {}
        self.anchors: dict[UUID, list[Anchor]] = {}
        self._edges: set[tuple[UUID, str, int]] = set()
        self._driven: dict[str, deque[tuple[int, bool]]] = {}
        self._refused: list[tuple[str, int, bool]] = []
        self.closures = 0
        self.damaged = False
        self.rotten = False

    def copy(self, label: str, computer: Computer) -> "Ledger":
        """The ledger of a copy of the card, which goes on in another computer."""
        other = Ledger(label, computer)
        computer.boots.update(self.computer.boots)
        other.epochs = {epoch: known.copy() for epoch, known in self.epochs.items()}
        other.contacts = {key: contact.copy() for key, contact in self.contacts.items()}
        other.anchors = {boot: list(anchors) for boot, anchors in self.anchors.items()}
        other._edges = set(self._edges)
        other.damaged, other.rotten = self.damaged, self.rotten
        return other

    # Edges -----------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """A process watches the contacts from now on; what the one before it had not accepted is nobody's."""
        self._driven.clear()
        self._refused.clear()

    def drive(self, sensor: str, clock_ns: int, closed: bool) -> None:
        """A watched contact has changed."""
        self._driven.setdefault(sensor, deque()).append((clock_ns, closed))

    def accept(self, boot: UUID, edges: Iterable[Edge], settled_until_ns: int, *, refused: bool) -> None:
        """The product says that these edges are durable, and all others until then were no changes.

        Arguments:
            refused: whether the card may have refused some.
        """
        for edge in edges:
            waiting = self._driven.setdefault(edge.sensor, deque())
            while refused and waiting and waiting[0][0] < edge.clock_ns:
                self._refused.append((edge.sensor, *waiting.popleft()))
            expected = waiting.popleft() if waiting else None
            if expected != (edge.clock_ns, edge.level):
                raise Broken("altered", f"{self.label}: {edge} was accepted where {expected} was driven")
            self._note(boot, edge)
        for sensor, waiting in self._driven.items():
            while waiting and waiting[0][0] <= settled_until_ns:
                if not refused:
                    raise Broken(
                        "lost", f"{self.label}: the change {waiting[0]} of {sensor} is settled and was not accepted"
                    )
                self._refused.append((sensor, *waiting.popleft()))

    def _note(self, boot: UUID, edge: Edge) -> bool:
        key = boot, edge.sensor, edge.clock_ns
        if edge.observed or key in self._edges:
            return False
        self._edges.add(key)
        if edge.level:
            self.contacts.setdefault((boot, edge.sensor), Contact()).closures.append(edge.clock_ns)
            self.closures += 1
        return True

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
        if entry.clock_ns <= contact.end_ns and not self.damaged:
            raise Broken(
                "duplicated", f"{self.label}: {entry} ends no later than the reading before it, at {contact.end_ns}"
            )
        began_ns, contact.end_ns = contact.end_ns, max(contact.end_ns, entry.clock_ns)
        find = bisect_right if is_over else bisect_left
        until = max(contact.counted, find(contact.closures, entry.clock_ns))
        expected, contact.counted = until - contact.counted, until
        said = next((one.value for one in entry.values if one.quantity == CLOSURES), None)
        if said is not None and expected < said <= expected + self._refused_in(entry.sensor, began_ns, entry.clock_ns):
            return  # what the card refused may be counted all the same, by a process that lives on
        if said != expected and not self.damaged:
            raise Broken(
                "lost" if said is None or said < expected else "duplicated",
                f"{self.label}: {expected} closures were accepted for {entry}",
            )

    def _refused_in(self, sensor: str, began_ns: int, end_ns: int) -> int:
        waiting = [(sensor, *change) for change in self._driven.get(sensor, ())]
        return sum(
            closed and of == sensor and began_ns <= clock_ns < end_ns
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
        if Quality.ESTIMATED_TIME in record.quality and not self._is_estimated(accepted.boot):
            return None  # its estimate was made since the last look
        return self._wrong_time(accepted, record.time_us * NS_PER_US)

    def _is_estimated(self, boot: UUID) -> bool:
        return any(anchor.source is AnchorKind.ESTIMATED for anchor in self.anchors.get(boot, ()))

    def _wrong_time(self, accepted: Accepted, said_ns: int) -> str | None:
        anchors = self.anchors.get(accepted.boot, [])
        boot = self.computer.boots[accepted.boot]
        if not anchors or any(not self._honest(boot.true_ns(anchor.clock_ns), anchor) for anchor in anchors):
            return None
        true_ns = boot.true_ns(accepted.clock_ns)
        reach_ns = max(abs(anchor.clock_ns - accepted.clock_ns) for anchor in anchors)
        bound_ns = max(anchor.error_ns for anchor in anchors) + reach_ns * STEP_PPM // 1_000_000 + SNAP_NS + NS_PER_US
        off_ns = abs(said_ns - true_ns)
        return None if off_ns <= bound_ns else f"is {off_ns / 1e9:.3f} s off, may be {bound_ns / 1e9:.3f} s"

    def anchored(self, boot: UUID, anchors: Sequence[Anchor]) -> None:
        """The anchors of a boot that the spool holds."""
        known = self.anchors.setdefault(boot, [])
        known += [anchor for anchor in anchors if anchor not in known]
        for anchor in anchors[-1:]:
            if anchor.source is AnchorKind.RECEIPT and not self._honest(
                self.computer.boots[boot].true_ns(anchor.clock_ns), anchor
            ):
                raise Broken("time", f"{anchor} is from a receipt and is wrong")

    def counts(self, boot: UUID) -> bool:
        """Whether all closures of a boot must be in readings by now.

        Not on a damaged card; and where the wall clock was set back, an interval stays open until that time is over.
        """
        anchors = self.anchors.get(boot, [])
        back = any(is_step(one, two) and wall_at(one, two.clock_ns) > two.wall_ns for one, two in pairwise(anchors))
        return not self.damaged and not back

    @staticmethod
    def _honest(true_ns: int, anchor: Anchor) -> bool:
        # A millisecond for what drifts while an answer is on its way.
        return abs(anchor.wall_ns - true_ns) <= anchor.error_ns + 1_000_000
