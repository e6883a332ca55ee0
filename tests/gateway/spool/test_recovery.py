"""Recovery: torn tails, rot and foreign files; it always starts, and says what is lost."""

import re

import pytest

from gateway.spool import Anchor, AnchorKind, MarkerEntry, Spool, SpoolLimits
from gateway.spool.frame import HEADER_BYTES, EntryType, encode_header, entry_name
from gateway.spool.survey import survey
from sensorhub.ranges import RangeSet
from tests.gateway.spool.memory_disk import MemoryDisk, PowerCut
from tests.gateway.spool.world import ANCHOR, BOOTS, EPOCH, GATEWAY, edge, entries, open_spool, reading, seal

FIRST = "000000000001.seg"
WIDE = SpoolLimits(1 << 20, 1 << 16, reserve_bytes=0)


def three_groups() -> tuple[MemoryDisk, int]:
    """A segment of three groups, and where the last one begins."""
    disk = MemoryDisk(allocates=False)
    spool = open_spool(disk, limits=WIDE)
    spool.append([edge(1), reading(2)])
    spool.append([edge(3), reading(4, 1.0, 2.0, 3.0)])
    end = len(disk.content(EPOCH, FIRST))
    spool.append([edge(5), reading(6), ANCHOR, reading(7)])
    return disk, end


BEFORE = [(0, edge(1)), (1, reading(2)), (0, edge(3)), (3, reading(4, 1.0, 2.0, 3.0))]
LAST = [(0, edge(5)), (6, reading(6)), (0, ANCHOR), (8, reading(7))]


def named(spool: Spool) -> RangeSet:
    """Numbers that markers name as unreadable."""
    lost = RangeSet()
    for located in spool.scan():
        if isinstance(located.entry, MarkerEntry) and located.entry.text.endswith("unreadable"):
            first, last = map(int, re.findall(r"\d+", located.entry.text))
            lost.add(first, last)
    return lost


def readings(spool: Spool) -> list[tuple[int, object]]:
    return [(sequence, entry) for sequence, entry in entries(spool.scan()) if not isinstance(entry, MarkerEntry)]


def test_tail_torn_at_any_byte_loses_only_the_last_group() -> None:
    whole, last_group = three_groups()
    size = len(whole.content(EPOCH, FIRST))
    for length in range(last_group, size + 1):
        disk, _ = three_groups()
        del disk.content(EPOCH, FIRST)[length:]
        spool = open_spool(disk, limits=WIDE)
        found = entries(spool.scan())
        assert found == (BEFORE + LAST)[: len(found)]
        assert len(found) >= len(BEFORE)
        following = spool.next
        assert spool.append([reading(100)]) == following
        again = open_spool(disk.after_cut(), limits=WIDE)
        assert entries(again.scan()) == [*found, (following, reading(100))]


def test_what_was_cut_off_never_comes_back() -> None:
    disk, last_group = three_groups()
    tail = bytes(disk.content(EPOCH, FIRST)[last_group:])
    disk.content(EPOCH, FIRST)[last_group + 8] ^= 1
    spool = open_spool(disk, limits=WIDE)
    assert "never accepted" in spool.findings[0]
    spool.append([reading(100)])
    assert tail[60:] not in bytes(disk.content(EPOCH, FIRST))
    assert entries(open_spool(disk.after_cut(), limits=WIDE).scan()) == [*BEFORE, (6, reading(100))]


def test_zeros_behind_the_written_part_are_its_end() -> None:
    disk, _ = three_groups()
    disk.content(EPOCH, FIRST).extend(bytes(4096))
    spool = open_spool(disk, limits=WIDE)
    spool.append([reading(100)])
    assert spool.findings == ()
    assert entries(open_spool(disk.after_cut(), limits=WIDE).scan()) == [*BEFORE, *LAST, (10, reading(100))]


def test_flip_at_any_byte_costs_its_group_at_most_and_is_named() -> None:
    whole, last_group = three_groups()
    for at in range(len(whole.content(EPOCH, FIRST))):
        disk, _ = three_groups()
        disk.content(EPOCH, FIRST)[at] ^= 0x10
        spool = open_spool(disk, limits=WIDE)
        found, lost = readings(spool), named(spool)
        assert [item for item in BEFORE + LAST if item in found] == found
        for sequence, entry in BEFORE:
            if sequence and (sequence, entry) not in found:
                assert sequence in lost, f"byte {at}"
                assert spool.next > 9
        if at < last_group:
            assert [item for item in LAST if item in found] == LAST
            assert spool.findings or found == BEFORE + LAST
        if at % 4:
            continue
        books = (found, list(lost), list(spool.sealed), spool.unsealed(), spool.next)
        spool.close()
        again = open_spool(disk.after_cut(), limits=WIDE)
        assert (readings(again), list(named(again)), list(again.sealed), again.unsealed(), again.next) == books


