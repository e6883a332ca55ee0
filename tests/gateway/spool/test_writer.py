"""Writing groups: a disk that refuses, and segments that begin."""

import errno

import pytest

from gateway.spool import (
    MarkerEntry,
    Seal,
    SpoolLimits,
    SpoolUnwritable,
)
from sensorhub.ranges import RangeSet
from tests.gateway.spool.memory_disk import MemoryDisk
from tests.gateway.spool.world import (
    ANCHOR,
    EPOCH,
    edge,
    entries,
    open_spool,
    reading,
    segment_names,
)

FIRST = "000000000001.seg"


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


@pytest.mark.parametrize("seed", range(20))
def test_edges_of_a_failed_write_are_not_read_beside_those_that_replace_it(seed: int) -> None:
    disk = MemoryDisk(seed)
    spool = open_spool(disk)
    spool.append([reading(2)])
    disk.errors["sync"] = [errno.EIO]
    spool.append([edge(3)])  # no number tells that it stands twice, only that of the commit
    spool.append([edge(5)])
    assert entries(open_spool(disk.after_cut()).scan()) == [(1, reading(2)), (0, edge(3)), (0, edge(5))]


def test_rot_before_a_group_that_was_replaced_costs_its_own_group_at_most_and_is_named() -> None:
    """Found by `make chaos-simulated`, seed 386: what was counted as kept could not be read."""

    def abandoned() -> tuple[MemoryDisk, range]:
        disk = MemoryDisk(allocates=False)
        spool = open_spool(disk)
        spool.append([reading(1), reading(2)])
        begin = len(disk.content(EPOCH, FIRST))
        spool.append([reading(3), Seal(0, 1, 4, (ANCHOR,)), reading(4)])
        end = len(disk.content(EPOCH, FIRST))
        disk.errors = {"sync": [errno.EIO], "truncate": [errno.EIO]}  # what failed stays beside what replaces it
        spool.append([reading(5)])
        return disk, range(begin, end)

    for at in abandoned()[1]:
        disk, _ = abandoned()
        disk.content(EPOCH, FIRST)[at] ^= 0x10
        spool = open_spool(disk)
        found = entries(spool.scan())
        kept = RangeSet((first, first + 1) for first, entry in found if first and not isinstance(entry, MarkerEntry))
        lost = [entry.text for _, entry in found if isinstance(entry, MarkerEntry)]
        assert lost == [f"{first}-{last} unreadable" for first, last in kept.missing(1, 10)], f"byte {at}"
        assert kept.covers(1, 4), f"byte {at}"
        assert kept.covers(9, 10), f"byte {at}"
        assert [located.sequence for located in spool.records(1, 10)] == [n for n in (1, 3, 5, 7, 9) if n in kept]
        assert spool.sealed.covers(1, 4) or spool.may_have_sealed.covers(1, 4), f"byte {at}"
        assert entries(open_spool(disk.after_cut()).scan()) == found


def test_large_group_gets_a_segment_of_its_own() -> None:
    spool = open_spool(MemoryDisk(), limits=SpoolLimits(8 << 20, 1024, reserve_bytes=0))
    group = [item for number in range(2_000) for item in (edge(number), reading(number))]
    spool.append([reading(0)])
    assert spool.append(group) == 3
    spool.append([reading(6_000)])
    assert segment_names(spool._disk) == ["000000000001.seg", "000000000003.seg", "000000004003.seg"]
    assert entries(spool.scan())[1:-1] == [
        item for n in range(2_000) for item in ((0, edge(n)), (3 + 2 * n, reading(n)))
    ]
    with pytest.raises(ValueError, match="split it"):
        spool.append([MarkerEntry("rejected", 1, "x" * 1_000)] * 4_200)


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
