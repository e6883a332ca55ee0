"""What must be found in one epoch's spool after a power cut, made from what its writer said before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from gateway.spool import Anchor, BootNote, Edge, Entry, Located, MarkerEntry, ReadingEntry, Seal, Spool
from gateway.spool.markers import dropped_range
from sensorhub.ranges import Range, RangeSet
from tests.delivery.power.findings import Findings


@dataclass(frozen=True, slots=True)
class Item:
    """An accepted entry as the spool must show it: its sequence (0 where it has none), boot, and what was appended."""

    sequence: int
    boot: int
    entry: Entry

    @property
    def last(self) -> int:
        """Its last sequence."""
        return self.sequence + (len(self.entry.values) if isinstance(self.entry, ReadingEntry) else 1) - 1


@dataclass
class SpoolModel:
    """Grows with what the writer says.

    Arguments:
        epoch: 16 hex digits.
        boot: index of the present boot in this spool.
        drops: whether the spool may drop its oldest records, with markers.
        next: every sequence below was given out.
        accepted: in the order of acceptance, those that were not yet found gone.
        anchors: all that may be there; a spool writes some of them again.
        receiving: sequences whose receipt may have been taken.
        dropped: sequences that markers name.
        appending: the group under way, None between groups.
    """

    epoch: str
    boot: int
    drops: bool
    next: int = 1
    accepted: list[Item] = field(default_factory=list)
    anchors: set[tuple[int, Anchor]] = field(default_factory=set)
    receiving: RangeSet = field(default_factory=RangeSet)
    dropped: RangeSet = field(default_factory=RangeSet)
    appending: list[Entry] | None = None

    def copy(self) -> "SpoolModel":
        """One that goes another way from here."""
        return replace(
            self,
            accepted=list(self.accepted),
            anchors=set(self.anchors),
            receiving=RangeSet(self.receiving),
            dropped=RangeSet(self.dropped),
        )

    def offer(self, entries: Sequence[Entry]) -> None:
        """A group is about to be appended."""
        self.appending = list(entries)
        self.anchors.update((self.boot, entry) for entry in entries if isinstance(entry, Anchor))

    def accept(self, first: int) -> None:
        """The group under way was accepted, its records from sequence `first` on."""
        assert self.appending is not None
        for item in self._items(self.appending, first):
            self.accepted.append(item)
        self.appending = None

    def mark(self, markers: Iterable[tuple[int, int, MarkerEntry]]) -> None:
        """The spool put in markers of its own for what it dropped."""
        for sequence, boot, entry in markers:
            self.accepted.append(Item(sequence, boot, entry))
            named = dropped_range(entry)
            assert named is not None
            self.dropped.add(*named)

    def receive(self, ranges: Iterable[Range]) -> None:
        """Receipts for these are about to be taken."""
        for first, last in ranges:
            self.receiving.add(first, last)

    def _items(self, entries: Sequence[Entry], sequence: int) -> list[Item]:
        items = []
        for entry in entries:
            numbered = isinstance(entry, ReadingEntry | MarkerEntry)
            boot = entry.boot if isinstance(entry, ReadingEntry | Seal) and entry.boot is not None else self.boot
            shown = replace(entry, boot=None) if isinstance(entry, ReadingEntry) else entry
            items.append(Item(sequence if numbered else 0, boot, shown))
            if numbered:
                sequence = items[-1].last + 1
        return items

    def check(self, spool: Spool) -> Findings:
        """Compare with a spool just opened; from then on the model is of what was found."""
        wrong = Findings()
        found = located_items(spool.scan())
        self._settle(found)
        self._compare(found, wrong)
        given_out = max([self.next, *(item.last + 1 for item in found if item.sequence)])
        if spool.next < given_out:
            wrong.add("duplicated", f"{spool.next} is given out next, but all below {given_out} were given out before")
        unnamed = [span for first, last in spool.received for span in self.receiving.missing(first, last)]
        if unnamed:
            wrong.add("lost", "received, though no receipt named them", unnamed)
        self.next, self.boot = spool.next, spool.boot
        return wrong

    def _settle(self, found: Sequence[Item]) -> None:
        """Of the group under way the first entries may be there, and markers that nobody could report any more."""
        own = [
            (item.sequence, item.boot, item.entry)
            for item in found
            if self.drops
            and item.sequence >= self.next
            and isinstance(item.entry, MarkerEntry)
            and dropped_range(item.entry)
        ]
        self.mark(own)
        if self.appending:
            first = max([self.next, *(sequence + 1 for sequence, _, _ in own)])
            under_way = [item for item in self._items(self.appending, first) if not isinstance(item.entry, Anchor)]
            there = set(found)
            self.accepted += takewhile(there.__contains__, under_way)
        self.appending = None

    def _compare(self, found: Sequence[Item], wrong: Findings) -> None:
        places = {item: at for at, item in enumerate(self.accepted)}
        kept: list[int] = []
        strangers, twice = [], []
        newest = -1
        for item in found:
            at = places.get(item)
            if isinstance(item.entry, Anchor):
                if (item.boot, item.entry) not in self.anchors:
                    strangers.append(item)
                if at is not None:
                    kept.append(at)
            elif at is None:
                strangers.append(item)
            elif at <= newest:
                twice.append(item)
            else:
                kept.append(at)
                newest = at
        present = set(kept)
        anchored: dict[int, int] = {}
        for item in found:
            if isinstance(item.entry, Anchor):
                anchored[item.boot] = max(anchored.get(item.boot, 0), item.entry.clock_ns)
        may_go = self._may_go(min((at for at in kept if self.accepted[at].sequence), default=0), anchored)
        lost = [item for at, item in enumerate(self.accepted) if at not in present and at not in may_go]
        wrong.add("altered", "found, though it was never accepted", strangers)
        wrong.add("duplicated", "twice, or out of order", twice)
        wrong.add("lost", "accepted and gone", lost)
        wrong.checked += len(present)
        self.accepted = [self.accepted[at] for at in sorted(present)]

    def _may_go(self, oldest: int, anchored: Mapping[int, int]) -> set[int]:
        """Places of the accepted entries that nobody needs any more.

        Arguments:
            oldest: place of the oldest record found; where records may be dropped, so may edges before it.
            anchored: the boot clock of the newest anchor found of each boot.
        """
        gone: set[int] = set()
        settling: dict[tuple[int, str], Item] = {}
        waiting = {item.boot for item in self.accepted if item.sequence and not self._settled(item)}
        for at in range(len(self.accepted) - 1, -1, -1):
            item = self.accepted[at]
            entry = item.entry
            if isinstance(entry, ReadingEntry):
                settling[item.boot, entry.sensor] = item
            if isinstance(entry, Edge):
                reading = settling.get((item.boot, entry.sensor))
                may = (reading is not None and self._settled(reading)) or (self.drops and at < oldest)
            elif isinstance(entry, Seal):
                may = not any(self.receiving.missing(*gap) for gap in self.dropped.missing(*entry.range))
            elif isinstance(entry, Anchor):
                may = anchored.get(item.boot, -1) >= entry.clock_ns or item.boot not in waiting
            else:
                may = self._settled(item)
            if may:
                gone.add(at)
        return gone

    def _settled(self, item: Item) -> bool:
        return not any(self.receiving.missing(*gap) for gap in self.dropped.missing(item.sequence, item.last))

    def may_retire(self) -> bool:
        """Whether all of it may be gone at once."""
        return all(self._settled(item) for item in self.accepted if item.sequence)


def located_items(located: Iterable[Located]) -> list[Item]:
    """Entries of a spool as items, without the notes that each opening adds."""
    return [Item(one.sequence, one.boot, one.entry) for one in located if not isinstance(one.entry, BootNote)]