def test_damaged_header_is_written_again() -> None:
    disk, _ = three_groups()
    disk.content(EPOCH, FIRST)[:HEADER_BYTES] = bytes(HEADER_BYTES)
    spool = open_spool(disk, limits=WIDE)
    assert readings(spool) == BEFORE + LAST
    assert "header" in spool.findings[0]
    assert disk.content(EPOCH, FIRST)[:HEADER_BYTES] == encode_header(GATEWAY, bytes.fromhex(EPOCH), 1)


@pytest.mark.parametrize("content", [b"", b"x" * 5000, bytes(5000), encode_header("other", bytes.fromhex(EPOCH), 1)])
def test_segment_that_is_none_is_set_aside(content: bytes) -> None:
    disk, _ = three_groups()
    disk.content(EPOCH, FIRST)[:] = content
    spool = open_spool(disk, limits=WIDE)
    lost = named(spool)
    assert spool.next > (max(0, len(content) - 64) // 11)
    assert spool.append([reading(100)]) not in lost
    assert set(disk.files(EPOCH)) & {FIRST, FIRST + ".bad"} == {FIRST + ".bad"}
    found = entries(spool.scan())
    spool.close()
    assert entries(open_spool(disk.after_cut(), limits=WIDE).scan()) == found


def test_segment_in_the_middle_that_is_none_is_named_exactly() -> None:
    disk = MemoryDisk(allocates=False)
    spool = open_spool(disk)
    for number in range(100):
        spool.append([reading(number)])
    names = sorted(disk.files(EPOCH))
    disk.content(EPOCH, names[1])[:] = b"rot" * 100
    low, high = int(names[1][:12]), int(names[2][:12]) - 1
    spool = open_spool(disk)
    assert list(named(spool)) == [(low, high)]
    assert [sequence for sequence, _ in readings(spool)] == [n for n in range(1, 201, 2) if not low <= n <= high]


def test_loss_of_part_of_a_sealed_pack_drops_the_pack() -> None:
    disk = MemoryDisk(allocates=False)
    spool = open_spool(disk, limits=WIDE)
    spool.append([reading(1)])
    spool.append([reading(2)])
    end = len(disk.content(EPOCH, FIRST))
    spool.append([reading(3)])
    spool.append([reading(4)])
    seal(spool, 1, 6)
    disk.content(EPOCH, FIRST)[end - 1] ^= 1
    spool = open_spool(disk, limits=WIDE)
    assert list(named(spool)) == [(1, 6)]
    assert spool.open_seals == {}
    assert spool.unsealed() == [(7, 9)]
    assert spool.receive(EPOCH, [(1, 6)]) == 6


def test_numbers_that_were_received_need_no_marker() -> None:
    disk = MemoryDisk(allocates=False)
    spool = open_spool(disk, limits=WIDE)
    at = len(disk.content(EPOCH, FIRST))
    spool.append([reading(1)])
    spool.append([reading(2)])
    seal(spool, 1, 2)
    spool.receive(EPOCH, [(1, 2)])
    spool.close()
    disk.content(EPOCH, FIRST)[at + 50] ^= 1
    spool = open_spool(disk, limits=WIDE)
    assert list(named(spool)) == []
    assert spool.next == 5


def test_oversized_file_is_read_in_part_and_cut() -> None:
    disk, _ = three_groups()
    disk.content(EPOCH, FIRST).extend(bytes(17 << 20))
    spool = open_spool(disk, limits=WIDE)
    assert readings(spool) == BEFORE + LAST
    assert len(disk.content(EPOCH, FIRST)) < 10_000


def test_other_files_are_let_be() -> None:
    disk, _ = three_groups()
    for name in ("notes.txt", "1.seg", "00000000000x.seg", "000000000009.seg.tmp", "received"):
        disk.create(EPOCH, name).write(0, b"SXRECEIVED 1\n1 9\ncrc32 00000000\n")
    spool = open_spool(disk, limits=WIDE)
    assert readings(spool) == BEFORE + LAST
    assert {"notes.txt", "1.seg", "00000000000x.seg"} < set(disk.files(EPOCH))
    assert not spool.received


def test_epoch_can_be_chosen() -> None:
    disk = MemoryDisk(allocates=False)
    for epoch in ("0" * 16, "f" * 16):
        disk.make_folder(epoch)
    limits = SpoolLimits(1 << 22, reserve_bytes=0)
    assert Spool.open(disk, GATEWAY, BOOTS[0], limits=limits, new_epoch=str, epoch="0" * 16).epoch == "0" * 16
    assert Spool.open(disk, GATEWAY, BOOTS[0], limits=limits, new_epoch=str).epoch == "f" * 16
    with pytest.raises(ValueError, match="no epoch"):
        Spool.open(MemoryDisk(allocates=False), GATEWAY, BOOTS[0], limits=limits, new_epoch=lambda: "x")


def test_cut_at_any_call_of_the_first_opening_leaves_a_spool_that_opens() -> None:
    disk = MemoryDisk(allocates=False)
    open_spool(disk).append([reading(1)])
    for calls in range(len(disk.calls)):
        for seed in range(5):
            disk = MemoryDisk(seed, allocates=False)
            disk.cut_in = calls
            with pytest.raises(PowerCut):
                open_spool(disk).append([reading(1)])
            spool = open_spool(disk.after_cut())
            assert spool.epoch == EPOCH
            assert spool.append([reading(1)]) in (1, 3)
            assert spool.findings == () or "never accepted" in spool.findings[0]


@pytest.mark.parametrize("seed", range(10))
def test_cut_at_any_call_of_a_recovery_changes_nothing(seed: int) -> None:
    def damaged() -> MemoryDisk:
        disk = MemoryDisk(seed, allocates=False)
        spool = open_spool(disk)
        for number in range(60):
            spool.append([edge(number), reading(number)])
        names = sorted(disk.files(EPOCH))
        disk.content(EPOCH, names[1])[:] = b"rot" * 100
        disk.content(EPOCH, names[3])[500] ^= 1
        del disk.content(EPOCH, names[-1])[-3:]
        return disk

    disk = damaged()
    before = len(disk.calls)
    spool = open_spool(disk)
    expected = readings(spool), list(named(spool)), spool.next
    for calls in range(len(disk.calls) - before):
        cut = damaged()
        cut.cut_in = calls
        with pytest.raises(PowerCut):
            open_spool(cut)
        again = open_spool(cut.after_cut())
        assert (readings(again), list(named(again)), again.next) == expected


def test_old_boots_stay_known_as_long_as_their_records_wait() -> None:
    disk = MemoryDisk(allocates=False)
    for boot in range(5):
        spool = open_spool(disk, boot=boot)
        spool.append([Anchor(5, 1_000 + boot, 0, AnchorKind.NTP), reading(7)])
        spool.close()
    spool = open_spool(disk, boot=5)
    for number in range(60):
        spool.append([reading(number)])
    assert dict(spool.boots) == dict(enumerate(BOOTS[:6]))
    seal(spool, 11, 60)
    spool.receive(EPOCH, [(11, 60)])
    spool.make_free(1 << 20)
    spool.close()
    spool = open_spool(disk, boot=6)
    assert dict(spool.boots) == dict(enumerate(BOOTS[:7]))
    assert [located.boot for located in spool.records(1, 12)] == [0, 1, 2, 3, 4, 5]
    assert spool.last_known(3).wall_ns == 1_005


def test_records_whose_seal_has_rotted_may_have_been_sealed_and_are_received_when_named() -> None:
    disk = MemoryDisk(allocates=False)
    spool = open_spool(disk, limits=WIDE)
    spool.append([reading(1), reading(2)])
    before = len(disk.content(EPOCH, FIRST))
    seal(spool, 1, 2)
    disk.content(EPOCH, FIRST)[before + 60] ^= 1
    spool.append([reading(3)])
    spool = open_spool(disk.after_cut(), limits=WIDE)
    assert list(spool.may_have_sealed) == [(1, 4)]
    assert spool.unsealed() == [(1, 6)]
    assert spool.receive(EPOCH, [(1, 2)]) == 2
    assert (list(spool.may_have_sealed), spool.unsealed(), list(spool.received)) == ([(3, 4)], [(3, 6)], [(1, 2)])


def test_flip_in_the_entry_of_the_first_group_costs_none_of_its_entries() -> None:
    disk, _ = three_groups()
    content = disk.content(EPOCH, FIRST)
    first_group = survey(bytes(content), bytes.fromhex(EPOCH)).groups[1].offset
    content[first_group + 12] ^= 1
    whole, _ = three_groups()
    wanted = entries(open_spool(whole, limits=WIDE).scan())
    assert entries(open_spool(disk, limits=WIDE).scan()) == wanted
    disk, _ = three_groups()
    content = disk.content(EPOCH, FIRST)
    content[survey(bytes(content), bytes.fromhex(EPOCH)).groups[0].offset + 12] ^= 1
    assert entries(open_spool(disk, limits=WIDE).scan()) == wanted


def test_flip_in_a_dictionary_entry_that_comes_again_costs_nothing() -> None:
    disk, _ = three_groups()
    content = disk.content(EPOCH, FIRST)
    data = bytes(content)
    offsets = survey(data, bytes.fromhex(EPOCH)).offsets
    content[next(at for at in offsets if entry_name(data, at)[0] == EntryType.SENSOR) + 20] ^= 1
    assert readings(open_spool(disk, limits=WIDE)) == BEFORE + LAST
    assert open_spool(disk, limits=WIDE).unsealed() == [(1, 9)]
