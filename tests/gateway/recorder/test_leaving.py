"""Leaving an epoch: what the recorder puts into the old one and into the new one."""

import errno

import pytest

from gateway.spool import Anchor, Edge, ReadingEntry
from tests.gateway.recorder.recorder_rig import WALL, RecorderRig, S, closures, coverage


def begun(rig: RecorderRig) -> RecorderRig:
    """One closure of `a` in the old epoch, which is left at 4.02 s while `a` is closed."""
    rig.edge("a", 1 * S, True)
    rig.edge("a", 2 * S, False)
    rig.edge("a", 4 * S, True)
    rig.commit()
    return rig


def test_leaving_cuts_the_open_intervals_and_none_spans_two_epochs() -> None:
    rig = begun(RecorderRig())
    assert rig.recorder.begin_epoch()
    rig.edge("a", 5 * S, False)
    rig.edge("a", 6 * S, True)
    rig.commit()
    rig.commit(11 * S)
    old, new = rig.spool.all
    assert [located.entry.sensor for located in old.scan() if isinstance(located.entry, ReadingEntry)] == ["a", "b"]
    assert closures(rig, "a") == [(4, 2.0), (10, 1.0)]
    assert coverage(rig, "a") == {4: pytest.approx(40.2), 10: pytest.approx(59.8)}
    opening = [located.entry for located in new.scan() if isinstance(located.entry, Anchor | Edge)][:3]
    assert isinstance(opening[0], Anchor)
    assert opening[0].wall_ns == WALL
    assert [(edge.sensor, edge.level, edge.observed) for edge in opening[1:] if isinstance(edge, Edge)] == [
        ("a", True, True),
        ("b", False, True),
    ]


def test_leaving_then_killed_goes_on_in_the_new_epoch_with_the_same_readings() -> None:
    rig = begun(RecorderRig())
    assert rig.recorder.begin_epoch()
    rig.edge("a", 5 * S, False)
    rig.commit()
    again = rig.restarted(7 * S)
    again.commit(11 * S)
    assert closures(again, "a") == [(4, 2.0), (10, 0.0)]
    assert coverage(again, "a")[10] == pytest.approx(10 * (5 - 4.02 + 10 - 7))


def test_leaving_on_a_full_spool_closes_what_was_accepted() -> None:
    rig = begun(RecorderRig())
    rig.spool.full = True
    assert rig.recorder.begin_epoch()
    rig.commit(6 * S)
    rig.spool.full = False
    rig.commit(8 * S)
    rig.commit(11 * S)
    assert closures(rig, "a") == [(4, 2.0), (10, 0.0)]
    assert rig.markers() == []
    assert coverage(rig, "a")[10] == pytest.approx(20, abs=1)


def test_leaving_while_a_card_is_dead_is_put_off() -> None:
    rig = begun(RecorderRig())
    rig.spool.dead = True
    assert not rig.recorder.begin_epoch()
    rig.edge("a", 5 * S, False)
    rig.commit()
    assert not rig.recorder.begin_epoch()
    rig.spool.dead = False
    rig.commit(7 * S)
    assert rig.recorder.begin_epoch()
    rig.commit(11 * S)
    assert closures(rig, "a") == [(7, 2.0), (10, 0.0)]


@pytest.mark.parametrize("call", ["create", "rename", "make_folder"])
def test_leaving_that_the_disk_stops_half_way_loses_nothing(call: str) -> None:
    rig = begun(RecorderRig())
    rig.disk.errors[call] = [errno.EIO] * 3
    rig.recorder.begin_epoch()
    rig.disk.errors.clear()
    rig.edge("a", 5 * S, False)
    rig.edge("a", 6 * S, True)
    rig.commit()
    rig.commit(11 * S)
    readings = closures(rig, "a")
    assert sum(count for _, count in readings) == 3
    ends = [end for end, _ in readings]
    assert ends == sorted(set(ends))
    again = rig.restarted(12 * S)
    again.commit(21 * S)
    assert closures(again, "a")[: len(readings)] == readings


def test_leaving_knows_until_when_a_contact_was_in_the_journal() -> None:
    rig = begun(RecorderRig())
    rig.spool.full = True
    rig.edge("a", 6 * S, False)
    rig.commit()
    rig.spool.full = False
    rig.clock.ns = 8 * S
    assert rig.recorder.begin_epoch()
    rig.commit(11 * S)
    assert closures(rig, "a") == [(6, 2.0), (10, 0.0)]
    assert coverage(rig, "a")[6] == pytest.approx(60)
