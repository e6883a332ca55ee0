"""What must be found in a spool after a power cut, made from what its writer said before."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.spool import Anchor, BootNote, Edge, Entry, Located, MarkerEntry, ReadingEntry, Seal, Spool
from sensorhub.ranges import RangeSet
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
        accepted: in the order of acceptance; forgotten once both received and found gone.
        receiving: sequences whose receipt the writer may have taken.
        appending: the group under way, None between groups.
        moments: where the writer was stopped.
    """

    epoch: str | None = None
    boot: int = 0
    next: int = 1
    accepted: list[Item] = field(default_factory=list)
    receiving: RangeSet = field(default_factory=RangeSet)
    appending: list[Entry] | None = None
    moments: Counter[str] = field(default_factory=Counter)

    def take(self, said: Iterable[tuple[Any, ...]]) -> None:
        """Follow the writer's words."""
        for what, *rest in said:
            if what == "opened":
                self.epoch, self.boot, self.next = rest
            elif what == "appending":
                self.appending = rest[0]
            elif what == "refused":
                self.appending = None
            elif what == "accepted":
                assert self.appending is not None
                self.accepted += self._items(self.appending)
                self._count(self.appending)
                self.appending = None
            elif what == "stopping":
                self.moments[f"{rest[0]} {rest[1]}"] += 1
            elif what == "receiving":
                for first, last in rest[0]:
                    self.receiving.add(first, last)

    def _items(self, entries: Sequence[Entry]) -> list[Item]:
        items = []
        sequence = self.next
        for entry in entries:
            boot = entry.boot if isinstance(entry, ReadingEntry | Seal) and entry.boot is not None else self.boot
            shown = (
                ReadingEntry(entry.sensor, entry.clock_ns, entry.values) if isinstance(entry, ReadingEntry) else entry
            )
            item = Item(sequence if isinstance(entry, ReadingEntry | MarkerEntry) else 0, boot, shown)
            items.append(item)
            sequence = item.last + 1 if item.sequence else sequence
        return items

    def _count(self, entries: Sequence[Entry]) -> None:
        self.next = max([self.next, *(item.last + 1 for item in self._items(entries) if item.sequence)])

    def copy(self) -> "SpoolModel":
        """One that goes another way from here."""
        return replace(
            self, accepted=list(self.accepted), receiving=RangeSet(self.receiving), moments=Counter(self.moments)
        )

    def check(self, spool: Spool) -> Findings:
        """Compare with a spool just opened, and settle whether the group under way is in it."""
        wrong = Findings()
        if self.epoch is not None and spool.epoch != self.epoch:
            wrong.add("lost", f"the spool began anew: epoch {spool.epoch} instead of {self.epoch}")
            return wrong
        found = located_items(spool.scan())
        under_way = self._items(self.appending or [])
        if under_way and found[-len(under_way) :] == under_way:
            self.accepted += under_way
            self._count(self.appending or [])
        self.appending = None
        self._compare(found, wrong)
        if spool.next < self.next:
            wrong.add("duplicated", f"{spool.next} is given out next, but all below {self.next} were given out before")
        unnamed = [span for first, last in spool.received for span in self.receiving.missing(first, last)]
        if unnamed:
            wrong.add("lost", "received, though no receipt named them", unnamed)
        self.next = spool.next
        return wrong

    def _compare(self, found: Sequence[Item], wrong: Findings) -> None:
        places = {item: at for at, item in enumerate(self.accepted)}
        kept: list[int] = []
        strangers, twice = [], []
        for item in found:
            at = places.get(item)
            if at is None:
                strangers.append(item)
            elif kept and at <= kept[-1]:
                twice.append(item)
            else:
                kept.append(at)
        present, may_go = set(kept), self._may_go()
        lost = [item for at, item in enumerate(self.accepted) if at not in present and at not in may_go]
        wrong.add("altered", "found, though it was never accepted", strangers)
        wrong.add("duplicated", "twice, or out of order", twice)
        wrong.add("lost", "accepted and gone", lost)
        wrong.checked += len(kept)
        self.accepted = [self.accepted[at] for at in kept]

    def _may_go(self) -> set[int]:
        """Places of the accepted entries that nobody needs any more."""
        gone: set[int] = set()
        settling: dict[tuple[int, str], Item] = {}
        waiting = {item.boot for item in self.accepted if item.sequence and not self._received(item)}
        anchored: set[int] = set()
        for at in range(len(self.accepted) - 1, -1, -1):
            item = self.accepted[at]
            entry = item.entry
            if isinstance(entry, ReadingEntry):
                settling[item.boot, entry.sensor] = item
            if isinstance(entry, Edge):
                reading = settling.get((item.boot, entry.sensor))
                may = reading is not None and self._received(reading)
            elif isinstance(entry, Seal):
                may = self.receiving.covers(*entry.range)
            elif isinstance(entry, Anchor):
                may = item.boot in anchored or item.boot not in waiting
                anchored.add(item.boot)
            else:
                may = self._received(item)
            if may:
                gone.add(at)
        return gone

    def _received(self, item: Item) -> bool:
        return self.receiving.covers(item.sequence, item.last)


def located_items(located: Iterable[Located]) -> list[Item]:
    """Entries of a spool as items, without the notes that each opening adds."""
    return [Item(one.sequence, one.boot, one.entry) for one in located if not isinstance(one.entry, BootNote)]
