"""A spool that is full, by its limit, by the disk or by age: what goes, what says so, and what stays."""

import errno
from collections.abc import Iterator

import pytest

from gateway.spool import Anchor, AnchorKind, BootNote, MarkerEntry, Spool, SpoolFull, SpoolLimits
from gateway.spool.reserve import RESERVE_NAME
from gateway.spool.room import WhenFull
from sensorhub.ranges import RangeSet
from tests.gateway.spool.memory_disk import MemoryDisk, PowerCut
from tests.gateway.spool.world import ANCHOR, EPOCH, edge, entries, filled, open_spool, reading, seal, segment_names

S = 1_000_000_000
DROPPING = SpoolLimits(8 * 1024, 1024, when_full="drop_oldest", reserve_bytes=0)


def named(spool: Spool, reason: str) -> RangeSet:
    """The sequences that markers name with this reason."""
    found = RangeSet()
    for located in spool.scan():
        if isinstance(located.entry, MarkerEntry) and located.entry.text.endswith(reason):
            first, _, last = located.entry.text.partition(" ")[0].partition("-")
            found.add(int(first), int(last))
    return found


def numbers(spool: Spool) -> RangeSet:
    return RangeSet((located.sequence, located.last) for located in spool.scan() if located.sequence)


def test_full_spool_that_drops_the_oldest_takes_the_newest_and_names_what_went() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk, limits=DROPPING)
    filled(spool, 500)
    assert spool.used_bytes <= 8 * 1024
    dropped, kept = named(spool, "spool-full"), numbers(spool)
    # Older markers went with their segments, and newer ones name them in turn.
    assert not any(kept.within(first, last) for first, last in dropped)
    assert dropped.missing(1, spool.lowest - 1) == []
    assert kept.missing(spool.lowest, spool.next - 1) == []
    following = spool.next
    spool = open_spool(disk.after_cut(), limits=DROPPING)
    assert (spool.next, spool.findings) == (following, ())


def test_dropped_records_are_whole_packs() -> None:
    spool = open_spool(MemoryDisk(), limits=DROPPING)
    filled(spool, 40)
    made = seal(spool, 1, 80)
    while spool.lowest == 1:
        spool.append([reading(10**6)])
    assert spool.lowest == 81
    assert made.first not in spool.open_seals
    assert named(spool, "spool-full").covers(1, 80)
    assert spool.unsealed()[0][0] == 81


def test_received_records_go_without_a_marker() -> None:
    spool = open_spool(MemoryDisk(), limits=DROPPING)
    for number in range(300):
        first = spool.append([reading(1_000 * number)])
        seal(spool, first, first + 1)
        spool.receive(EPOCH, [(first, first + 1)])
    assert not named(spool, "spool-full")


@pytest.mark.parametrize("cut_in", range(40))
def test_cut_while_dropping_neither_loses_in_silence_nor_brings_back(cut_in: int) -> None:
    disk = MemoryDisk(seed=cut_in)
    spool = open_spool(disk, limits=DROPPING)
    filled(spool, 30)
    seal(spool, 1, 50)
    filled(spool, 15, start_ns=10**6)
    accepted = spool.next - 1
    disk.cut_in = cut_in
    try:
        for _ in range(20):
            spool.append([reading(10**7)])
            accepted = spool.next - 1
    except PowerCut:
        pass
    spool = open_spool(disk.after_cut(), limits=DROPPING)
    there, dropped = numbers(spool), named(spool, "spool-full")
    assert not [gap for gap in there.missing(1, accepted) if dropped.missing(*gap)]
    for first, last in spool.unsealed():
        assert not dropped.within(first, last)


def test_newest_anchor_is_carried_over_before_its_segment_goes() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk, limits=DROPPING)
    spool.append([ANCHOR])
    filled(spool, 500)
    assert spool.lowest > 1
    spool.close()
    spool = open_spool(disk, boot=1, limits=DROPPING)
    assert spool.anchors(0)[-1] == Anchor(1_000, 1_764_000_000_000_000_000, 5_000_000, AnchorKind.NTP)
    filled(spool, 20)
    spool.close()
    spool = open_spool(disk, boot=2, limits=DROPPING)
    assert spool.anchors(0)[-1] == ANCHOR


def test_records_older_than_the_age_go_with_markers() -> None:
    limits = SpoolLimits(1 << 20, 1024, age_max_s=1_000.0, reserve_bytes=0)
    disk = MemoryDisk()
    spool = open_spool(disk, limits=limits)
    filled(spool, 100)
    spool.append([BootNote(900 * S, 0)])
    assert spool.lowest == 1
    spool.close()
    spool = open_spool(disk, boot=1, limits=limits)  # the time between two boots is not known, and not counted
    spool.append([BootNote(90 * S, 0)])
    assert spool.lowest == 1
    spool.append([BootNote(110 * S, 0)])
    assert spool.lowest > 1
    assert named(spool, "too-old").missing(1, spool.lowest - 1) == []


RESERVED = 4 * 1024


def limits_of(when_full: WhenFull) -> SpoolLimits:
    return SpoolLimits(1 << 20, 1024, when_full=when_full, reserve_bytes=RESERVED)


@pytest.fixture
def full() -> Iterator[tuple[MemoryDisk, Spool]]:
    """A disk that something else has filled, and a spool that has found out."""
    disk = MemoryDisk(room=1 << 16)
    spool = open_spool(disk, limits=limits_of("reject_new"))
    filled(spool, 20)
    other = disk.create("", "other")
    other.write(0, bytes(disk.free_bytes()))
    with pytest.raises(SpoolFull, match="no room"):
        filled(spool, 1_000, start_ns=10**6)
    yield disk, spool


