"""The uplink: what is sent when."""

import errno
import random
from itertools import pairwise

from gateway.spool import Anchor, AnchorKind, MarkerEntry, Measured, ReadingEntry
from gateway.uplink.asking import SILENCE_FIRST_S
from gateway.uplink.lane import RESEND_FIRST_S, RESEND_MAX_S
from gateway.uplink.pace import WINDOW_RECORDS
from sensorhub.pack import decode_pack
from sensorhub.reading import Reading
from tests.gateway.uplink.uplink_rig import WALL, Rig, S, ids, pack_id


def test_uplink_sends_nothing_before_the_hub_has_answered(rig: Rig) -> None:
    rig.anchor()
    rig.measure(3)
    assert rig.uplink.due(0) == []
    rig.uplink.connected(1)
    assert rig.uplink.status_wanted
    assert rig.uplink.due(1) == []
    rig.answer(1)
    assert ids(rig.uplink.due(1)) == [(1, 3)]


def test_uplink_newest_goes_first_then_backlog_oldest_first(rig: Rig) -> None:
    rig.anchor()
    rig.measure(3_500)
    rig.uplink.connected(0)
    rig.answer(0)
    assert rig.due(0) == [(2_501, 3_500)]  # one at a time until the first receipt
    assert rig.due(0) == []
    rig.measure(5)
    rig.receipt(0.01, [(2_501, 3_500)])
    assert rig.due(0.01) == [(1, 1_000), (1_001, 1_995)]  # five records of the window are left to what is live
    rig.receipt(0.02, [(1, 1_000)])
    assert rig.due(0.02) == [(1_996, 2_500)]
    rig.receipt(0.03, [(1_001, 2_500)])
    assert rig.due(0.03) == []  # the pack of the live lane is still open
    assert rig.due(10) == [(3_501, 3_505)]


def test_uplink_live_pack_goes_whole_or_waits_for_room(rig: Rig) -> None:
    rig.anchor()
    rig.measure(2_997)
    rig.uplink.connected(0)
    rig.answer(0)
    assert rig.due(0) == [(1_998, 2_997)]
    rig.receipt(0.01, [(1_998, 2_997)])
    assert rig.due(0.01) == [(1, 1_000), (1_001, 1_997)]
    rig.measure(5)
    again = rig.due(10)
    assert all(last < 2_998 for _, last in again), "three would fit, and the other two go after the whole backlog"
    rig.receipt(10.01, [(1, 1_000)])
    assert rig.due(10.01) == [(2_998, 3_002)]


def test_uplink_window_is_never_exceeded(rig: Rig) -> None:
    rig.anchor()
    rig.measure(9_000)
    rig.uplink.connected(0)
    rig.answer(0)
    assert sum(last - first + 1 for first, last in ids(rig.uplink.due(0))) <= WINDOW_RECORDS
    assert rig.uplink.due(0.1) == []


def test_uplink_no_packs_of_a_boot_without_anchor(rig: Rig) -> None:
    rig.measure(3)
    rig.uplink.connected(0)
    rig.answer(0)
    assert rig.uplink.due(0) == []
    rig.anchor()
    assert ids(rig.uplink.due(0)) == [(1, 3)]


def test_uplink_sends_the_same_bytes_again_later_and_later(rig: Rig) -> None:
    rig.anchor()
    rig.measure(3)
    rig.uplink.connected(0)
    rig.answer(0)
    sent = rig.uplink.due(0)
    assert rig.uplink.due(RESEND_FIRST_S - 0.1) == []
    assert rig.uplink.due(RESEND_FIRST_S * 2) == sent
    assert rig.uplink.due(RESEND_FIRST_S * 3.9) == []
    assert rig.uplink.due(RESEND_FIRST_S * 6) == sent


def test_uplink_after_a_restart_the_pack_of_a_seal_is_the_same(rig: Rig) -> None:
    rig.anchor()
    rig.measure(3)
    rig.uplink.connected(0)
    rig.answer(0)
    sent = rig.uplink.due(0)
    rig.restart()
    rig.spool.append([Anchor(100 * S, WALL + 101 * S, 0, AnchorKind.NTP)])  # what is learnt later changes nothing
    rig.measure(2)
    rig.uplink.connected(1)
    rig.answer(1, nonce="n2")
    assert rig.due(1) == [(4, 5)]
    rig.receipt(1.1, [(4, 5)])
    assert rig.uplink.due(1.1) == sent


def test_uplink_silence_has_the_connection_rebuilt_less_and_less_often(rig: Rig) -> None:
    rig.uplink.connected(0)
    rig.uplink.asked("n1", 0)
    assert not rig.uplink.silent(SILENCE_FIRST_S)
    assert rig.uplink.silent(SILENCE_FIRST_S + 1)
    rig.uplink.connected(20)
    assert not rig.uplink.silent(20 + SILENCE_FIRST_S + 1)
    rig.uplink.asked("n2", 40)
    rig.receipt(40, [], nonce="n2")
    assert not rig.uplink.silent(1_000)


