"""Where a gateway was, by its spool."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from gateway.spool import Edge, Entry, RealDisk, Spool
from gateway.spool.entries import SensorSettings
from gateway.spool_limits import limits_of
from simulators.county.left_off import left_off
from tests.simulators.county.street import BOOT, config

LATER = UUID(int=8)
SETTINGS = SensorSettings("loop", "loop", 60_000, bytes(8), "")


def lived(folder: Path, boot: UUID, entries: Sequence[Entry]) -> None:
    """A boot that put these into the spool."""
    given = config(folder)
    spool = Spool.open(
        RealDisk(given.spool), given.gateway, boot, limits=limits_of(given), new_epoch=lambda: "5f0c2a9e41d07b36"
    )
    spool.define([SETTINGS])
    spool.append(entries)
    spool.close()


def test_left_off_where_there_is_no_spool_nothing_is_known(tmp_path: Path) -> None:
    assert left_off(config(tmp_path), [BOOT]) is None


def test_left_off_of_other_boots_nothing_is_known(tmp_path: Path) -> None:
    lived(tmp_path, UUID(int=99), [Edge("loop", 900, True)])
    assert left_off(config(tmp_path), [BOOT]) is None


def test_left_off_is_the_newest_clock_of_the_last_boot(tmp_path: Path) -> None:
    lived(tmp_path, UUID(int=99), [Edge("loop", 9_000, True)])
    lived(tmp_path, BOOT, [Edge("loop", 100, True), Edge("loop", 300, False)])
    assert left_off(config(tmp_path), [BOOT, LATER]) == (0, 300)
    lived(tmp_path, LATER, [Edge("loop", 700, True)])
    assert left_off(config(tmp_path), [BOOT, LATER]) == (1, 700)
