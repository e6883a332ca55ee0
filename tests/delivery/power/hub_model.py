"""What must be found in a hub's store and state after a power cut, made from what it received and receipted before."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sensorhub.ranges import RangeSet
from sensorhub.reading import Reading, Record
from sensorhub.receipt import Receipt
from tests.delivery.power.findings import Findings
from tests.delivery.power.hub_traffic import EPOCH, GATEWAYS, POISON, Offer
from tests.delivery.power.hub_world import HubOnCard, Points

Row = tuple[str, Reading]
Letter = tuple[str, int | None, bytes]

LETTERS_MAX = 1_000_000


@dataclass
class HubModel:
    """Grows with what the hub says.

    Arguments:
        takes_poison: whether the store takes what InfluxDB's twin refuses.
        numbers: next pack of each gateway that is neither answered nor under way.
        offered: all rows that may be there.
        rows, letters, ranges: what was receipted, so what must be there; of a single record's letter no bytes.
        under_way: the group that is not answered yet, after which the numbers are `numbers_then`.
        ids: of the store, at each start.
        points: what InfluxDB's twin holds.
        moments: where the hub was when its power was cut, and what was found then.
    """

    takes_poison: bool
    numbers: dict[str, int] = field(default_factory=lambda: dict.fromkeys(GATEWAYS, 0))
    offered: set[Row] = field(default_factory=set)
    rows: set[Row] = field(default_factory=set)
    letters: set[Letter] = field(default_factory=set)
    ranges: dict[str, RangeSet] = field(default_factory=lambda: {gateway: RangeSet() for gateway in GATEWAYS})
    under_way: list[Offer] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    points: Points = field(default_factory=Points)
    moments: Counter[str] = field(default_factory=Counter)
    numbers_then: dict[str, int] = field(default_factory=dict)

    def copy(self) -> "HubModel":
        """One that goes another way from here."""
        return replace(
            self,
            offered=set(self.offered),
            rows=set(self.rows),
            letters=set(self.letters),
            ranges={gateway: RangeSet(ranges) for gateway, ranges in self.ranges.items()},
            ids=set(self.ids),
            points=self.points.copy(),
            moments=Counter(),
        )

    def take(self, said: Iterable[tuple[Any, ...]], wrong: Findings) -> None:
        """Follow the hub's words."""
        for what, *rest in said:
            if what == "opened":
                if rest[0] in self.ids:
                    wrong.add("lost", f"the store's id {rest[0]} came again, so old receipts would free what is gone")
                self.ids.add(rest[0])
            elif what == "offering":
                self.offer(rest[0])
                self.numbers_then = rest[1]
            elif what == "points":
                self.points.write(rest[0])
            elif what == "receipts":
                self.answer(rest[0], wrong)
                self.numbers = self.numbers_then

    def offer(self, group: list[Offer]) -> None:
        """A group is about to be handled."""
        self.under_way = group
        self.offered.update((one.gateway, record) for one in group for record in self._readings(one.records))

    def answer(self, receipts: list[tuple[str, Receipt]], wrong: Findings) -> None:
        """The group under way was handled, with these receipts."""
        named = {gateway: RangeSet() for gateway in GATEWAYS}
        for gateway, receipt in receipts:
            for first, last in (*receipt.stored, *receipt.refused):
                named[gateway].add(first, last)
                self.ranges[gateway].add(first, last)
        for one in self.under_way:
            if one.range is not None and not named[one.gateway].covers(*one.range):
                wrong.add("altered", f"no receipt for all of {one.message.topic}")
            self.rows.update((one.gateway, record) for record in self._readings(one.records))
            self.letters.update(self._letters(one))
        self.under_way = []

    def _readings(self, records: Iterable[tuple[int, Record]]) -> list[Reading]:
        return [
            record
            for _, record in records
            if isinstance(record, Reading) and (self.takes_poison or record.value != POISON)
        ]

    def _letters(self, one: Offer) -> list[Letter]:
        topic = one.message.topic
        if one.kind != "whole":
            return [(topic, None, one.message.payload)]
        poisoned = [at for at, record in one.records if isinstance(record, Reading) and record.value == POISON]
        return [(topic, at, b"") for at in (*one.refused, *([] if self.takes_poison else poisoned))]

    def _note_moment(self, hub: HubOnCard) -> None:
        spans = [(one.gateway, *one.range) for one in self.under_way if one.range is not None]
        here = [bool(hub.store.kept(gateway, EPOCH, first, last).stored) for gateway, first, last in spans]
        self.moments["between groups" if not here else "committed, not receipted" if any(here) else "uncommitted"] += 1

    def check(self, hub: HubOnCard) -> Findings:
        """Compare with a hub just opened."""
        wrong = Findings()
        self._note_moment(hub)
        found = list(self.points.readings() if not self.takes_poison else hub.rows())
        present = set(found)
        wrong.add("lost", "receipted, and its reading is gone", sorted(self.rows - present, key=repr))
        wrong.add("altered", "stored, and never sent", sorted(present - self.offered, key=repr))
        if len(found) > len(present):
            wrong.add("duplicated", "stored more than once", [None] * (len(found) - len(present)))
        for gateway, ranges in self.ranges.items():
            for first, last in ranges:
                kept = hub.store.kept(gateway, EPOCH, first, last)
                gone = RangeSet((*kept.stored, *kept.refused)).missing(first, last)
                wrong.add("lost", f"receipted to {gateway}, and not kept", gone)
        letters = hub.state.dead_letters(limit=LETTERS_MAX)
        whole = {(one.topic, one.sequence, one.raw if one.sequence is None else b"") for one in letters}
        wrong.add("lost", "handled, and its dead letter is gone", sorted(self.letters - whole, key=repr))
        wrong.checked += len(self.rows) + len(self.letters)
        return wrong