def test_pack_holds_the_readings_with_snapped_times(rig: Rig) -> None:
    rig.spool.append([Anchor(0, WALL + 200_000_000, 0, AnchorKind.NTP)])
    rig.clock_ns = 59 * S
    rig.measure(1)
    rig.uplink.connected(0)
    rig.answer(0)
    (message,) = rig.uplink.due(0)
    decoded = decode_pack(pack_id(message), message.payload)
    assert decoded.records == ((1, Reading("d", "actuation_count", (WALL + 60 * S) // 1_000, 60.0)),)


def test_uplink_on_a_card_that_takes_no_seals_sends_what_is_sealed_and_tries_again(rig: Rig) -> None:
    rig.anchor()
    rig.measure(3)
    rig.uplink.connected(0)
    rig.answer(0)
    assert rig.due(0) == [(1, 3)]
    rig.receipt(1, [(1, 3)])
    rig.measure(3)
    assert rig.due(10) == [(4, 6)]
    rig.measure(3)
    rig.disk.errors["write"] = [errno.EIO] * 10
    assert rig.due(100) == [(4, 6)]
    assert "No pack can be made" in rig.uplink.trouble
    rig.disk.errors.clear()
    assert rig.due(110) == [(7, 9)]
    assert rig.uplink.trouble == ""


def test_uplink_records_of_interleaved_boots_never_share_a_pack(rig: Rig) -> None:
    rig.anchor()
    rig.measure(2)
    rig.boot = 2
    rig.restart()
    rig.spool.append([Anchor(0, WALL + 10_000 * S, 0, AnchorKind.NTP)])
    rig.spool.append([MarkerEntry("dropped", 5 * S, "1-1 unreadable")])
    rig.spool.append([ReadingEntry("d", 3 * S, (Measured("actuation_count", 1.0),), boot=0)])
    rig.measure(2)
    rig.uplink.connected(0)
    rig.answer(0)
    assert rig.due(0) == [(5, 6)]
    rig.receipt(0.01, [(5, 6)])
    assert rig.due(0.01) == [(1, 2), (3, 3), (4, 4)]


def test_uplink_waits_between_one_and_two_times_as_long_and_doubles_to_five_minutes(rig: Rig) -> None:
    rig.ready(3)
    rig.due(0)
    sent_s = [0.0]
    for tenth in range(20_000):
        if rig.due(tenth / 10):
            sent_s.append(tenth / 10)
    waits = [later - earlier for earlier, later in pairwise(sent_s)]
    for number, wait_s in enumerate(waits):
        base_s = min(RESEND_FIRST_S * 2**number, RESEND_MAX_S)
        assert base_s - 0.11 <= wait_s <= 2 * base_s + 0.11
    assert len(waits) >= 8


def test_uplink_hub_that_comes_back_has_what_waited_long_sent_soon(rig: Rig) -> None:
    rig.ready(3)
    sends = [now_s for now_s in range(400) if rig.due(now_s)]
    assert sends[-1] < 398
    rig.uplink.asked("a", 398)
    rig.uplink.asked("b", 399)
    rig.receipt(400, [], nonce="b")
    assert any(rig.due(400 + later_s) for later_s in range(11))


def test_uplink_hub_that_answers_and_takes_no_packs_is_asked_less_and_less_and_not_left(rig: Rig) -> None:
    rig.ready(3)
    asked = []
    for now_s in range(1, 1_000):
        rig.due(now_s)
        assert not rig.uplink.silent(now_s)
        if rig.uplink.status_wanted:
            asked.append(now_s)
            rig.answer(now_s, nonce=f"n{now_s}")
    assert 3 <= len(asked) <= 12


def test_uplink_hub_that_takes_packs_and_answers_no_more_statuses_is_not_left(rig: Rig) -> None:
    rig.ready(3)
    rig.uplink.asked("never answered", 1)
    for now_s in range(1, 200, 5):
        rig.measure(1)
        for pack in rig.due(now_s):
            rig.receipt(now_s, [pack])
        assert not rig.uplink.silent(now_s + 4)
    assert rig.uplink.silent(300)


def test_uplink_hub_that_never_answers_is_asked_again_and_the_connection_rebuilt(rig: Rig) -> None:
    rig.uplink.connected(0)
    asked = []
    for now_s in range(100):
        rig.uplink.due(now_s)
        if rig.uplink.status_wanted:
            asked.append(now_s)
            rig.uplink.asked(f"n{now_s}", now_s)
    assert asked == [0, 5, 15, 35, 75]
    assert rig.uplink.silent(100)


def test_uplink_slow_link_has_nothing_sent_again_while_it_is_under_way(rig: Rig) -> None:
    rig.noise = random.Random(1)
    rig.ready(1_000)
    (message,) = rig.uplink.due(0)
    slowest_s = len(message.payload) / 4_000
    assert rig.uplink.due(max(RESEND_FIRST_S, 2 * slowest_s) - 0.1) == []


def test_uplink_draining_spools_go_before_the_backlog_of_the_present_one(rig: Rig) -> None:
    rig.ready(2)
    old = rig.spool.epoch
    new = rig.begin()
    rig.measure(1_500)
    rig.uplink.connected(0)
    rig.uplink.asked("n2", 0)
    rig.receipt(0, [], nonce="n2", epoch=old)
    rig.receipt(0, [], nonce="n2", epoch=new)
    sent = []
    now_s = 0.0
    while rig.epochs.unreceived:
        now_s += 0.1
        for message in rig.uplink.due(now_s):
            pack = pack_id(message)
            sent.append((pack.epoch, pack.first))
            rig.receipt(now_s, [(pack.first, pack.last)], epoch=pack.epoch)
    assert sent[:2] == [(new, 501), (old, 1)]
    assert {epoch for epoch, _ in sent[2:]} == {new}


def test_uplink_on_a_card_that_takes_no_seals_sends_what_was_sealed_before_the_connection(rig: Rig) -> None:
    rig.ready(3)
    assert rig.due(0) == [(1, 3)]
    rig.uplink.disconnected(1)
    rig.measure(3)
    rig.disk.errors["write"] = [errno.EIO] * 1_000
    rig.uplink.connected(2)
    rig.answer(2, nonce="n2")
    assert rig.due(2) == [(1, 3)]
    rig.receipt(3, [(1, 3)])
    rig.disk.errors.clear()
    assert rig.due(20) == [(4, 6)]
