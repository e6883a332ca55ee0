"""Times of one sensor rise, whatever anchor comes between two seals."""

from pathlib import Path
from uuid import UUID

from gateway.anchors.rising import RisingTimes
from gateway.anchors.times import sealed_time_us
from gateway.spool import (
    Anchor,
    AnchorKind,
    Located,
    Measured,
    ReadingEntry,
    RealDisk,
    SensorSettings,
    Spool,
    SpoolLimits,
)
from gateway.uplink.packer import Packer

S = 1_000_000_000
WALL = 1_764_000_000 * S
SLOW = Anchor(0, WALL, 850_000_000, AnchorKind.RECEIPT)
BETTER = Anchor(1_050_000_000, WALL + 230_000_000, 1_000_000, AnchorKind.RECEIPT)
"""Within the error of the slow one, and 0.82 s behind it."""

STEPPED = Anchor(1_050_000_000, WALL - 3_600 * S, 1_000_000, AnchorKind.NTP)
SETTINGS = SensorSettings("d", "detector", 1_000, b"settings")


def at(clock_ns: int) -> Located:
    return Located(1, 0, ReadingEntry("d", clock_ns, (Measured("actuation_count", 1.0),)), SETTINGS)


def test_time_that_would_come_twice_is_given_by_the_anchor_before() -> None:
    first, second = at(S), at(2 * S)
    assert sealed_time_us((SLOW,), S, 1_000) == sealed_time_us((BETTER,), 2 * S - 80_000_000, 1_000)
    rising = RisingTimes()
    assert rising.anchors([first], (SLOW,)) == (SLOW,)
    rising.note([first], (SLOW,))
    again = at(2 * S - 80_000_000)
    assert rising.anchors([again], (BETTER,)) == (SLOW,)
    assert rising.anchors([at(3 * S)], (BETTER,)) == (BETTER,)
    assert rising.anchors([second], (STEPPED,)) == (STEPPED,)


def test_times_rise_over_a_restart_too(tmp_path: Path) -> None:
    def opened() -> Spool:
        limits = SpoolLimits(1 << 24, reserve_bytes=0)
        spool = Spool.open(RealDisk(tmp_path), "g", UUID(int=1), limits=limits, new_epoch=lambda: "0" * 16)
        spool.define([SETTINGS])
        return spool

    spool = opened()
    spool.append([SLOW, at(S).entry])
    assert Packer(spool, "g").oldest(spool.next) is not None
    spool.receive(spool.epoch, [(1, 1)])
    spool.close()
    spool = opened()
    spool.append([BETTER, at(2 * S - 80_000_000).entry])
    assert Packer(spool, "g").oldest(spool.next) is not None
    assert [seal.anchors for seal in spool.open_seals.values()] == [(SLOW,)]
    spool.close()


def test_older_record_is_sealed_as_chosen() -> None:
    rising = RisingTimes()
    rising.note([at(5 * S)], (SLOW,))
    assert rising.anchors([at(S)], (BETTER,)) == (BETTER,)
