"""A process that was killed leaves things that only the system knows; a power cut later must not take them back.

What a start has found may be sealed and sent. Were it gone after that, its numbers would be given out twice.
"""

import pytest

from gateway.spool import BootNote
from tests.gateway.spool.memory_disk import MemoryDisk, PowerCut
from tests.gateway.spool.world import EPOCH, LIMITS, edge, entries, filled, open_spool, reading, seal


@pytest.mark.parametrize("readings", range(10, 20))
def test_what_a_start_finds_after_a_kill_outlives_a_power_cut(readings: int) -> None:
    for calls in range(12):  # a group in the old segment takes 2, one in a new segment up to 9
        for seed in range(8):
            disk = MemoryDisk(seed)
            spool = open_spool(disk)
            filled(spool, readings)
            disk.cut_in = calls
            try:
                spool.append([edge(10**6), reading(10**6 + 1)])
            except PowerCut:
                disk.power_on()
            disk.cut_in = None
            spool = open_spool(disk)
            spool.append([reading(10**6 + 2)])
            found = entries(spool.scan())
            assert entries(open_spool(disk.after_cut()).scan()) == found


def test_first_start_that_was_killed_leaves_nothing_undone() -> None:
    for calls in range(12):
        for seed in range(8):
            disk = MemoryDisk(seed)
            disk.cut_in = calls
            try:
                open_spool(disk)
            except PowerCut:
                disk.power_on()
            disk.cut_in = None
            open_spool(disk).append([reading(1)])
            assert [entry for _, entry in entries(open_spool(disk.after_cut()).scan())] == [reading(1)]


@pytest.mark.parametrize("seed", range(10))
def test_receipts_of_segments_that_went_outlive_a_power_cut(seed: int) -> None:
    disk = MemoryDisk(seed)
    spool = open_spool(disk)
    filled(spool, 10)
    spool.append([edge(10**9)])  # keeps its segment, while those before it go
    filled(spool, 10, start_ns=10**5)
    seal(spool, 1, 40)
    filled(spool, 20, start_ns=10**7)
    spool.receive(EPOCH, [(1, 40)])
    assert spool.make_free(LIMITS.bytes_max)
    assert 1 < spool.lowest < 40
    assert spool.unsealed() == [(41, 80)]
    spool = open_spool(disk.after_cut())
    assert (list(spool.received), spool.unsealed(), spool.unreceived) == ([(1, 40)], [(41, 80)], 40)


def test_seal_stays_while_records_of_its_pack_stay() -> None:
    spool = open_spool(MemoryDisk())
    spool.append([edge(10**9)])  # keeps the first segment
    filled(spool, 20)
    for number in range(100):
        if number == 50:
            made = seal(spool, 1, 40)
        spool.append([BootNote(10**6 + number, 0)])
    filled(spool, 20, start_ns=10**7)
    spool.receive(EPOCH, [(1, 40)])
    assert spool.make_free(LIMITS.bytes_max)
    assert spool.lowest == 1
    assert made in [entry for _, entry in entries(spool.scan())]
