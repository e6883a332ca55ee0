"""The spool while it runs: numbers, seals, receipts, room, and a disk that refuses."""

import errno
from dataclasses import replace
from uuid import UUID

import pytest

from gateway.spool import (
    Anchor,
    AnchorKind,
    BootNote,
    MarkerEntry,
    Seal,
    SealRefused,
    SensorSettings,
    Spool,
    SpoolFull,
    SpoolLimits,
    SpoolUnreadable,
    SpoolUnwritable,
)
from gateway.spool.books import ANCHORS_EACH_END_MAX
from tests.gateway.spool.memory_disk import MemoryDisk
from tests.gateway.spool.world import (
    ANCHOR,
    EPOCH,
    LIMITS,
    SENSORS,
    edge,
    entries,
    open_spool,
    reading,
    seal,
    segment_names,
)


def filled(spool: Spool, readings: int, start_ns: int = 0) -> None:
    for number in range(readings):
        spool.append([reading(start_ns + 1_000 * (number + 1))])


def test_append_numbers_records_only() -> None:
    spool = open_spool(MemoryDisk())
    assert spool.append([edge(1)]) == 0
    assert spool.append([edge(2), reading(3, 1.0, 2.0, 3.0), MarkerEntry("rejected", 4, "3 late")]) == 1
    assert spool.append([reading(5)]) == 5
    assert (spool.next, spool.lowest, spool.unreceived) == (7, 1, 6)
    assert spool.append([]) == 0


def test_scan_gives_what_was_appended_in_order() -> None:
    spool = open_spool(MemoryDisk())
    put = [edge(1, observed=True), reading(3, 1.0, -0.0, 5e-324), ANCHOR, MarkerEntry("dropped", 4, "1-2 x")]
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


def test_segments_go_oldest_first_when_received_and_room_is_needed() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk, limits=SpoolLimits(8 * 1024, 1024))
    for number in range(300):
        first = spool.append([edge(2_000 * number + 1), reading(2_000 * number + 1_000)])
        seal(spool, first, first + 1)
        spool.receive(EPOCH, [(first, first + 1)])
        assert spool.used_bytes <= 8 * 1024
    assert spool.lowest > 400
    assert spool.unreceived == 0
    lowest, following = spool.lowest, spool.next
    spool.close()
    spool = open_spool(disk)
    assert (spool.lowest, spool.next, spool.findings) == (lowest, following, ())
    assert list(spool.received) == [(1, 600)]


def test_full_spool_takes_seals_but_no_readings() -> None:
    spool = open_spool(MemoryDisk(), limits=SpoolLimits(8 * 1024, 1024))
    with pytest.raises(SpoolFull, match="no room"):
        filled(spool, 1000)
    kept = spool.next - 1
    assert entries(spool.scan())[-1][0] == kept - 1
    for first in range(1, kept - 20, 20):
        seal(spool, first, first + 19)
        spool.receive(EPOCH, [(first, first + 19)])
    assert spool.append([reading(10**9)]) == kept + 1


def test_segment_with_an_edge_not_in_a_received_reading_stays() -> None:
    spool = open_spool(MemoryDisk())
    spool.append([edge(500)])
    filled(spool, 100, start_ns=0)
    for first in range(1, 200, 20):
        seal(spool, first, first + 19)
    spool.append([edge(200_000, sensor="detector-2")])
    filled(spool, 100, start_ns=300_000)
    spool.receive(EPOCH, [(3, 400)])
    edges = [entry for _, entry in entries(spool.scan()) if entry in (edge(500), edge(200_000, sensor="detector-2"))]
    spool.make_room(LIMITS.bytes_max)
    assert [entry for _, entry in entries(spool.scan()) if entry in edges] == edges
    spool.receive(EPOCH, [(1, 2)])
    spool.make_room(LIMITS.bytes_max)
    assert [entry for _, entry in entries(spool.scan()) if entry in edges] == edges[1:]


def test_edge_at_the_end_of_an_interval_waits_for_the_next_reading() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    spool.append([edge(1_000), reading(1_000)])
    seal(spool, 1, 2)
    spool.receive(EPOCH, [(1, 2)])
    filled(spool, 50, start_ns=-100_000)
    spool.close()
    spool = open_spool(disk)
    assert spool.make_room(LIMITS.bytes_max) == 0


def test_highest_sequence_never_goes() -> None:
    spool = open_spool(MemoryDisk())
    filled(spool, 30)
    seal(spool, 1, 60)
    spool.receive(EPOCH, [(1, 60)])
    for number in range(100):
        spool.append([BootNote(10**6 + number, 0)])
    spool.make_room(LIMITS.bytes_max)
    assert spool.lowest < 60
    assert spool.records(59, 60)


