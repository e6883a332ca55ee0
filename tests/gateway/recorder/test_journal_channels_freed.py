"""Two contacts of one sensor whose old segments have gone: each interval once, with the counts of a whole journal."""

from typing import cast
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_config.sensor import SensorConfig
from gateway.anchors.times import AnchorBook
from gateway.recorder.contact import Contact
from gateway.recorder.journal import resume
from gateway.recorder.kinds import sensed, settings_of
from gateway.recorder.sampler import Sampler
from gateway.spool import Anchor, AnchorKind, Edge, ReadingEntry, Spool, SpoolLimits
from gateway.uplink.packer import Packer
from tests.gateway.spool.memory_disk import MemoryDisk

S = 1_000_000_000
MS = 1_000_000
WALL = 1_764_000_000 * S - 7 * S  # no interval ends on a whole period of the boot clock
PEOPLE = SensorConfig(id="p", kind="footfall", pins={"outer": 4, "inner": 5}, debounce_ms=20)
SENSOR = PEOPLE.model_copy(update={"period_s": 20})


class Clock:
    boot_id = UUID(int=7)
    ns = 0

    def now_ns(self) -> int:
        return self.ns


class Gateway:
    """One gateway over a spool of so many bytes; what it made is at its hub at once."""

    def __init__(self, bytes_max: int) -> None:
        self.disk = MemoryDisk()
        self.limits = SpoolLimits(bytes_max, segment_bytes=2_048, when_full="drop_oldest", reserve_bytes=0)
        self.clock = Clock()
        self.levels = [False, False]
        self.readings: list[ReadingEntry] = []
        self._open()

    def _open(self) -> None:
        self.spool = Spool.open(self.disk, "g", Clock.boot_id, limits=self.limits, new_epoch=lambda: "5f0c2a9e41d07b36")
        anchors, known = AnchorBook(), settings_of(SENSOR)
        contact = cast(Contact, sensed(SENSOR, anchors))
        resumed = resume(self.spool.scan(), self.spool.boot, [contact], anchors, {"p": known}, self.spool.anchors)
        self._append([*resumed.readings])
        self.spool.define([known])
        self.sampler = Sampler(self.clock, [contact])
        if anchors.newest is None:
            anchor = Anchor(self.clock.ns, WALL + self.clock.ns, 1_000, AnchorKind.NTP)
            anchors.note(anchor)
            self.spool.append([anchor])
        self._append([*self.sampler.observe("p", self.levels)])

    def _append(self, entries: list[Edge | ReadingEntry]) -> None:
        self.readings += [entry for entry in entries if isinstance(entry, ReadingEntry)]
        self.spool.append(entries)

    def move(self, at_ns: int, channel: int) -> None:
        self.clock.ns = at_ns
        self.levels[channel] = not self.levels[channel]
        self.sampler.put("p", at_ns, self.levels[channel], channel)
        self.clock.ns = at_ns + 50 * MS
        sample = self.sampler.tick()
        self._append([*sample.edges, *sample.readings])
        packer = Packer(self.spool, "g")
        while (pack := packer.oldest(self.spool.next)) is not None:
            self.spool.receive(self.spool.epoch, [(pack.id.first, pack.id.last)])

    def restart(self) -> None:
        self.spool.close()
        self.clock.ns = self.spool.last_known(self.spool.boot).clock_ns
        self._open()


def play(
    gateway: Gateway, gaps: list[int], turns: list[int], restarts: set[int]
) -> list[tuple[int, tuple[float, ...]]]:
    """People come through, at times with one beam broken for long; it restarts between two moves, without time passing.

    Arguments:
        gaps: between people, tenths of a second.
        turns: the order of the beams for each: in, out, or turning back.
    """
    at_ns = 0
    for number, gap in enumerate(gaps):
        at_ns += gap * 100 * MS
        for step, channel in enumerate(((0, 1, 0, 1), (1, 0, 1, 0), (0, 1, 1, 0))[turns[number % len(turns)]]):
            at_ns += 60 * MS + (gap % 7 == 0) * 11 * S
            gateway.move(at_ns, channel)
            if number * 4 + step in restarts:
                gateway.restart()
    return [(reading.clock_ns, tuple(each.value for each in reading.values[:2])) for reading in gateway.readings]


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.integers(10, 60), min_size=80, max_size=100),
    st.lists(st.integers(0, 2), min_size=1, max_size=7),
    st.sets(st.integers(0, 400), min_size=1, max_size=12),
)
def test_journal_of_two_contacts_after_segments_went_gives_each_interval_once(
    gaps: list[int], turns: list[int], restarts: set[int]
) -> None:
    small, large = Gateway(14_336), Gateway(2**24)
    assert play(small, gaps, turns, restarts) == play(large, gaps, turns, restarts)


@pytest.mark.parametrize("restart", range(200, 400, 17))
def test_journal_of_two_contacts_goes_on_at_any_moment_when_its_first_segments_have_gone(restart: int) -> None:
    gaps = [1 + number * 37 % 60 for number in range(100)]
    small, large = Gateway(14_336), Gateway(2**24)
    assert play(small, gaps, [0, 1, 2], {restart}) == play(large, gaps, [0, 1, 2], {restart})
    assert small.spool.lowest > 1
    assert large.spool.lowest == 1
