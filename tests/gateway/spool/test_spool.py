"""The spool while it runs: numbers, seals, receipts, anchors, settings."""

from dataclasses import replace
from uuid import UUID

import pytest

from gateway.spool import (
    Anchor,
    AnchorKind,
    BootNote,
    Entry,
    MarkerEntry,
    Seal,
    SealRefused,
    SensorSettings,
    Spool,
    SpoolLimits,
    SpoolUnreadable,
)
from gateway.spool.anchor_list import ANCHORS_EACH_END_MAX
from tests.gateway.spool.memory_disk import MemoryDisk
from tests.gateway.spool.world import (
    ANCHOR,
    EPOCH,
    LIMITS,
    SENSORS,
    edge,
    entries,
    filled,
    open_spool,
    reading,
    seal,
    segment_names,
)


def test_append_numbers_records_only() -> None:
    spool = open_spool(MemoryDisk())
    assert spool.append([edge(1)]) == 0
    assert spool.append([edge(2), reading(3, 1.0, 2.0, 3.0), MarkerEntry("rejected", 4, "3 late")]) == 1
    assert spool.append([reading(5)]) == 5
    assert (spool.next, spool.lowest, spool.unreceived) == (7, 1, 6)
    assert spool.append([]) == 0


def test_scan_gives_what_was_appended_in_order() -> None:
    spool = open_spool(MemoryDisk())
    put: list[Entry] = [
        edge(1, observed=True),
        reading(3, 1.0, -0.0, 5e-324),
        ANCHOR,
        MarkerEntry("dropped", 4, "1-2 x"),
    ]
    spool.append(put)
    assert entries(spool.scan()) == [(0, put[0]), (1, put[1]), (0, put[2]), (4, put[3])]
    located = next(located for located in spool.scan() if located.sequence == 1)
    assert (located.settings, located.period_ms, located.count, located.last) == (SENSORS[0], 60_000, 3, 3)


def test_scan_from_a_sequence_leaves_older_records_out() -> None:
    spool = open_spool(MemoryDisk())
    filled(spool, 100)
    found = [located for located in spool.scan(151) if located.sequence]
    assert (found[0].sequence, found[-1].last) == (151, 200)


def test_records_are_found_across_segments() -> None:
    spool = open_spool(MemoryDisk())
    filled(spool, 200)
    assert len(segment_names(spool._disk)) > 5
    for first, last in [(1, 1), (2, 2), (1, 400), (100, 131), (399, 400), (401, 500)]:
        found = spool.records(first, last)
        assert [located.sequence for located in found] == [n for n in range(1, 400, 2) if n + 1 >= first and n <= last]


def test_value_not_finite_changes_nothing() -> None:
    spool = open_spool(MemoryDisk())
    with pytest.raises(ValueError, match="finite"):
        spool.append([reading(1), reading(2, float("nan"))])
    assert spool.next == 1
    assert entries(spool.scan()) == []


def test_seal_is_open_until_all_its_records_are_received() -> None:
    spool = open_spool(MemoryDisk())
    filled(spool, 5)
    made = seal(spool, 3, 6)
    assert spool.open_seals == {3: made}
    assert spool.unsealed() == [(1, 2), (7, 10)]
    assert spool.receive("0" * 16, [(3, 6)]) == 0
    assert spool.receive(EPOCH, [(1, 4), (3, 4)]) == 2
    assert spool.open_seals == {3: made}
    assert spool.receive(EPOCH, [(1, 2**53 - 1)]) == 2
    assert spool.open_seals == {}
    assert (list(spool.received), spool.unreceived) == ([(3, 6)], 6)


@pytest.mark.parametrize(("first", "count"), [(1, 1), (2, 1), (3, 4), (9, 3), (0, 2), (7, 1001), (5, 2)])
def test_seal_that_splits_repeats_or_exceeds_is_refused(first: int, count: int) -> None:
    spool = open_spool(MemoryDisk())
    filled(spool, 5)
    seal(spool, 5, 6)
    before = list(spool.scan())
    with pytest.raises(SealRefused):
        spool.append([Seal(spool.boot, first, count, (ANCHOR,))])
    assert list(spool.scan()) == before


def test_seals_of_one_group_may_not_overlap() -> None:
    spool = open_spool(MemoryDisk())
    filled(spool, 3)
    with pytest.raises(SealRefused, match="sealed already"):
        spool.append([Seal(0, 1, 4, (ANCHOR,)), Seal(0, 3, 2, (ANCHOR,))])
    assert spool.append([Seal(0, 1, 2, (ANCHOR,)), Seal(0, 3, 2, (ANCHOR,))]) == 0


