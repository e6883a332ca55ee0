"""Spools of several epochs on one disk: a new one is begun whole or not at all, and old ones drain."""

import errno
from contextlib import suppress
from itertools import count

import pytest

from gateway.spool import Epochs, SpoolFull, SpoolLimits, SpoolUnwritable
from gateway.spool.folders import current_epoch, draining
from tests.gateway.spool.memory_disk import MemoryDisk, PowerCut
from tests.gateway.spool.world import ANCHOR, BOOTS, GATEWAY, LIMITS, SENSORS, edge, entries, reading, seal

NAMES = [f"{number:016x}" for number in (7, 3, 9, 1, 8, 2)]


class FailingDisk(MemoryDisk):
    """Fails twice on end in a call, after so many of its name that work."""

    def __init__(self) -> None:
        super().__init__()
        self.fails_in: dict[str, int] = {}

    def step(self, call: str) -> None:
        if call in self.fails_in:
            self.fails_in[call] -= 1
            if self.fails_in[call] in {-1, -2}:
                raise OSError(errno.EIO, "EIO")
        super().step(call)


def open_epochs(disk: MemoryDisk, boot: int = 0, limits: SpoolLimits = LIMITS) -> Epochs:
    taken = count(len(disk.folders()))
    opened = Epochs.open(disk, GATEWAY, BOOTS[boot], limits=limits, new_epoch=lambda: NAMES[next(taken)])
    opened.define(SENSORS)
    return opened


def test_first_epoch_is_made() -> None:
    opened = open_epochs(MemoryDisk())
    assert (opened.current.epoch, opened.draining) == (NAMES[0], ())
    assert opened.append([reading(1)]) == 1
    assert opened.get(NAMES[0]) is opened.current
    assert opened.get(NAMES[1]) is None


def test_new_epoch_begins_at_one_and_the_old_one_drains() -> None:
    disk = MemoryDisk()
    opened = open_epochs(disk)
    opened.append([ANCHOR, edge(1), reading(2)])
    old = opened.current
    new = opened.begin([reading(3)], [ANCHOR, edge(4, observed=True)])
    assert opened.current is new
    assert opened.draining == (old,)
    assert (old.next, new.next, opened.append([reading(5)])) == (5, 1, 1)
    seal(old, 1, 4)
    opened.receive(old.epoch, [(1, 4)])
    assert (old.unreceived, opened.unreceived) == (0, 2)
    opened.close()
    again = open_epochs(disk, boot=1)
    assert [spool.epoch for spool in again.all] == NAMES[:2]
    assert [entry for _, entry in entries(again.current.scan())] == [ANCHOR, edge(4, observed=True), reading(5)]
    assert list(again.draining[0].received) == [(1, 4)]


def test_epochs_drain_in_the_order_in_which_they_were_left() -> None:
    disk = MemoryDisk()
    opened = open_epochs(disk)
    for number in range(4):
        opened.begin([reading(number)], [])
    assert [spool.epoch for spool in opened.all] == NAMES[:5]
    opened.close()
    assert [spool.epoch for spool in open_epochs(disk).all] == NAMES[:5]


@pytest.mark.parametrize("killed", [True, False])
@pytest.mark.parametrize("cut_in", range(30))
def test_cut_while_an_epoch_begins_leaves_one_that_is_written(cut_in: int, killed: bool) -> None:
    disk = MemoryDisk(seed=cut_in)
    opened = open_epochs(disk)
    opened.append([ANCHOR, reading(1)])
    disk.cut_in = cut_in
    with suppress(PowerCut):
        opened.begin([reading(2)], [ANCHOR, edge(3, observed=True)])
    if killed:
        disk.power_on()
    else:
        disk = disk.after_cut()
    again = open_epochs(disk)
    found = [entry for spool in again.all for _, entry in entries(spool.scan())]
    assert found[:2] == [ANCHOR, reading(1)]
    assert again.current.epoch == current_epoch(disk)
    assert {spool.epoch for spool in again.all} == {name for name in disk.folders() if not name.endswith(".tmp")}
    again.append([reading(9)])
    assert entries(again.current.scan())[-1][1] == reading(9)
    assert all(spool.epoch in draining(disk) or spool.next == 1 for spool in again.draining)


@pytest.mark.parametrize("call", ["create", "write", "sync", "rename", "sync_folder", "make_folder"])
@pytest.mark.parametrize("at", range(5))
def test_epoch_that_cannot_be_begun_leaves_the_old_one_current_after_a_restart_too(call: str, at: int) -> None:
    disk = FailingDisk()
    opened = open_epochs(disk)
    opened.append([ANCHOR, reading(1)])
    old = opened.current
    disk.fails_in[call] = at
    with suppress(SpoolUnwritable):
        opened.begin([], [])
    disk.fails_in.clear()
    if opened.current is old:
        opened.append([edge(3)])  # of an interval that a drained epoch would never close
    assert open_epochs(disk).current.epoch == opened.current.epoch


def test_drained_epoch_goes_when_space_is_needed_and_before_anything_else() -> None:
    disk = MemoryDisk()
    limits = SpoolLimits(8 * 1024, 1024, reserve_bytes=0)
    opened = open_epochs(disk, limits=limits)
    for number in range(40):
        opened.append([reading(number)])
    old = opened.current
    opened.begin([], [])
    with pytest.raises(SpoolFull):
        for number in range(200):
            opened.append([reading(number)])
    assert opened.used_bytes <= 8 * 1024
    seal(old, 1, 80)
    opened.receive(old.epoch, [(1, 80)])
    for number in range(30):
        opened.append([reading(number)])
    assert opened.draining == ()
    assert disk.folders() == [opened.current.epoch]
    assert opened.current.lowest == 1


def test_anchor_reaches_an_old_epoch_whose_records_wait_for_the_time() -> None:
    opened = open_epochs(MemoryDisk())
    opened.append([reading(1)])
    old = opened.current
    opened.begin([], [])
    opened.append([ANCHOR])
    assert old.anchors(old.boot) == [ANCHOR]


@pytest.mark.parametrize("killed", [True, False])
@pytest.mark.parametrize("cut_in", range(16))
def test_cut_while_a_drained_epoch_goes_brings_none_of_it_back(cut_in: int, killed: bool) -> None:
    disk = MemoryDisk(seed=cut_in)
    opened = open_epochs(disk)
    opened.append([reading(1)])
    old = opened.current
    opened.begin([], [])
    opened.append([reading(2)])
    seal(old, 1, 2)
    opened.receive(old.epoch, [(1, 2)])
    current = opened.current.epoch
    assert old.epoch > current  # by name it would come last
    disk.cut_in = cut_in
    with suppress(PowerCut):
        opened.current.make_free(1 << 30)
    if killed:
        disk.power_on()
    else:
        disk = disk.after_cut()
    again = open_epochs(disk)
    assert (again.current.epoch, again.current.next) == (current, 3)
    assert all(spool.next == 3 for spool in again.draining)
    assert [folder for folder in disk.folders() if folder.endswith(".gone")] == []
