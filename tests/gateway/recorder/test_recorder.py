"""The recorder: what happens to what is measured while the spool does not take it."""

import pytest

from gateway.recorder.held import HELD_READINGS_MAX
from gateway.spool import Anchor, AnchorKind, Edge
from tests.gateway.recorder.recorder_rig import MS, WALL, RecorderRig, S, closures, coverage


def test_recorder_while_all_is_well_accepts_each_edge_once() -> None:
    rig = RecorderRig()
    rig.edge("a", 1 * S, True)
    rig.edge("a", 2 * S, False)
    accepted = rig.commit()
    assert [(edge.clock_ns, edge.level) for edge in accepted.edges] == [(1 * S, True), (2 * S, False)]
    assert rig.commit(11 * S).readings == 2
    assert closures(rig, "a") == [(10, 1.0)]
    assert rig.recorder.trouble == ""


def test_recorder_full_spool_makes_partial_readings_from_what_was_accepted_and_one_marker() -> None:
    rig = RecorderRig()
    rig.edge("a", 1 * S, True)
    rig.commit()
    rig.spool.full = True
    rig.edge("a", 4 * S, False)
    rig.edge("a", 5 * S, True)
    for second in range(5, 36):
        assert rig.commit(second * S + 300 * MS).edges == ()
        assert "full" in rig.recorder.trouble
    rig.spool.full = False
    rig.commit(37 * S)
    assert rig.recorder.trouble == ""
    rig.commit(41 * S)
    # Ends 10, 20 and 30 of both contacts were refused; those of 10 are made from what was accepted.
    assert rig.markers() == ["rejected 8 spool-full"]
    assert closures(rig, "a") == [(10, 1.0), (40, 0.0)]
    assert coverage(rig, "a") == {10: pytest.approx(40), 40: pytest.approx(30)}
    assert closures(rig, "b") == [(10, 0.0), (40, 0.0)]
    assert coverage(rig, "b") == {10: 100.0, 40: pytest.approx(30)}


def test_recorder_contact_whose_entries_were_all_taken_stays_whole() -> None:
    rig = RecorderRig()
    rig.spool.full = True
    rig.edge("a", 4 * S, True)
    rig.commit()
    rig.spool.full = False
    rig.commit(6 * S)
    rig.commit(11 * S)
    assert coverage(rig, "a") == {10: pytest.approx(80)}
    assert coverage(rig, "b") == {10: 100.0}
    assert rig.markers() == []


@pytest.mark.parametrize("kill_s", [15, 38], ids=["while full", "right after"])
def test_recorder_killed_around_a_full_spool_gives_the_same_readings(kill_s: int) -> None:
    rig = RecorderRig()
    rig.edge("a", 1 * S, True)
    rig.commit()
    rig.spool.full = True
    rig.edge("a", 4 * S, False)
    rig.recorder.offer(Anchor(12 * S, WALL + 12 * S, 0, AnchorKind.RECEIPT))
    for second in (5, 11, 14):
        rig.commit(second * S + 300 * MS)
    rig.spool.append([Anchor(14 * S, WALL + 14 * S, 0, AnchorKind.NTP)])  # has room; says nothing of the contacts
    if kill_s > 15:
        rig.spool.full = False
        rig.commit(37 * S)
        rig.commit(kill_s * S)
    again = rig.restarted(kill_s * S + 100 * MS)
    again.commit(60 * S)
    assert closures(again, "a")[0] == (10, 1.0)
    assert coverage(again, "a")[10] == pytest.approx(40)
    ends = [end for end, _ in again.readings("a")]
    assert ends == sorted(set(ends))
    assert min(set(ends) - {10}) > kill_s


def test_recorder_full_spool_gets_the_readings_that_let_its_edges_go() -> None:
    rig = RecorderRig()
    rig.edge("a", 1 * S, True)
    rig.commit()
    rig.spool.full = True
    for second in range(4, 36):
        rig.edge("a", second * S, second % 2 == 1)
        rig.commit()
    # While it is still full: the interval that holds accepted edges is closed with them, once.
    assert closures(rig, "a") == [(10, 1.0)]
    assert coverage(rig, "a")[10] == pytest.approx(40)
    assert closures(rig, "b") == [(10, 0.0)]
    rig.spool.full = False
    rig.commit(37 * S)
    rig.commit(41 * S)
    assert [end for end, _ in closures(rig, "a")] == [10, 40]
    assert rig.markers() == ["rejected 10 spool-full"]


def test_recorder_full_spool_stays_in_trouble_while_only_anchors_find_room() -> None:
    rig = RecorderRig()
    rig.spool.full = True
    rig.edge("a", 4 * S, True)
    rig.commit()
    for tick in range(40):
        rig.anchors._anchor = Anchor(rig.clock.ns, WALL + rig.clock.ns, 0, AnchorKind.GIVEN)
        rig.commit(5 * S + tick * 300 * MS)
        assert "full" in rig.recorder.trouble
    rig.recorder.finish()
    assert all(marker.endswith(" spool-full") for marker in rig.markers())