def test_seal_over_two_boots_is_refused() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    filled(spool, 1)
    spool.close()
    spool = open_spool(disk, boot=1)
    spool.append([reading(5), reading(9, boot=0)])
    assert [(located.sequence, located.boot) for located in spool.records(1, 9)] == [(1, 0), (3, 1), (5, 0)]
    with pytest.raises(SealRefused):
        spool.append([Seal(1, 3, 4, (ANCHOR,))])
    spool.append([Seal(0, 5, 2, (ANCHOR,)), Seal(1, 3, 2, (ANCHOR,))])


def test_receipts_outlive_a_restart_and_a_damaged_note_costs_a_resend_only() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    filled(spool, 3)
    made = seal(spool, 1, 4)
    spool.receive(EPOCH, [(1, 4)])
    spool.close()
    spool = open_spool(disk)
    assert (list(spool.received), spool.open_seals, spool.unsealed()) == ([(1, 4)], {}, [(5, 6)])
    spool.close()
    disk._inode(EPOCH, "received").data[15] ^= 1
    spool = open_spool(disk)
    assert (list(spool.received), spool.open_seals, spool.unsealed()) == ([], {1: made}, [(5, 6)])


def test_receipts_can_be_taken_back_for_a_new_store() -> None:
    spool = open_spool(MemoryDisk())
    filled(spool, 4)
    first, second = seal(spool, 1, 4), seal(spool, 5, 8)
    spool.receive(EPOCH, [(1, 8)])
    assert spool.unreceive("0" * 16, [(1, 8)]) == 0
    assert spool.unreceive(EPOCH, [(3, 8)]) == 6
    assert spool.open_seals == {1: first, 5: second}
    assert spool.unsealed() == []


def test_anchors_keep_both_ends() -> None:
    spool = open_spool(MemoryDisk(), limits=SpoolLimits(1 << 24, reserve_bytes=0))
    put = [Anchor(number, number, 0, AnchorKind.GIVEN) for number in range(2 * ANCHORS_EACH_END_MAX + 500)]
    spool.append(put)
    assert spool.anchors(spool.boot) == put[:ANCHORS_EACH_END_MAX] + put[-ANCHORS_EACH_END_MAX:]
    assert spool.anchors(99) == ()


def test_settings_of_a_record_are_those_it_was_made_under() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    spool.append([reading(1)])
    spool.close()
    spool = Spool.open(disk, "a127-rayleigh-weir", _boot(), limits=LIMITS, new_epoch=str)
    assert spool.sensor("detector-1") == SENSORS[0]
    spool.append([reading(2)])
    changed = SensorSettings("detector-1", "detector", 30_000, b"changed!")
    spool.define([changed])
    spool.append([reading(3)])
    assert [located.period_ms for located in spool.records(1, 6)] == [60_000, 60_000, 30_000]
    assert spool.sensor("detector-1") == changed
    assert spool.sensor("detector-9") is None


def _boot() -> UUID:
    return UUID(int=0x1000)


def test_boot_note_at_opening_has_the_newest_clock_of_that_boot() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    spool.append([ANCHOR, edge(41_000)])
    spool.close()
    spool = open_spool(disk)
    notes = [located for located in spool.scan() if isinstance(located.entry, BootNote)]
    assert {note.boot for note in notes} == {0}
    assert (notes[0].entry, notes[-1].entry) == (BootNote(0, 0), BootNote(41_000, ANCHOR.wall_ns + 40_000))
    spool.close()
    spool = open_spool(disk, boot=1)
    assert (spool.boot, spool.last_known(1)) == (1, BootNote(0, 0))
    assert spool.last_known(0) == BootNote(41_000, ANCHOR.wall_ns + 40_000)


def test_record_that_rots_while_running_is_an_error() -> None:
    disk = MemoryDisk(allocates=False)
    spool = open_spool(disk)
    filled(spool, 2)
    disk.content(EPOCH, "000000000001.seg")[-1] ^= 1
    assert len(spool.records(1, 2)) == 1
    with pytest.raises(SpoolUnreadable, match="cannot be read any more"):
        spool.records(3, 4)


def test_reading_of_an_unknown_boot_is_refused() -> None:
    spool = open_spool(MemoryDisk())
    with pytest.raises(ValueError, match="boot 3"):
        spool.append([replace(reading(1), boot=3)])
