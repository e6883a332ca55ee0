"""The journal at start when old segments have gone: nothing is made twice, nothing is lost."""

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.anchors.times import AnchorBook
from gateway.recorder.contact import Contact
from gateway.recorder.journal import resume
from gateway.recorder.sampler import Sampler
from gateway.spool import (
    Anchor,
    AnchorKind,
    Edge,
    Located,
    Measured,
    ReadingEntry,
    SensorSettings,
    Spool,
    SpoolLimits,
)
from gateway.uplink.packer import Packer
from sensorhub.reading import Quality
from tests.gateway.recorder.contacts import contact
from tests.gateway.spool.memory_disk import MemoryDisk

S = 1_000_000_000
MS = 1_000_000
PERIOD_S = 20
SETTINGS = {"a": SensorSettings("a", "detector", PERIOD_S * 1_000, b"settings")}
WALL = 1_764_000_000 * S - 7 * S  # no interval ends on a whole period of the boot clock


class Clock:
    boot_id = UUID(int=7)
    ns = 0

    def now_ns(self) -> int:
        return self.ns


class Gateway:
    """One gateway over a spool of so many bytes; what it received is what its hub has, if it has one."""

    def __init__(self, bytes_max: int, has_hub: bool = True, wall_ns: int = WALL) -> None:
        self.disk = MemoryDisk()
        self.has_hub = has_hub
        self.wall_ns = wall_ns
        self.limits = SpoolLimits(bytes_max, segment_bytes=2_048, when_full="drop_oldest", reserve_bytes=0)
        self.clock = Clock()
        self.readings: list[ReadingEntry] = []
        self.open(level=False)

    def open(self, level: bool) -> None:
        self.spool = Spool.open(self.disk, "g", Clock.boot_id, limits=self.limits, new_epoch=lambda: "5f0c2a9e41d07b36")
        self.anchors = AnchorBook()
        detector = contact("a", PERIOD_S * S, 20 * MS, self.anchors)
        spool = self.spool
        resumed = resume(spool.scan(), spool.boot, [detector], self.anchors, SETTINGS, spool.anchors)
        self.append([*resumed.readings])
        self.spool.define(list(SETTINGS.values()))
        self.sampler = Sampler(self.clock, [detector])
        if self.anchors.newest is None:
            self.anchor()
        self.append([*self.sampler.observe("a", [level])])

    def anchor(self) -> None:
        anchor = Anchor(self.clock.ns, self.wall_ns + self.clock.ns, 1_000, AnchorKind.NTP)
        self.anchors.note(anchor)
        self.spool.append([anchor])

    def append(self, entries: list[Edge | ReadingEntry]) -> None:
        self.readings += [entry for entry in entries if isinstance(entry, ReadingEntry)]
        self.spool.append(entries)

    def edge(self, at_ns: int, level: bool) -> None:
        self.clock.ns = at_ns
        self.sampler.put("a", at_ns, level)
        self.clock.ns = at_ns + 500 * MS
        sample = self.sampler.tick()
        self.append([*sample.edges, *sample.readings])
        packer = Packer(self.spool, "g")
        while self.has_hub and (pack := packer.oldest(self.spool.next)):
            self.spool.receive(self.spool.epoch, [(pack.id.first, pack.id.last)])

    def restart(self, level: bool) -> None:
        self.spool.close()
        self.clock.ns = self.spool.last_known(self.spool.boot).clock_ns
        self.open(level)


def play(gateway: Gateway, gaps: list[int], restarts: set[int], anchors: set[int]) -> list[tuple[int, float, float]]:
    at_ns, level = 0, False
    for number, gap in enumerate(gaps):
        at_ns += gap * 100 * MS + S
        level = not level
        gateway.edge(at_ns, level)
        if number in anchors:
            gateway.anchor()
        if number in restarts:
            gateway.restart(level)
    return [(reading.clock_ns, reading.values[0].value, reading.values[1].value) for reading in gateway.readings]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(1, 90), min_size=120, max_size=200),
    st.sets(st.integers(0, 199), min_size=1, max_size=8),
    st.sets(st.integers(0, 199), max_size=8),
)
def test_journal_after_segments_went_gives_each_interval_once(
    gaps: list[int], restarts: set[int], anchors: set[int]
) -> None:
    small, large = Gateway(12_288), Gateway(2**24)
    found, wanted = play(small, gaps, restarts, anchors), play(large, gaps, restarts, anchors)
    assert counts(found) == counts(wanted)