def test_recorder_anchor_finds_room_in_a_full_spool() -> None:
    rig = RecorderRig()
    rig.spool.full = True
    rig.edge("a", 4 * S, True)
    rig.anchors._anchor = anchor = Anchor(4 * S, WALL + 4 * S, 0, AnchorKind.GIVEN)
    rig.commit()
    assert anchor in rig.spool.current.anchors(rig.spool.current.boot)
    assert rig.recorder.newest_anchor == anchor


def test_recorder_dead_card_holds_what_is_measured_and_loses_nothing() -> None:
    rig = RecorderRig()
    rig.spool.dead = True
    rig.edge("a", 1 * S, True)
    assert rig.commit().edges == ()
    rig.edge("a", 2 * S, False)
    for second in range(3, 32):
        assert rig.commit(second * S).edges == ()
    assert rig.recorder.trouble == "The card takes nothing."
    rig.spool.dead = False
    accepted = rig.commit(33 * S)
    assert [edge.level for edge in accepted.edges] == [True, False]
    assert rig.recorder.trouble == ""
    assert closures(rig, "a") == [(10, 1.0), (20, 0.0), (30, 0.0)]
    assert set(coverage(rig, "a").values()) == {100.0}
    assert rig.markers() == []


def test_recorder_dead_card_is_tried_once_a_second_at_most() -> None:
    rig = RecorderRig()
    rig.spool.dead = True
    rig.edge("a", 1 * S, True)
    before = rig.spool.appends
    for tick in range(50):
        rig.commit(2 * S + tick * 200 * MS)
    assert rig.spool.appends - before <= 11


def test_recorder_what_does_not_fit_into_memory_is_counted_and_partial() -> None:
    rig = RecorderRig()
    rig.spool.dead = True
    second = 0
    while second < 10 * HELD_READINGS_MAX:
        second += 10
        rig.commit(second * S + 300 * MS)
    rig.edge("a", (second + 4) * S, True)
    rig.commit()
    rig.spool.dead = False
    rig.commit((second + 7) * S)
    (marker,) = rig.markers()
    kind, count, reason = marker.split()
    stored = sum(len(values) for sensor in "ab" for _, values in rig.readings(sensor))
    assert (kind, reason) == ("rejected", "unwritable")
    assert stored + int(count) == 2 * 2 * (second // 10)
    assert HELD_READINGS_MAX <= stored <= HELD_READINGS_MAX + 8
    rig.commit((second + 11) * S)
    assert coverage(rig, "a")[second + 10] == pytest.approx(30)


def test_recorder_that_ends_while_full_says_how_much_was_refused() -> None:
    rig = RecorderRig()
    rig.spool.full = True
    rig.edge("a", 4 * S, True)
    for second in (5, 11, 21, 31):
        rig.commit(second * S)
    rig.recorder.finish()
    assert rig.markers() == ["rejected 8 spool-full"]
    again = rig.restarted(32 * S)
    again.commit(41 * S)
    assert closures(again, "a") == [(10, 0.0), (40, 0.0)]


def test_recorder_starts_on_a_full_spool_and_makes_up_for_it_later() -> None:
    rig = RecorderRig()
    rig.edge("a", 4 * S, True)
    rig.commit()
    rig.spool.append([Edge("b", 12 * S, True)])  # and the readings of this group were torn off
    again = rig.restarted(13 * S, full=True)
    assert "full" in again.recorder.trouble
    assert again.readings("a") == []
    again.commit(14 * S)
    again.spool.full = False
    again.commit(16 * S)
    again.commit(21 * S)
    assert closures(again, "b") == [(10, 0.0), (20, 1.0)]
    assert again.markers() == []


def test_recorder_closing_readings_of_a_start_go_in_as_soon_as_there_is_room_for_them_alone() -> None:
    rig = RecorderRig()
    rig.spool.append([Edge("b", 12 * S, True)])  # and the readings of this group were torn off
    again = rig.restarted(13 * S, full=True, crammed=True)
    assert again.readings("b") == []
    again.spool.crammed = False
    again.commit(15 * S)
    assert closures(again, "b") == [(10, 0.0)]  # its edges may go with it: what is full could never be emptied else
    assert "full" in again.recorder.trouble


def test_recorder_closing_readings_do_not_overtake_edges_that_wait_for_the_card() -> None:
    rig = RecorderRig()
    rig.edge("a", 1 * S, True)
    rig.commit()
    rig.spool.dead = True
    rig.edge("a", 4 * S, False)
    rig.edge("a", 6 * S, True)
    rig.commit()
    rig.spool.dead, rig.spool.full = False, True
    for second in (8, 11, 13):
        rig.commit(second * S)
    assert rig.readings("a") == []
    again = rig.restarted(14 * S)  # with it goes what waited
    again.commit(21 * S)
    assert closures(again, "a")[0] == (10, 1.0)
