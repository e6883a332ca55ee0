"""Room in the spool: what may go when space is needed, and what must stay."""

import errno

import pytest

from gateway.spool import (
    BootNote,
    MarkerEntry,
    Seal,
    SpoolFull,
    SpoolLimits,
)
from tests.gateway.spool.memory_disk import MemoryDisk
from tests.gateway.spool.world import (
    ANCHOR,
    EPOCH,
    LIMITS,
    edge,
    entries,
    filled,
    open_spool,
    reading,
    seal,
)


def test_segments_go_oldest_first_when_received_and_room_is_needed() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk, limits=SpoolLimits(8 * 1024, 1024, reserve_bytes=0))
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
    spool = open_spool(MemoryDisk(), limits=SpoolLimits(8 * 1024, 1024, reserve_bytes=0))
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
    spool.make_free(LIMITS.bytes_max)
    assert [entry for _, entry in entries(spool.scan()) if entry in edges] == edges
    spool.receive(EPOCH, [(1, 2)])
    spool.make_free(LIMITS.bytes_max)
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
    assert spool.make_free(LIMITS.bytes_max) == 0


def test_records_of_a_pack_stay_until_the_pack_is_received_whole() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    filled(spool, 100)
    made = seal(spool, 1, 200)
    spool.receive(EPOCH, [(1, 150)])
    assert spool.make_free(LIMITS.bytes_max) == 0
    spool = open_spool(disk.after_cut())
    assert spool.open_seals == {1: made}
    assert spool.findings == ()


def test_highest_sequence_never_goes() -> None:
    spool = open_spool(MemoryDisk())
    filled(spool, 30)
    seal(spool, 1, 60)
    spool.receive(EPOCH, [(1, 60)])
    for number in range(100):
        spool.append([BootNote(10**6 + number, 0)])
    spool.make_free(LIMITS.bytes_max)
    assert spool.lowest < 60
    assert spool.records(59, 60)


def test_newest_anchor_of_records_not_yet_sent_stays() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    spool.append([ANCHOR])
    filled(spool, 100)
    seal(spool, 1, 60)
    spool.receive(EPOCH, [(1, 60)])
    spool.make_free(LIMITS.bytes_max)
    spool.close()
    spool = open_spool(disk, boot=1)
    assert spool.lowest > 1
    assert spool.anchors(0) == [ANCHOR]


def test_anchor_and_newest_reading_of_a_boot_stay_while_readings_of_its_edges_are_owed() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    spool.append([ANCHOR])
    filled(spool, 100)
    spool.append([edge(200_000)])
    seal(spool, 1, 200)
    spool.receive(EPOCH, [(1, 200)])
    spool.close()
    spool = open_spool(disk, boot=1)
    spool.settle_earlier({(0, "detector-1")})  # there was no room for its reading
    filled(spool, 20)
    spool.make_free(1)
    while spool.freeable_bytes:
        spool.make_free(1)
    spool.close()
    spool = open_spool(disk, boot=2)
    found = [sequence for sequence, _ in entries(spool.scan())]
    assert (99 in found, 199 in found, spool.anchors(0)) == (False, True, [ANCHOR])
    spool.make_free(LIMITS.bytes_max)  # where nothing else makes room
    spool.close()
    spool = open_spool(disk, boot=3)
    assert (spool.lowest > 1, spool.anchors(0)) == (True, [ANCHOR])
    spool.append([reading(200_000, boot=0)])
    spool.append([Seal(1, 201, 40, (ANCHOR,)), Seal(0, 241, 2, (ANCHOR,))])
    spool.receive(EPOCH, [(201, 242)])
    filled(spool, 60)
    spool.make_free(LIMITS.bytes_max)
    spool.close()
    assert not open_spool(disk, boot=4).anchors(0)


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
    disk = MemoryDisk(room=6 * 1024)
    spool = open_spool(disk)
    with pytest.raises(SpoolFull):
        filled(spool, 1_000)
    following = spool.next
    disk.room = None
    assert spool.append([reading(10**6)]) == following


@pytest.mark.parametrize(("bytes_max", "segment_bytes"), [(4095, 1024), (1 << 20, 1023)])
def test_limits_too_small_are_refused(bytes_max: int, segment_bytes: int) -> None:
    with pytest.raises(ValueError, match="segment"):
        SpoolLimits(bytes_max, segment_bytes)


def test_rest_of_a_pack_that_went_in_part_is_sealed_anew_when_it_is_wanted_again() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    filled(spool, 30)
    seal(spool, 1, 60)
    spool.receive(EPOCH, [(1, 60)])
    spool.make_free(1)
    lowest = spool.lowest
    assert 1 < lowest < 60
    assert spool.unreceive(EPOCH, [(1, 60)]) == 61 - lowest
    assert spool.unsealed() == [(lowest, 60)]
    seal(spool, lowest, 60)
    assert list(spool.open_seals) == [lowest]
    spool.close()
    spool = open_spool(disk)
    assert (list(spool.open_seals), spool.unsealed(), spool.findings) == ([lowest], [], ())
    assert not [located for located in spool.scan() if isinstance(located.entry, MarkerEntry)]


def test_reading_stays_while_the_edges_that_it_was_made_of_stay() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    spool.append([edge(500), reading(600, sensor="detector-2")])  # 1-2 wait for their receipt
    filled(spool, 60, start_ns=0)
    filled(spool, 20, start_ns=10**6)
    spool.append([reading(10**7, sensor="detector-2")])
    last = spool.next - 1
    for first in range(1, last, 2):
        seal(spool, first, first + 1)
    spool.receive(EPOCH, [(3, last)])
    spool.make_free(LIMITS.bytes_max)
    found = [entry for _, entry in entries(spool.scan())]
    assert edge(500) in found
    assert reading(1_000) in found
    spool.receive(EPOCH, [(1, 2)])
    spool.make_free(LIMITS.bytes_max)
    found = [entry for _, entry in entries(spool.scan())]
    assert not (edge(500) in found or reading(1_000) in found)
