"""Tests of who is named and who was heard."""

import logging
from pathlib import Path

import pytest

from cloud.registry import LOOK_S, NOTE_S, STRANGERS_MAX, Registry
from cloud.stores.protocol import StoreUnavailable
from sensorhub.signing import write_new_key
from tests.cloud.fakes import NOW_US, FakeClock

Note = tuple[str, bool, int, int]


class FakeNotes:
    """Remembers notes; fails while it is told to."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self.failing = False

    def note_gateway(self, gateway: str, *, named: bool, seen_us: int, forgotten: int) -> None:
        if self.failing:
            raise StoreUnavailable("The state database is away.")
        self.notes.append((gateway, named, seen_us, forgotten))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def notes() -> FakeNotes:
    return FakeNotes()


@pytest.fixture
def registry(tmp_path: Path, clock: FakeClock, notes: FakeNotes) -> Registry:
    return Registry(tmp_path, notes, clock.clock)


def test_registry_without_a_folder_names_nobody(tmp_path: Path, clock: FakeClock, notes: FakeNotes) -> None:
    assert Registry(tmp_path / "none", notes, clock.clock).key("a-1") is None


def test_registry_finds_a_new_key_at_its_next_look(tmp_path: Path, registry: Registry, clock: FakeClock) -> None:
    key = write_new_key(tmp_path / "a-1.key")

    assert registry.refresh() == []
    assert registry.key("a-1") is None
    clock.pass_s(LOOK_S)
    assert registry.refresh() == []
    assert registry.key("a-1") == key


def test_registry_forgets_a_key_taken_away_and_tells_whose(
    tmp_path: Path, registry: Registry, clock: FakeClock
) -> None:
    write_new_key(tmp_path / "a-1.key")
    assert registry.look() == ["a-1"]
    (tmp_path / "a-1.key").unlink()

    clock.pass_s(LOOK_S)
    assert registry.refresh() == ["a-1"]
    assert registry.key("a-1") is None
    clock.pass_s(LOOK_S)
    assert registry.refresh() == []


def test_registry_reads_a_key_that_changed(tmp_path: Path, registry: Registry) -> None:
    write_new_key(tmp_path / "a-1.key")
    registry.look()
    (tmp_path / "a-1.key").rename(tmp_path / "old")
    key = write_new_key(tmp_path / "a-1.key")

    registry.look()
    assert registry.key("a-1") == key


def test_registry_with_a_key_open_to_others_names_nobody_and_says_so_once(
    tmp_path: Path, registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    write_new_key(tmp_path / "a-1.key")
    (tmp_path / "a-1.key").chmod(0o644)

    registry.look()
    registry.look()
    assert registry.key("a-1") is None
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "chmod 600" in caplog.text


def test_registry_ignores_files_that_name_no_gateway(
    tmp_path: Path, registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    write_new_key(tmp_path / "Not A Name.key")
    write_new_key(tmp_path / "a-1.txt")

    assert registry.look() == []
    assert "'Not A Name' is no gateway id" in caplog.text


def test_registry_notes_who_was_heard_now_and_then(registry: Registry, clock: FakeClock, notes: FakeNotes) -> None:
    registry.heard("a-1", NOW_US)
    registry.heard("a-1", NOW_US + 1)
    registry.forget("b-2", NOW_US + 2)
    registry.forget("b-2", NOW_US + 3)

    registry.note()
    assert notes.notes == []
    clock.pass_s(NOTE_S)
    registry.note()
    registry.note(now=True)
    assert notes.notes == [("a-1", True, NOW_US + 1, 0), ("b-2", False, NOW_US + 3, 2)]


def test_registry_keeps_its_notes_while_they_cannot_be_written(registry: Registry, notes: FakeNotes) -> None:
    registry.forget("b-2", NOW_US)
    notes.failing = True
    with pytest.raises(StoreUnavailable):
        registry.note(now=True)
    notes.failing = False

    registry.forget("b-2", NOW_US + 1)
    registry.note(now=True)
    assert notes.notes == [("b-2", False, NOW_US + 1, 2)]


def test_registry_lists_no_more_strangers_than_fit(
    registry: Registry, notes: FakeNotes, caplog: pytest.LogCaptureFixture
) -> None:
    listed = [registry.forget(f"x-{number}", NOW_US) for number in range(STRANGERS_MAX + 2)]

    registry.note(now=True)
    assert listed.count(True) == len(notes.notes) == STRANGERS_MAX
    assert caplog.text.count("no more are listed") == 1
