"""The accounts in a ledger: what one epoch of a card has accepted, and what one contact."""

from bisect import bisect_right
from dataclasses import dataclass, field
from uuid import UUID

from sensorhub.ranges import Range, RangeSet
from sensorhub.reading import Quality


@dataclass(frozen=True, slots=True)
class Accepted:
    """One accepted record: a value of a reading, or a marker (quantity is its kind, text its text)."""

    sensor: str
    quantity: str
    value: float
    quality: Quality
    boot: UUID
    clock_ns: int
    text: str = ""


@dataclass(slots=True)
class EpochLedger:
    """What is known of one epoch of a card.

    Arguments:
        records: what was accepted, by sequence.
        next: the sequence that the next record gets.
        kept: what is still in the spool.
        named: what markers name as dropped.
        excused: what may be missing: it went with a medium that was lost.
        sent: last sequence and hash of each pack that was sent, by its first sequence; `firsts` are those, rising.
        received: what the spool said had a receipt when it was last asked.
    """

    records: dict[int, Accepted] = field(default_factory=dict)
    next: int = 1
    kept: RangeSet = field(default_factory=RangeSet)
    named: RangeSet = field(default_factory=RangeSet)
    excused: RangeSet = field(default_factory=RangeSet)
    sent: dict[int, tuple[int, str]] = field(default_factory=dict)
    firsts: list[int] = field(default_factory=list)
    received: list[tuple[int, int]] = field(default_factory=list)
    segments: set[tuple[int, int]] = field(default_factory=set)
    anchors: int = 0

    def copy(self) -> "EpochLedger":
        return EpochLedger(
            dict(self.records),
            self.next,
            RangeSet(self.kept),
            RangeSet(self.named),
            RangeSet(self.excused),
            dict(self.sent),
            list(self.firsts),
            list(self.received),
            set(self.segments),
        )

    def on_card(self, names: set[tuple[int, int]]) -> list[Range]:
        """The records in the segments of a card, by their first sequences and turns.

        A segment holds records from its first sequence up to the next one's; of several with the same first one only
        the last that was begun has records.
        """
        self.segments |= names
        newest = dict(sorted(self.segments))
        ends = [*list(newest)[1:], self.next]
        return [
            (first, end - 1)
            for (first, turn), end in zip(newest.items(), ends, strict=True)
            if (first, turn) in names and first < end
        ]

    def unaccounted(self, first: int, last: int) -> list[Range]:
        """What no marker names, and what did not go with a lost medium."""
        return [part for a, b in self.named.missing(first, last) for part in self.excused.missing(a, b)]

    def sent_within(self, whole: RangeSet) -> RangeSet:
        """The records of packs that were sent and lie in `whole` altogether."""
        return RangeSet((first, last) for first, (last, _) in self.sent.items() if whole.covers(first, last))

    def send(self, first: int, last: int, digest: str) -> str | None:
        """A pack is about to be sent; what is wrong with that, None where nothing is."""
        if last >= self.next:
            return f"holds records up to {last}, and {self.next - 1} is the last one accepted"
        at = bisect_right(self.firsts, first)
        if at and self.firsts[at - 1] == first and self.kept.covers(first, self.sent[first][0]):
            before = self.sent[first]
            return None if before == (last, digest) else f"was sent before as {first}-{before[0]}, hash {before[1]}"
        others = [*self.firsts[max(0, at - 1) : at], *self.firsts[at : at + 1]]
        for other in others:
            end = self.sent[other][0]
            # What is left of a pack that can never be made again goes as another one.
            if other <= last and end >= first and self.kept.covers(other, end):
                return f"shares records with {other}-{end}, which was sent before"
        if first not in self.sent:
            self.firsts.insert(at, first)
        self.sent[first] = last, digest
        return None


@dataclass(slots=True)
class Contact:
    """The accepted changes of one contact in one boot.

    Arguments:
        closures: boot clocks at which it closed, rising.
        counted: how many of them are in accepted readings.
        end_ns: where the newest of those readings ends.
    """

    closures: list[int] = field(default_factory=list)
    counted: int = 0
    end_ns: int = -1

    def copy(self) -> "Contact":
        return Contact(list(self.closures), self.counted, self.end_ns)
