"""The real disk: the same calls as the one in memory, on files."""

from pathlib import Path

import pytest

from gateway.spool import Disk, RealDisk, SpoolInUse, SpoolUnwritable
from gateway.spool.disk import ROOT, write_whole
from tests.gateway.spool.memory_disk import MemoryDisk
from tests.gateway.spool.world import edge, entries, open_spool, reading


@pytest.fixture(params=["real", "memory"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Disk:
    made = RealDisk(tmp_path / "spool") if request.param == "real" else MemoryDisk()
    made.lock()
    made.make_folder("a")
    return made


def test_disk_reads_what_was_written_where_it_was_written(disk: Disk) -> None:
    file = disk.create("a", "file")
    file.write(0, b"0123456789")
    file.write(4, b"xx")
    file.write(12, b"end")
    file.truncate(14)
    file.sync()
    file.close()
    assert disk.read("a", "file", 2, 100) == b"23xx6789\0\0en"
    assert disk.read("a", "file", 4, 2) == b"xx"
    assert disk.read("a", "file", 50, 2) == b""
    assert disk.files("a") == {"file": 14}


def test_disk_refuses_names_that_are_taken_or_missing(disk: Disk) -> None:
    disk.create("a", "file").close()
    with pytest.raises(FileExistsError):
        disk.create("a", "file")
    for call in (disk.open, disk.remove):
        with pytest.raises(FileNotFoundError):
            call("a", "none")
    with pytest.raises(FileNotFoundError):
        disk.read("a", "none", 0, 1)


def test_disk_renames_and_removes(disk: Disk) -> None:
    write_whole(disk, "a", "one", b"1", durable=True)
    write_whole(disk, "a", "one", b"2", durable=False)
    disk.create("a", "two.tmp").close()
    write_whole(disk, "a", "two", b"22", durable=True)
    assert disk.files("a") == {"one": 1, "two": 2}
    disk.rename("a", "two", "one")
    assert disk.read("a", "one", 0, 9) == b"22"
    disk.remove("a", "one")
    disk.rename(ROOT, "a", "b")
    disk.sync_folder("b")
    disk.sync_folder(ROOT)
    assert (disk.folders(), disk.files("b")) == (["b"], {})
    assert disk.free_bytes() > 0


def test_spool_on_files_comes_back_after_closing(tmp_path: Path) -> None:
    spool = open_spool(RealDisk(tmp_path))
    for number in range(100):
        spool.append([edge(number), reading(number)])
    found = entries(spool.scan())
    spool.close()
    again = open_spool(RealDisk(tmp_path))
    assert entries(again.scan()) == found
    assert again.records(99, 100)[0].entry == reading(49)
    assert (tmp_path / again.epoch).stat().st_mode & 0o777 == 0o700
    again.close()


def test_spool_in_use_by_another_is_refused(tmp_path: Path) -> None:
    spool = open_spool(RealDisk(tmp_path))
    with pytest.raises(SpoolInUse, match="another process"):
        open_spool(RealDisk(tmp_path))
    spool.close()
    open_spool(RealDisk(tmp_path)).close()


def test_spool_folder_that_is_a_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("")
    with pytest.raises(SpoolUnwritable, match="cannot be opened"):
        open_spool(RealDisk(tmp_path / "spool"))


def test_spool_that_cannot_be_opened_lets_go_of_its_lock(tmp_path: Path) -> None:
    disk = RealDisk(tmp_path)
    (tmp_path / "5f0c2a9e41d07b36").mkdir()
    (tmp_path / "5f0c2a9e41d07b36" / "000000000001.seg.tmp").mkdir()
    with pytest.raises(SpoolUnwritable):
        open_spool(disk)
    (tmp_path / "5f0c2a9e41d07b36" / "000000000001.seg.tmp").rmdir()
    open_spool(disk).close()
