"""The accounts in a ledger: what one epoch of a card has accepted, and what one contact."""

from bisect import bisect_right
from collections import deque
from dataclasses import dataclass, field, replace
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
    """The accepted changes of one sensor's contacts in one boot.

    Arguments:
        closures: boot clocks at which one of them closed, rising.
        counted: how many of them are in accepted readings.
        end_ns: where the newest of those readings ends.
        people: how many these say have passed.
        unsure: whether the card refused some changes, which a process that lives on may count all the same.
    """

    closures: list[int] = field(default_factory=list)
    counted: int = 0
    end_ns: int = -1
    people: float = 0
    unsure: bool = False

    def copy(self) -> "Contact":
        return replace(self, closures=list(self.closures))


@dataclass(slots=True)
class Held:
    """What a held contact did while a process watched, and what was told of it.

    Arguments:
        driven: its changes that were not told yet: boot clock and level.
        told: the level that was told last; None where that is not known.
    """

    driven: deque[tuple[int, bool]] = field(default_factory=deque)
    told: bool | None = None

    def tell(self, clock_ns: int, level: bool, *, refused: bool) -> str | None:
        """A reading says so; what is wrong with that, None where nothing is."""
        missed = self.settled(clock_ns - 1, refused=refused)
        if missed is not None:
            return f"comes without that of the change at {missed}"
        if self.driven and self.driven[0][0] == clock_ns:
            wrong = self.driven.popleft()[1] is not level
        else:
            wrong = self.told is not None and self.told is not level
        self.told = level
        return "is not what was driven" if wrong else None

    def settled(self, until_ns: int, *, refused: bool) -> int | None:
        """All changes until then were told, or refused; the time of the first that was not, if any."""
        while self.driven and self.driven[0][0] <= until_ns:
            missed_ns, self.told = self.driven.popleft()[0], None
            if not refused:
                return missed_ns
        return None
