"""Tests of the DuckDB store's file: full, locked, read only, killed."""

import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cloud.stores.duck import DuckStore, StoreLocked
from cloud.stores.protocol import Fate, Kept, Outcome, Query, StoreUnavailable
from sensorhub.errors import AskedWrong
from tests.cloud.stores.packs import EPOCH, GATEWAY, pack, reading, readings

_WRITER = """
import sys
from pathlib import Path
from cloud.stores.duck import DuckStore
from tests.cloud.stores.packs import pack, readings

store = DuckStore(Path(sys.argv[1]))
first = 1
while True:
    store.write([pack(readings(50, first=first), first=first), pack(readings(50, first=first + 50), first=first + 50)])
    first += 100
    print(first - 1, flush=True)
"""


@contextmanager
def _files_at_most(size_bytes: int) -> Iterator[None]:
    """As on a full disk: no file of this process grows beyond this."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_full_disk_stores_nothing_and_the_same_group_goes_in_later(tmp_path: Path) -> None:
    store = DuckStore(tmp_path)
    store.write([pack(readings(100))])
    group = [pack(readings(1_000, first=1_001), first=1_001), pack(readings(500, first=2_001), first=2_001)]
    log = tmp_path / "readings.duckdb.wal"
    with _files_at_most(log.stat().st_size + 4_096):
        for _ in range(2):
            with pytest.raises(StoreUnavailable, match=r"readings\.duckdb cannot be used: .* Make room"):
                store.write(group)
            assert store.kept(GATEWAY, EPOCH, 1, 10_000) == Kept(((1, 100),), ())
            assert len(list(store.read(Query()))) == 100
    assert store.write(group) == [Outcome(Fate.STORED, ())] * 2
    store.close()
    again = DuckStore(tmp_path)
    assert len(list(again.read(Query()))) == 1_600
    assert again.kept(GATEWAY, EPOCH, 1, 10_000) == Kept(((1, 100), (1_001, 2_500)), ())
    again.close()


def test_full_disk_at_the_start_is_said_and_leaves_a_folder_that_can_be_used_later(tmp_path: Path) -> None:
    with _files_at_most(0), pytest.raises(StoreUnavailable, match="Make room on its disk"):
        DuckStore(tmp_path)
    store = DuckStore(tmp_path)
    assert store.write([pack(readings(10))]) == [Outcome(Fate.STORED, ())]
    store.close()


def test_killed_writer_leaves_every_group_it_told_of_and_none_in_part(tmp_path: Path) -> None:
    told = 0
    with subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            told = int(line)
            if told >= 500:
                break
        writer.send_signal(signal.SIGKILL)
        writer.stdout.read()
    for read_only in (True, False):
        store = DuckStore(tmp_path, read_only=read_only)
        ((first, last),) = store.kept(GATEWAY, EPOCH, 1, 10**6).stored
        assert first == 1
        assert last >= told
        assert last % 100 == 0
        assert len(list(store.read(Query()))) == last
        store.close()


def test_reader_without_a_hub_makes_no_file_and_changes_none(tmp_path: Path) -> None:
    store = DuckStore(tmp_path)
    store.write([pack(readings(100))])
    store.close()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    reader = DuckStore(tmp_path, read_only=True)
    assert len(list(reader.read(Query()))) == 100
    assert reader.kept(GATEWAY, EPOCH, 1, 1_000) == Kept(((1, 100),), ())
    with pytest.raises(StoreUnavailable):
        reader.write([pack(readings(1), first=500)])
    reader.close()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_reader_of_a_folder_without_readings_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(AskedWrong, match=r"There is no readings\.duckdb"):
        DuckStore(tmp_path, read_only=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("read_only", [True, False])
def test_locked_file_names_the_process(tmp_path: Path, read_only: bool) -> None:
    with subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        with pytest.raises(StoreLocked, match=f"in use by process {writer.pid}"):
            DuckStore(tmp_path, read_only=read_only)
        writer.kill()
        writer.stdout.read()


def test_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "readings.duckdb").write_bytes(b"no database" * 1_000)
    with pytest.raises(StoreUnavailable, match="not a valid DuckDB"):
        DuckStore(tmp_path)


def test_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"readings\.duckdb cannot be used"):
        DuckStore(tmp_path / "nowhere")


def test_store_id_is_another_at_each_start(tmp_path: Path) -> None:
    first = DuckStore(tmp_path)
    first.close()
    second = DuckStore(tmp_path)
    assert first.id != second.id
    second.close()


def test_many_scattered_ranges_are_checked_quickly_after_a_restart(tmp_path: Path) -> None:
    store = DuckStore(tmp_path)
    for k in range(0, 20_000, 1_000):
        store.write([pack([reading()], first=1 + 2 * (k + i)) for i in range(1_000)])
    store.close()
    again = DuckStore(tmp_path)
    assert len(again.kept(GATEWAY, EPOCH, 1, 10**6).stored) == 20_000
    assert again.write([pack([reading()], first=2)]) == [Outcome(Fate.STORED, ())]
    assert again.write([pack([reading()] * 2, first=4)]) == [Outcome(Fate.CONFLICT, ((4, 5),))]
    assert again.kept(GATEWAY, EPOCH, 1, 5) == Kept(((1, 3), (5, 5)), ())
    again.close()
