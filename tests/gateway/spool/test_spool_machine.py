"""The spool against a model, on a disk that loses what was not synced, cut at any call.

What append() returned for survives; what it did not return for is there in part, in order, or not at all.
"""

import errno
import random
from contextlib import suppress

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.spool import (
    Anchor,
    AnchorKind,
    Edge,
    Entry,
    MarkerEntry,
    ReadingEntry,
    Seal,
    SpoolFull,
    SpoolLimits,
    SpoolUnwritable,
)
from sensorhub.ranges import RangeSet
from tests.gateway.spool.memory_disk import MemoryDisk, PowerCut
from tests.gateway.spool.world import ANCHOR, EPOCH, edge, open_spool, reading

LIMITS = SpoolLimits(bytes_max=8 * 1024, segment_bytes=1024, reserve_bytes=0)
SENSOR = st.sampled_from(["detector-1", "detector-2"])
KINDS = st.lists(st.tuples(st.sampled_from(["edge", "reading", "reading", "anchor", "marker"]), SENSOR), max_size=12)

Item = tuple[int, int, Entry]
"""Sequence, boot, entry."""


class SpoolMachine(RuleBasedStateMachine):
    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self.disk = MemoryDisk(seed)
        self.chance = random.Random(seed)
        self.boot = 0
        self.clock_ns = 0
        self.accepted: list[Item] = []
        self.refused: list[list[Item]] = []  # a power cut may leave one of these, or its beginning
        self.next = 1
        self.sealed = RangeSet()
        self.received = RangeSet()
        self.spool = open_spool(self.disk, self.boot, LIMITS)

    def made(self, kinds: list[tuple[str, str]]) -> list[Entry]:
        entries: list[Entry] = []
        for kind, sensor in kinds:
            self.clock_ns += self.chance.choice((0 if kind == "reading" else 1, 500))  # what has no number is unique
            if kind == "edge":
                entries.append(edge(self.clock_ns, sensor, self.chance.random() < 0.5))
            elif kind == "reading":
                values = [self.chance.random() for _ in range(self.chance.randint(1, 3))]
                entries.append(reading(self.clock_ns, *values, sensor=sensor))
            elif kind == "anchor":
                entries.append(Anchor(self.clock_ns, self.clock_ns + 10**18, 5, AnchorKind.NTP))
            else:
                entries.append(MarkerEntry("rejected", self.clock_ns, "3 late"))
        return entries

    def numbered(self, entries: list[Entry]) -> list[Item]:
        items, following = [], self.next
        for entry in entries:
            count = len(entry.values) if isinstance(entry, ReadingEntry) else int(isinstance(entry, MarkerEntry))
            items.append((following if count else 0, self.boot, entry))
            following += count
        return items

    def accept(self, items: list[Item]) -> None:
        self.refused.clear()
        self.accepted += items
        for sequence, _, entry in items:
            if sequence:
                self.next = sequence + (len(entry.values) if isinstance(entry, ReadingEntry) else 1)
            if isinstance(entry, Seal):
                self.sealed.add(*entry.range)

    def found(self) -> list[Item]:
        return [
            (located.sequence, located.boot, located.entry)
            for located in self.spool.scan()
            if type(located.entry).__name__ != "BootNote"
        ]

    def cut_power(self) -> None:
        self.disk = self.disk.after_cut()

    def restart(self, cut_in: int | None = None) -> None:
        """Open what is on the disk, perhaps cut by power once more while it recovers."""
        if cut_in is not None:
            self.disk.cut_in = cut_in
            with suppress(PowerCut):
                open_spool(self.disk, self.boot, LIMITS)
            self.cut_power()
        self.spool = open_spool(self.disk, self.boot, LIMITS)
        assert all(self.received.covers(*item) for item in self.spool.received)
        self.received = RangeSet(self.spool.received)
        found = self.found()
        left = [items[:size] for items in self.refused for size in range(1, len(items) + 1)]
        self.accept(max((items for items in left if found[-len(items) :] == items), key=len, default=[]))

    @rule(kinds=KINDS)
    def append(self, kinds: list[tuple[str, str]]) -> None:
        entries = self.made(kinds)
        items = self.numbered(entries)
        try:
            first = self.spool.append(entries)
        except SpoolFull:
            return
        assert first == next((sequence for sequence, _, _ in items if sequence), 0)
        self.accept(items)

    @rule(
        kinds=KINDS.filter(bool),
        faults=st.integers(1, 3),
        call=st.sampled_from(["write", "sync", "create", "rename", "remove", "sync_folder"]),
    )
    def append_with_errors(self, kinds: list[tuple[str, str]], faults: int, call: str) -> None:
        entries = self.made(kinds)
        items = self.numbered(entries)
        self.disk.errors[call] = [errno.EIO] * faults
        try:
            self.spool.append(entries)
        except SpoolFull:
            pass
        except SpoolUnwritable:
            self.refused.append(items)
        else:
            self.accept(items)
        self.disk.errors.clear()

    @rule(kinds=KINDS.filter(bool), cut_in=st.integers(0, 8), killed=st.booleans(), again=st.none() | st.integers(0, 8))
    def append_cut_short(self, kinds: list[tuple[str, str]], cut_in: int, killed: bool, again: int | None) -> None:
        """The process is killed, or the power goes; then again while what was left is recovered."""
        items = self.numbered(entries := self.made(kinds))
        self.disk.cut_in = cut_in
        try:
            self.spool.append(entries)
        except (PowerCut, SpoolFull):
            self.refused.append(items)
        else:
            self.accept(items)
        self.disk.power_on() if killed else self.cut_power()
        self.restart(again)

    @rule(cut_in=st.none() | st.integers(0, 8), new_boot=st.booleans(), cleanly=st.booleans())
    def start_again(self, cut_in: int | None, new_boot: bool, cleanly: bool) -> None:
        if cleanly:
            self.spool.close()
        else:
            self.cut_power()
        if new_boot:
            self.boot, self.clock_ns = self.boot + 1, 0
        self.restart(cut_in)

    @rule(part=st.floats(0, 1), length=st.integers(1, 8))
    def seal(self, part: float, length: int) -> None:
        waiting = [
            (sequence, located_boot, entry)
            for sequence, located_boot, entry in self.accepted
            if sequence and any(first <= sequence <= last for first, last in self.spool.unsealed())
        ]
        if not waiting:
            return
        start = int(part * (len(waiting) - 1))
        run = [waiting[start]]
        for item in waiting[start + 1 : start + length]:
            if item[1] == run[0][1] and item[0] == self.end(run[-1]) + 1:
                run.append(item)
        made = Seal(run[0][1], run[0][0], self.end(run[-1]) - run[0][0] + 1, (ANCHOR,))
        try:
            self.spool.append([made])
        except SpoolFull:
            return
        self.accept([(0, made.boot, made)])

    @rule(part=st.floats(0, 1), length=st.integers(1, 30), note=st.booleans())
    def receive(self, part: float, length: int, note: bool) -> None:
        first = int(part * self.next)
        new = self.spool.receive(EPOCH, [(first, first + length)])
        before = self.received.total()
        for low, high in self.sealed.within(first, first + length):
            self.received.add(low, high)
        assert new == self.received.total() - before
        if note:
            self.spool.write_received()

    @rule(bytes_needed=st.integers(0, 8 * 1024))
    def make_room(self, bytes_needed: int) -> None:
        self.spool.make_free(bytes_needed)

    @staticmethod
    def end(item: Item) -> int:
        return item[0] + (len(item[2].values) if isinstance(item[2], ReadingEntry) else 1) - 1

    def may_be_gone(self, at: int, ever: RangeSet) -> bool:
        sequence, boot, entry = self.accepted[at]
        if sequence:
            return ever.covers(sequence, self.end(self.accepted[at]))
        if isinstance(entry, Seal):
            return ever.covers(*entry.range)
        if isinstance(entry, Edge):
            for item in self.accepted[at:]:
                if isinstance(item[2], ReadingEntry) and item[1] == boot and item[2].sensor == entry.sensor:
                    if not ever.covers(item[0], self.end(item)):
                        return False
                    if item[2].clock_ns >= entry.clock_ns:
                        return True
            return False
        return True

    @invariant()
    def everything_accepted_is_there_in_order_or_received(self) -> None:
        if not hasattr(self, "spool"):
            return
        found = self.found()
        at = 0
        for item in found:
            if isinstance(item[2], Anchor) and item not in self.accepted[at:]:
                assert item in self.accepted, f"never accepted: {item}"
                continue  # carried over from a segment that has gone
            while at < len(self.accepted) and self.accepted[at] != item:
                assert self.may_be_gone(at, self.received), f"lost: {self.accepted[at]}"
                at += 1
            assert at < len(self.accepted), f"never accepted, twice or out of order: {item}"
            at += 1
        assert all(self.may_be_gone(rest, self.received) for rest in range(at, len(self.accepted)))
        assert self.spool.next == self.next
        assert self.spool.findings == () or all("never accepted" in what for what in self.spool.findings)

    @invariant()
    def books_agree(self) -> None:
        if not hasattr(self, "spool"):
            return
        kept = RangeSet((item[0], self.end(item)) for item in self.found() if item[0])
        assert self.spool.lowest == next((first for first, _ in kept), self.next)
        assert list(self.spool.received) == list(self.received)
        assert self.spool.sealed == self.sealed
        expected = [gap for first, last in kept for gap in self.sealed.missing(first, last)]
        assert self.spool.unsealed() == expected
        assert self.spool.unreceived == sum(
            b - a + 1 for first, last in kept for a, b in self.received.missing(first, last)
        )
        for first, last in kept:
            got = self.spool.records(first, last)
            assert (got[0].sequence, got[-1].last) == (first, last)
        for seal in self.spool.open_seals.values():
            assert not self.received.covers(*seal.range)


SpoolMachine.TestCase.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
TestSpoolMachine = SpoolMachine.TestCase