def test_journal_goes_on_when_its_first_segments_have_gone() -> None:
    gaps = [1 + number * 37 % 90 for number in range(160)]
    small, large = Gateway(12_288), Gateway(2**24)
    found, wanted = play(small, gaps, {50, 120}, {30, 60}), play(large, gaps, {50, 120}, {30, 60})
    assert small.spool.lowest > 1
    assert large.spool.lowest == 1
    assert counts(found) == counts(wanted)


def test_journal_goes_on_when_its_first_segments_were_dropped_with_its_only_anchor() -> None:
    gaps, restarts = [1 + number * 37 % 90 for number in range(400)], set(range(150, 400, 3))
    wall_ns = WALL + 7 * S + 300 * MS  # an interval ends shortly before a whole period of the boot clock
    small, large = Gateway(12_288, has_hub=False, wall_ns=wall_ns), Gateway(2**24, has_hub=False, wall_ns=wall_ns)
    found, wanted = play(small, gaps, restarts, set()), play(large, gaps, restarts, set())
    assert small.spool.lowest > 1
    assert large.spool.lowest == 1
    assert counts(found) == counts(wanted)


def counts(readings: list[tuple[int, float, float]]) -> list[tuple[int, float]]:
    """What must be the same; a contact that was closed all along is only known to be so where its edge is kept."""
    return [(clock_ns, count) for clock_ns, count, _ in readings]


def test_journal_reading_that_went_another_way_keeps_the_edges_after_it() -> None:
    detector = resumed_from(
        Anchor(30 * S, WALL + 30 * S + 2 * MS, 1_000, AnchorKind.NTP),  # 2 ms off: its intervals end 2 ms earlier
        Edge("a", 30 * S, False, observed=True),
        Edge("a", 35 * S, True),
        Edge("a", 36 * S, False),
        Edge("a", 47_100 * MS, True),
        ReadingEntry("a", 47 * S, (Measured("actuation_count", 1.0, Quality.PARTIAL),)),
        Edge("a", 50 * S, False),
    )
    closed = detector.intervals.close_until(68 * S)
    assert [(reading.clock_ns, reading.values[0].value) for reading in closed] == [(67 * S - 2 * MS, 1.0)]


def test_journal_closure_counts_when_the_opening_before_it_has_gone() -> None:
    detector = resumed_from(
        Anchor(0, WALL, 1_000, AnchorKind.NTP),
        Edge("a", 1 * S, False, observed=True),
        Edge("a", 2 * S, True),  # its opening at 20 s stood in a segment that was received and freed
        ReadingEntry("a", 27 * S, (Measured("actuation_count", 1.0),)),
        Edge("a", 30 * S, True),
        Edge("a", 31 * S, False),
    )
    (reading,) = detector.intervals.close_until(47 * S)
    numbers = {measured.quantity: measured.value for measured in reading.values}
    assert numbers["actuation_count"] == 1
    assert numbers["occupancy"] == pytest.approx(100 * 1 / 4)  # of what was observed before it was lost at 31 s


def resumed_from(*entries: Anchor | Edge | ReadingEntry) -> Contact:
    journal = [Located(int(isinstance(entry, ReadingEntry)), 0, entry, SETTINGS["a"]) for entry in entries]
    anchors = AnchorBook()
    detector = contact("a", PERIOD_S * S, 20 * MS, anchors)
    assert resume(journal, 0, [detector], anchors, SETTINGS, lambda boot: ()).readings == ()
    return detector
