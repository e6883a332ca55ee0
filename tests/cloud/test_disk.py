"""Tests of the hub's disk: when it is said, when nothing is taken, and when all is well again."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cloud.disk import PLENTY_BYTES, DiskFull, HubDisk, disk_usage
from tests.cloud.model_state import ModelState

SIZE_BYTES = 2**30


@dataclass
class Disk:
    """A disk of 1 GiB, so full as the test says."""

    percent: int = 0
    scale: int = 1
    books: ModelState = field(default_factory=ModelState)

    def usage(self, _folder: Path) -> tuple[int, int]:
        size = SIZE_BYTES * self.scale
        used = -(-size * self.percent // 100)
        return used, size - used

    def hub(self) -> HubDisk:
        return HubDisk(Path("hub"), 80, 90, self.usage)


def refuses(disk: HubDisk) -> bool:
    try:
        disk.check()
    except DiskFull:
        return True
    return False


def test_disk_takes_data_up_to_its_limit_and_again_when_there_is_room() -> None:
    disk = Disk()
    hub = disk.hub()

    answers = []
    for disk.percent in (0, 89, 90, 100, 89, 88, 89, 90):
        answers.append(refuses(hub))
    assert answers == [False, False, True, True, True, False, False, True]


def test_disk_warns_before_it_refuses_and_closes_the_finding(caplog: pytest.LogCaptureFixture) -> None:
    disk = Disk(79)
    hub = disk.hub()
    assert hub.look(disk.books, 1) == ""
    assert disk.books.findings == {}

    disk.percent = 83
    assert "83% full: from 90% on nothing more is taken" in hub.look(disk.books, 1)
    disk.percent = 79
    assert "79% full" in hub.look(disk.books, 2)
    assert disk.books.findings == {("disk", ""): 79}
    assert caplog.text.count("full: from") == 1
    disk.percent = 78
    assert hub.look(disk.books, 3) == ""
    assert disk.books.findings == {}


def test_large_disk_with_plenty_of_room_is_not_full() -> None:
    disk = Disk(95, scale=200 * PLENTY_BYTES // SIZE_BYTES)

    assert not refuses(disk.hub())
    assert disk.hub().look(disk.books, 1) == ""


def test_disk_that_cannot_be_asked_is_left_to_the_store() -> None:
    def broken(_: Path) -> tuple[int, int]:
        raise OSError("gone")

    assert not refuses(HubDisk(Path("hub"), 80, 90, broken))


def test_usage_is_that_of_the_folder(tmp_path: Path) -> None:
    used, free = disk_usage(tmp_path)
    assert used > 0
    assert free > 0
