"""The uplink: what is sent when."""

import errno

from gateway.asking import SILENCE_FIRST_S
from gateway.lane import RESEND_FIRST_S
from gateway.pace import WINDOW_RECORDS
from gateway.spool import Anchor, AnchorKind, MarkerEntry, Measured, ReadingEntry
from sensorhub.pack import decode_pack
from sensorhub.reading import Reading
from tests.gateway.uplink_rig import WALL, Rig, S, ids, pack_id


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
    assert rig.due(0.01) == [(1, 1_000), (1_001, 2_000)]
    rig.receipt(0.02, [(1, 1_000)])
    assert rig.due(0.02) == [(2_001, 2_500)]
    rig.receipt(0.03, [(1_001, 2_500)])
    assert rig.due(0.03) == []  # the pack of the live lane is still open
    assert rig.due(10) == [(3_501, 3_505)]


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
