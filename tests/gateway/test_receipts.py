"""Receipts at the gateway: what frees records, and what must not."""

import pytest

from gateway.spool import Anchor, AnchorKind
from sensorhub.receipt import Receipt, encode_receipt
from sensorhub.signing import sign
from tests.gateway.uplink_rig import EPOCH, KEY, OTHER_STORE, STORE, Rig, S, ids


def test_receipt_frees_what_it_names_only(rig: Rig) -> None:
    rig.anchor()
    rig.measure(3)
    rig.uplink.connected(0)
    rig.answer(0)
    rig.uplink.due(0)
    rig.receipt(1, [(1, 2)])
    assert rig.spool.unreceived == 1
    rig.receipt(1, [(1, 3)])
    assert rig.spool.unreceived == 0
    assert rig.uplink.due(100) == []


@pytest.mark.parametrize(
    "case", ["other key", "other topic", "no signature", "other epoch", "never sent", "other store"]
)
def test_receipt_that_is_not_ours_frees_nothing(rig: Rig, case: str) -> None:
    rig.anchor()
    rig.measure(3)
    rig.uplink.connected(0)
    rig.answer(0)
    rig.uplink.due(0)
    rig.measure(2)
    match case:
        case "other key":
            rig.receipt(1, [(1, 3)], key=bytes(32))
        case "other topic":
            body = encode_receipt(Receipt(STORE, EPOCH, ((1, 3),), (), "", 0))
            rig.uplink.received("essex/v1/g/receipt", sign(KEY, "essex/v1/h/receipt", body), 1)
        case "no signature":
            rig.uplink.received("essex/v1/g/receipt", encode_receipt(Receipt(STORE, EPOCH, ((1, 3),), (), "", 0)), 1)
        case "other epoch":
            rig.receipt(1, [(1, 3)], epoch="0" * 16)
        case "never sent":
            rig.receipt(1, [(4, 5)])
        case "other store":
            rig.receipt(1, [(1, 3)], store=OTHER_STORE)
            assert rig.uplink.status_wanted
    assert rig.spool.unreceived == 5


def test_receipt_replayed_from_an_older_status_frees_nothing(rig: Rig) -> None:
    rig.anchor()
    rig.measure(3)
    rig.uplink.connected(0)
    rig.answer(0, nonce="old")
    rig.uplink.due(0)
    rig.uplink.asked("new", 1)
    rig.receipt(1, [(1, 3)], nonce="old")
    assert rig.spool.unreceived == 3


def test_store_restored_from_a_backup_gets_back_what_it_lost(rig: Rig) -> None:
    rig.anchor()
    rig.measure(5)
    rig.uplink.connected(0)
    rig.answer(0)
    sent = rig.uplink.due(0)
    rig.receipt(1, [(1, 5)])
    assert rig.spool.unreceived == 0
    rig.answer(2, stored=[], store=OTHER_STORE, nonce="n2")
    assert rig.spool.unreceived == 5
    assert rig.uplink.due(2) == sent


def test_answer_gives_an_anchor_while_it_is_fresh(rig: Rig) -> None:
    rig.clock_ns = 100 * S
    rig.uplink.connected(0)
    rig.uplink.asked("n1", 0)
    rig.clock_ns = 102 * S
    anchor = rig.receipt(2, [], nonce="n1")
    assert anchor == Anchor(101 * S, 1_764_000_500 * S, S, AnchorKind.RECEIPT)
    assert rig.receipt(11, [], nonce="n1") is None


def test_receipt_of_a_copied_card_frees_nothing_from_then_on(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.anchor()
    rig.measure(3)
    rig.uplink.connected(0)
    rig.answer(0)
    assert ids(rig.uplink.due(0)) == [(1, 3)]
    rig.receipt(1, [(1, 3), (7, 9)])
    rig.receipt(2, [(1, 3)])
    assert rig.spool.unreceived == 3
    assert rig.uplink.due(100) == []
    assert caplog.text.count("its card was copied") == 1


def test_answer_gives_its_time_once(rig: Rig) -> None:
    rig.uplink.connected(0)
    rig.uplink.asked("n1", 0)
    assert rig.receipt(1, [], nonce="n1") is not None
    assert rig.receipt(2, [], nonce="n1") is None
