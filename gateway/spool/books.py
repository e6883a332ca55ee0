"""The books of a spool: what is kept, sealed and received, made from its entries in file order.

Recovery and appending keep them through the same calls, so that what a restart knows is what was known before.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from gateway.spool.anchor_list import AnchorList
from gateway.spool.entries import Anchor, BootNote, Edge, Located, MarkerEntry, ReadingEntry, Seal
from gateway.spool.errors import SealRefused
from gateway.spool.lifetimes import Lifetimes
from gateway.spool.markers import dropped_range
from gateway.spool.segment import Segment
from sensorhub.ranges import Range, RangeSet
from sensorhub.topics import RECORDS_PER_PACK_MAX


class Books:
    """What follows from the entries of an epoch.

    Arguments:
        boot: index of the present boot, -1 while it is not known.
    """

    def __init__(self) -> None:
        self.boot = -1
        self.kept = RangeSet()
        self.sealed = RangeSet()
        self.received = RangeSet()
        self.dropped = RangeSet()
        self.open_seals: dict[int, Seal] = {}
        self.notes = Lifetimes()
        self._anchors: dict[int, AnchorList] = {}
        self._anchored_in: dict[int, Segment] = {}
        self._of_boot: dict[int, RangeSet] = {}
        self._unsettled: dict[tuple[int, str], list[Segment]] = {}
        self._with_records: list[Segment] = []
        self._resumed_from: dict[tuple[int, str], tuple[Segment, Segment | None, Anchor | None]] = {}

    def apply(self, located: Located, segment: Segment) -> None:
        """Take an entry that is durable in `segment`."""
        if not isinstance(located.entry, Seal):
            segment.newest = located.boot, located.entry.clock_ns
        match located.entry:
            case ReadingEntry():
                self._keep(located, segment)
                self._settle(located, located.entry, segment)
                # A restart goes on from a sensor's newest reading, with the anchor that was the newest then.
                home = self._anchored_in.get(located.boot)
                anchors = self._anchors[located.boot] if home else None
                newest = anchors.newest if anchors else None
                key = located.boot, located.entry.sensor
                before = self._resumed_from.get(key)
                if before is not None and before[0] is not segment:
                    segment.after.add(before[0])  # a restart must find up to where readings were made
                self._resumed_from[key] = segment, home, newest
                self.notes.alive(located.boot, located.entry.clock_ns)
            case MarkerEntry():
                self._keep(located, segment)
                if (named := dropped_range(located.entry)) is not None:
                    segment.named.add(*named)
                self.notes.alive(located.boot, located.entry.clock_ns)
            case Edge():
                key = located.boot, located.entry.sensor
                if key not in segment.unsettled:
                    self._unsettled.setdefault(key, []).append(segment)
                segment.unsettled[key] = max(segment.unsettled.get(key, 0), located.entry.clock_ns)
                self.notes.alive(located.boot, located.entry.clock_ns)
            case Anchor():
                self._anchor(located.boot, located.entry, segment)
                self.notes.alive(located.boot, located.entry.clock_ns, located.entry.wall_ns)
            case Seal():
                # Records whose seal has gone could not be sent again as the pack that they were.
                segment.after |= {home for home in self._holders(*located.entry.range) if home is not segment}
                segment.needs.add(*located.entry.range)
                self.sealed.add(*located.entry.range)
                if not self.received.covers(*located.entry.range):
                    self.open_seals[located.entry.first] = located.entry
            case BootNote():
                self.notes.alive(located.boot, located.entry.clock_ns, located.entry.wall_ns)

    def _keep(self, located: Located, segment: Segment) -> None:
        first, last = located.sequence, located.last
        of_boot = self._of_boot.get(located.boot)
        if of_boot is None:
            of_boot = self._of_boot[located.boot] = RangeSet()
        if not segment.records:
            self._with_records.append(segment)
        for numbers in (self.kept, of_boot, segment.records, segment.needs):
            numbers.add(first, last)

    def _holders(self, first: int, last: int) -> set[Segment]:
        # Mostly the newest ones; their records rise.
        found: set[Segment] = set()
        for segment in reversed(self._with_records):
            if segment.records.within(first, last):
                found.add(segment)
            elif found:
                break
        return found

    def _anchor(self, boot: int, anchor: Anchor, segment: Segment) -> None:
        known = self._anchors.setdefault(boot, AnchorList())
        before = known.newest
        known.add(anchor)
        if known.newest == anchor:
            self._anchored_in[boot] = segment
        if before is not None and anchor.clock_ns <= before.clock_ns:  # carried over from a segment that goes
            for key, (read_in, _, begun_by) in self._resumed_from.items():
                if key[0] == boot and begun_by in {None, anchor}:
                    self._resumed_from[key] = read_in, segment, anchor

    def _settle(self, located: Located, reading: ReadingEntry, segment: Segment) -> None:
        # An edge at the very end of an interval belongs to the next one; in a boot that is over there is none.
        key = located.boot, reading.sensor
        still = []
        for older in self._unsettled.pop(key, ()):
            older.needs.add(located.sequence, located.last)
            if older is not segment:
                segment.after.add(older)
            edge_ns = older.unsettled[key]
            if reading.clock_ns > edge_ns or (reading.clock_ns == edge_ns and located.boot != self.boot):
                del older.unsettled[key]
            else:
                still.append(older)
        if still:
            self._unsettled[key] = still

    def settle_earlier(self, waiting: Collection[tuple[int, str]]) -> None:
        """Of boots that are over nothing is left to be made of edges, but what is waiting."""
        for key in [key for key in self._unsettled if key[0] != self.boot and key not in waiting]:
            for segment in self._unsettled.pop(key):
                del segment.unsettled[key]

    def anchors(self, boot: int) -> Sequence[Anchor]:
        """The anchors of a boot in file order, the first and last thousand."""
        known = self._anchors.get(boot)
        return known.all() if known else ()

    def check_seal(self, seal: Seal, also_sealed: RangeSet) -> None:
        """Make sure that a seal may be appended.

        Arguments:
            also_sealed: what the seals before it in its group cover.

        Raises:
            SealRefused: it may not.
        """
        first, last = seal.range
        what = f"records {first}-{last} of boot {seal.boot} cannot be sealed"
        if not 1 <= seal.count <= RECORDS_PER_PACK_MAX:
            raise SealRefused(f"{what}: a pack has 1 to {RECORDS_PER_PACK_MAX:,} records")
        if not (self.kept.covers(first, last) and self._of_boot.get(seal.boot, RangeSet()).covers(first, last)):
            raise SealRefused(f"{what}: they are not all kept and of this boot")
        if self.sealed.within(first, last) or also_sealed.within(first, last):
            raise SealRefused(f"{what}: some of them are sealed already; read unsealed() again")

    def receive(self, ranges: Iterable[Range]) -> int:
        """Note receipts for what is sealed; returns how many records were newly received."""
        new = 0
        for first, last in ranges:
            for low, high in self.sealed.within(first, last):
                for a, b in self.received.missing(low, high):
                    self.received.add(a, b)
                    new += b - a + 1
        if new:
            self.open_seals = {a: seal for a, seal in self.open_seals.items() if not self.received.covers(*seal.range)}
        return new

    def unreceive(self, ranges: Iterable[Range]) -> int:
        """Take receipts back for what is kept; returns for how many records."""
        back = 0
        for first, last in ranges:
            for low, high in self.kept.within(first, last):
                for a, b in self.received.within(low, high):
                    self.received.remove(a, b)
                    back += b - a + 1
        return back

    def reopen(self, seal: Seal) -> None:
        """A seal some of whose records may have lost their receipts; `release` follows."""
        if self.kept.within(*seal.range) and not self.received.covers(*seal.range):
            self.open_seals[seal.first] = seal

    def release(self) -> None:
        """Packs that were received and whose seal or first part has gone: what is kept of them is to be sealed anew."""
        for seal in list(self.open_seals.values()):
            gone = self.kept.missing(*seal.range)
            if gone and all(self.received.covers(*part) for part in gone):
                del self.open_seals[seal.first]
        for first, last in [gap for span in self.kept for gap in self.received.missing(*span)]:
            self.sealed.remove(first, last)
        for seal in self.open_seals.values():
            self.sealed.add(*seal.range)

    def drop(self, first: int, last: int) -> None:
        """Give records up that can never be sent; numbers that were received stay so."""
        for low, high in self.received.missing(first, last):
            self.kept.remove(low, high)
            self.dropped.add(low, high)
        for seal in [seal for seal in self.open_seals.values() if seal.first <= last and seal.last >= first]:
            if not self.kept.covers(*seal.range):  # part of a pack can never be sent
                del self.open_seals[seal.first]

    def lost_with(self, segment: Segment) -> list[Range]:
        """What is lost when a segment goes now: its records without a receipt, and the packs that they are part of."""
        lost = RangeSet(
            gap
            for first, last in segment.records
            for low, high in self.kept.within(first, last)
            for gap in self.received.missing(low, high)
        )
        for seal in self.open_seals.values():
            if segment.records.within(*seal.range):
                for low, high in self.kept.within(*seal.range):
                    for gap in self.received.missing(low, high):
                        lost.add(*gap)
        if lost:  # its own markers may be among them: what they name is named again
            for first, last in segment.named:
                lost.add(first, last)
        whole = RangeSet([*self.dropped, *lost])  # neighbours are named by one marker, or markers would multiply
        return [(first, last) for first, last in whole if lost.within(first, last)]

    def carried_from(self, segment: Segment) -> list[Anchor]:
        """The anchors that must be written again before a segment goes: the newest ones of boots at work."""
        carried = {
            (boot, newest)
            for boot, home in self._anchored_in.items()
            if home is segment and self._is_at_work(boot)
            if (newest := self._anchors[boot].newest) is not None
        }
        # By these the open intervals began, and a restart begins them again.
        begun = [(key, anchor) for key, (_, home, anchor) in self._resumed_from.items() if home is segment]
        carried |= {(key[0], anchor) for key, anchor in begun if self._goes_on(key) and anchor is not None}
        return [replace(anchor, boot=boot) for boot, anchor in sorted(carried, key=_clock_of)]

    def unsealed(self) -> list[Range]:
        """Kept, and neither sealed nor received."""
        return [gap for first, last in self.kept for gap in self.sealed.missing(first, last)]

    def unreceived(self) -> int:
        """How many kept records have no receipt."""
        return sum(b - a + 1 for first, last in self.kept for a, b in self.received.missing(first, last))

    def boots_at_work(self) -> list[int]:
        """Boots that a new segment must know: those at work, and the one before each."""
        order = list(self.notes)
        at_work = {boot for boot in order if self._is_at_work(boot)}
        before = {order[at - 1] for at, boot in enumerate(order) if at and boot in at_work}
        return [boot for boot in order if boot in at_work | before]

    def _is_at_work(self, boot: int) -> bool:
        # Of a boot that is over readings may still be to come, where there was no room for them at the start.
        if boot == self.boot or any(boot == owing for owing, _ in self._unsettled):
            return True
        numbers = self._of_boot.get(boot, RangeSet())
        return any(self.kept.within(a, b) for first, last in numbers for a, b in self.received.missing(first, last))

    def _goes_on(self, key: tuple[int, str]) -> bool:
        return key[0] == self.boot or key in self._unsettled

    def may_go(self, segment: Segment, *, restarting: bool = True) -> bool:
        """Whether nothing in a segment is needed any more; the caller keeps the one with the highest sequence.

        Arguments:
            restarting: whether a restart must find all that it goes on from; else the caller carries anchors over.
        """
        segment.after = {older for older in segment.after if not older.gone}
        if segment.unsettled or segment.after:
            return False
        if any(segment.records.within(*seal.range) for seal in self.open_seals.values()):
            return False  # its pack may have to be made again, from all its records
        if any(self._unsettled_numbers(first, last) for first, last in segment.needs):
            return False
        if not restarting:
            return True
        if any(segment in homes[:2] and self._goes_on(key) for key, homes in self._resumed_from.items()):
            return False
        return not any(home is segment and self._is_at_work(boot) for boot, home in self._anchored_in.items())

    def _unsettled_numbers(self, first: int, last: int) -> bool:
        return any(not self.dropped.covers(a, b) for a, b in self.received.missing(first, last))

    def forget(self, segment: Segment) -> None:
        """A segment is gone."""
        segment.gone = True
        if segment.records:
            self._with_records.remove(segment)
        for first, last in segment.records:
            self.kept.remove(first, last)
        for key in [key for key, homes in self._unsettled.items() if segment in homes]:
            self._unsettled[key].remove(segment)
        self._resumed_from = {key: homes for key, homes in self._resumed_from.items() if segment not in homes[:2]}
        self._anchored_in = {boot: home for boot, home in self._anchored_in.items() if home is not segment}


def _clock_of(carried: tuple[int, Anchor]) -> tuple[int, int]:
    return carried[0], carried[1].clock_ns