def test_full_disk_gives_up_the_reserve_and_refuses_readings(full: tuple[MemoryDisk, Spool]) -> None:
    disk, spool = full
    assert RESERVE_NAME not in disk.files("")
    with pytest.raises(SpoolFull):
        spool.append([edge(10**7)])


def test_full_disk_takes_seals_from_the_room_of_the_reserve(full: tuple[MemoryDisk, Spool]) -> None:
    _, spool = full
    last = spool.next - 1
    for first in range(1, last, 2):
        seal(spool, first, first + 1)
    assert spool.unsealed() == []


def test_full_disk_resumes_without_a_restart(full: tuple[MemoryDisk, Spool]) -> None:
    disk, spool = full
    following = spool.next
    disk.remove("", "other")
    assert spool.append([reading(10**9)]) == following
    assert disk.files("")[RESERVE_NAME] == RESERVED
    filled(spool, 20)


def test_full_disk_resumes_where_a_receipt_frees_a_segment(full: tuple[MemoryDisk, Spool]) -> None:
    _, spool = full
    last = spool.next - 1
    for first in range(1, last, 2):
        seal(spool, first, first + 1)
    spool.receive(EPOCH, [(1, last)])
    assert spool.append([reading(10**9)]) == last + 1


def test_full_disk_at_the_start_is_no_reason_not_to_start(full: tuple[MemoryDisk, Spool]) -> None:
    disk, spool = full
    found = entries(spool.scan())
    again = open_spool(disk.after_cut(), limits=limits_of("reject_new"))
    assert entries(again.scan())[: len(found)] == found


def test_full_disk_with_the_oldest_dropped_goes_on() -> None:
    disk = MemoryDisk(room=1 << 16)
    spool = open_spool(disk, limits=limits_of("drop_oldest"))
    filled(spool, 50)
    disk.create("", "other").write(0, bytes(disk.free_bytes()))
    filled(spool, 200, start_ns=10**6)
    assert spool.lowest > 1
    assert named(spool, "spool-full")


def test_new_segment_without_room_leaves_nothing_half_made() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    disk.errors["allocate"] = [errno.ENOSPC, errno.ENOSPC]
    with pytest.raises(SpoolFull):
        filled(spool, 100)
    assert [name for name in disk.files(EPOCH) if name.endswith(".tmp")] == []


def test_segments_take_their_room_at_once_and_give_the_rest_back() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    filled(spool, 60)
    *ended, newest = segment_names(disk)
    sizes = disk.files(EPOCH)
    assert sizes[newest] == 1024
    assert all(sizes[name] < 1024 for name in ended)
    assert spool.used_bytes == sum(sizes[name] for name in [*ended, newest])


def test_segment_that_reads_back_otherwise_is_counted_and_told(caplog: pytest.LogCaptureFixture) -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    filled(spool, 3)
    disk.content(EPOCH, "000000000001.seg")[200] ^= 1
    filled(spool, 100)
    assert spool.bad_read_backs == 1
    assert "did not read back as it was written" in caplog.text


def test_index_of_a_segment_outlives_that_of_its_neighbours() -> None:
    disk = MemoryDisk()
    spool = open_spool(disk)
    filled(spool, 100)
    for number in range(30):
        if number % 2:
            disk.errors["sync"] = [errno.EIO]  # the newest segment is abandoned: an older one is the last for a while
        first = spool.append([reading(10**6 + number)])
        for other in (1, 21, 61, first):
            assert spool.records(other, other)[0].sequence == other
            assert spool._reader.whole(other, other + 1)


def test_group_without_numbers_does_not_take_back_those_of_the_markers_before_it() -> None:
    spool = open_spool(MemoryDisk(), limits=DROPPING)
    for number in range(400):
        before = spool.next
        spool.append([edge(number)] if number % 3 else [reading(number)])
        assert spool.next >= before
    found = [located.sequence for located in spool.scan() if located.sequence]
    assert len(found) == len(set(found))


def test_anchor_by_which_an_open_interval_began_is_carried_over_too() -> None:
    newer = Anchor(10**7, 1_764_000_000_010_000_000, 5_000_000, AnchorKind.NTP)
    spool = open_spool(MemoryDisk(), limits=DROPPING)
    spool.append([ANCHOR])
    filled(spool, 30)
    spool.append([newer])
    while spool.lowest == 1:
        spool.append([reading(2 * 10**7, sensor="detector-2")])
    anchors = [located.entry for located in spool.scan() if isinstance(located.entry, Anchor)]
    assert sorted(anchors, key=lambda anchor: anchor.clock_ns) == [ANCHOR, newer]
    assert spool.anchors(spool.boot) == [ANCHOR, newer]


def test_edges_of_an_open_interval_are_never_dropped() -> None:
    spool = open_spool(MemoryDisk(), limits=DROPPING)
    spool.append([edge(500)])
    with pytest.raises(SpoolFull):
        for number in range(400):
            spool.append([reading(1_000 + number, sensor="detector-2")])
    assert edge(500) in [entry for _, entry in entries(spool.scan())]
    spool.append([reading(10**6)], closing=True)
    for number in range(400):
        spool.append([reading(10**7 + number, sensor="detector-2")])
    assert edge(500) not in [entry for _, entry in entries(spool.scan())]