def test_newest_anchor_of_records_not_yet_sent_stays() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    spool.append([ANCHOR])
    filled(spool, 100)
    seal(spool, 1, 60)
    spool.receive(EPOCH, [(1, 60)])
    spool.make_room(LIMITS.bytes_max)
    spool.close()
    spool = open_spool(disk, boot=1)
    assert spool.lowest == 1
    assert spool.anchors(0) == [ANCHOR]


def test_anchors_keep_both_ends() -> None:
    spool = open_spool(MemoryDisk(), limits=SpoolLimits(1 << 24))
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


@pytest.mark.parametrize("call", ["write", "sync"])
def test_refused_write_is_done_again_in_a_new_segment(call: str) -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    spool.append([edge(1), reading(2)])
    disk.errors[call] = [errno.EIO]
    assert spool.append([edge(3), reading(4)]) == 3
    assert spool.append([edge(5), reading(6)]) == 5
    expected = [(0, edge(1)), (1, reading(2)), (0, edge(3)), (3, reading(4)), (0, edge(5)), (5, reading(6))]
    assert entries(spool.scan()) == expected
    assert segment_names(disk) == ["000000000001.seg", "000000000003.seg"]
    assert entries(open_spool(disk.after_cut()).scan()) == expected


@pytest.mark.parametrize("seed", range(20))
def test_group_that_was_not_accepted_is_replaced_by_the_next(seed: int) -> None:
    disk = MemoryDisk(seed)
    spool = open_spool(disk)
    spool.append([reading(2)])
    for _ in range(3):
        disk.errors["sync"] = [errno.EIO] * 2
        with pytest.raises(SpoolUnwritable, match="cannot be written"):
            spool.append([edge(3), reading(4, 99.0)])
    assert spool.next == 3
    assert spool.append([edge(5), reading(6)]) == 3
    expected = [(1, reading(2)), (0, edge(5)), (3, reading(6))]
    assert entries(spool.scan()) == expected
    disk = disk.after_cut()
    for _ in range(2):
        spool = open_spool(disk)
        assert entries(spool.scan()) == expected
        assert spool.next == 5
        spool.close()
        disk = disk.after_cut()


def test_full_disk_lets_received_segments_go() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    filled(spool, 50)
    seal(spool, 1, 60)
    spool.receive(EPOCH, [(1, 60)])
    spool.write_received()
    disk.errors["write"] = [errno.ENOSPC, errno.ENOSPC]
    assert spool.append([reading(10**6)]) == 101
    assert spool.lowest > 1


def test_full_disk_with_nothing_received_is_a_full_spool() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    filled(spool, 50)
    disk.errors["write"] = [errno.ENOSPC] * 2
    with pytest.raises(SpoolFull):
        spool.append([reading(10**6)])
    assert spool.append([reading(10**6)]) == 101


def test_record_that_rots_while_running_is_an_error() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    filled(spool, 2)
    disk.content(EPOCH, "000000000001.seg")[-1] ^= 1
    assert len(spool.records(1, 2)) == 1
    with pytest.raises(SpoolUnreadable, match="cannot be read any more"):
        spool.records(3, 4)


def test_large_group_gets_a_segment_of_its_own() -> None:
    spool = open_spool(MemoryDisk(), limits=SpoolLimits(8 << 20, 1024))
    group = [item for number in range(5_000) for item in (edge(number), reading(number))]
    spool.append([reading(0)])
    assert spool.append(group) == 3
    spool.append([reading(6_000)])
    assert segment_names(spool._disk) == ["000000000001.seg", "000000000003.seg", "000000010003.seg"]
    assert entries(spool.scan())[1:-1] == [
        item for n in range(5_000) for item in ((0, edge(n)), (3 + 2 * n, reading(n)))
    ]
    with pytest.raises(ValueError, match="split it"):
        spool.append(group * 20)


def test_segments_of_journal_entries_only_have_names_of_their_own() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    for number in range(100):
        spool.append([edge(number)])
    assert segment_names(disk)[:3] == ["000000000001-1.seg", "000000000001-2.seg", "000000000001-3.seg"]
    assert [entry for _, entry in entries(spool.scan())] == [edge(number) for number in range(100)]
    spool.append([reading(200)])
    spool = open_spool(disk.after_cut())
    assert [entry for _, entry in entries(spool.scan())] == [*[edge(number) for number in range(100)], reading(200)]
    assert spool.records(1, 2)[0].entry == reading(200)


def test_reading_of_an_unknown_boot_is_refused() -> None:
    spool = open_spool(MemoryDisk())
    with pytest.raises(ValueError, match="boot 3"):
        spool.append([replace(reading(1), boot=3)])


@pytest.mark.parametrize(("bytes_max", "segment_bytes"), [(4095, 1024), (1 << 20, 1023)])
def test_limits_too_small_are_refused(bytes_max: int, segment_bytes: int) -> None:
    with pytest.raises(ValueError, match="segment"):
        SpoolLimits(bytes_max, segment_bytes)
