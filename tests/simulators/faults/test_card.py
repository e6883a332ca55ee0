"""A card that is full, or without power."""

import errno
from pathlib import Path

import pytest

from gateway.spool.disk import ROOT
from simulators.faults.card import FaultyCard

MIB = 1024 * 1024


@pytest.fixture
def card(tmp_path: Path) -> FaultyCard:
    made = FaultyCard(tmp_path)
    made.make_folder("epoch")
    return made


def test_card_that_is_well_is_a_disk(card: FaultyCard) -> None:
    file = card.create("epoch", "a")
    file.allocate(8)
    file.write(0, b"whole")
    file.sync()
    file.truncate(5)
    file.close()
    card.rename("epoch", "a", "b")
    card.sync_folder("epoch")
    assert card.files("epoch") == {"b": 5}
    assert card.read("epoch", "b", 0, 9) == b"whole"
    assert card.free_bytes() > 0
    card.remove("epoch", "b")
    assert card.files("epoch") == {}


def test_card_gives_room_ahead_its_length_and_no_blocks(card: FaultyCard, tmp_path: Path) -> None:
    file = card.create("epoch", "a")
    file.allocate(8 * MIB)
    file.write(0, b"whole")
    file.allocate(4)  # it has more already
    file.sync()
    file.close()
    again = card.open("epoch", "a")
    again.allocate(MIB)
    again.close()

    assert card.files("epoch") == {"a": 8 * MIB}
    assert card.read("epoch", "a", 0, 7) == b"whole\0\0"
    assert (tmp_path / "epoch" / "a").stat().st_blocks * 512 < MIB


def test_card_that_is_full_takes_no_more_and_lets_go(card: FaultyCard) -> None:
    file = card.create("epoch", "a")
    file.write(0, b"before")
    card.full = True
    assert card.free_bytes() == 0
    for refused in (
        lambda: file.write(6, b"more"),
        lambda: file.allocate(100),
        lambda: card.create("epoch", "b"),
        lambda: card.make_folder("other"),
        lambda: card.rename("epoch", "a", "b"),
    ):
        with pytest.raises(OSError) as caught:
            refused()
        assert caught.value.errno == errno.ENOSPC
    file.sync()
    file.truncate(3)
    assert card.read("epoch", "a", 0, 9) == b"bef"
    card.full = False
    card.open("epoch", "a").write(3, b"ore")
    card.full = True
    card.remove("epoch", "a")
    assert card.files("epoch") == {}


def test_card_without_power_keeps_what_it_had(card: FaultyCard) -> None:
    file = card.create("epoch", "a")
    file.write(0, b"before")
    card.cut = True
    for refused in (
        lambda: file.write(0, b"after!"),
        file.sync,
        lambda: file.truncate(0),
        lambda: file.allocate(100),
        lambda: card.create("epoch", "b"),
        lambda: card.remove("epoch", "a"),
        lambda: card.rename(ROOT, "epoch", "other"),
    ):
        with pytest.raises(OSError) as caught:
            refused()
        assert caught.value.errno == errno.EIO
    file.close()
    assert card.read("epoch", "a", 0, 9) == b"before"
