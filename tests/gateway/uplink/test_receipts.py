"""Receipts at the gateway: what frees records, and what must not."""

import pytest

from gateway.spool import Anchor, AnchorKind
from gateway.uplink.lane import NOTES_LOST_RECORDS
from sensorhub.receipt import RANGES_MAX, Receipt, encode_receipt
from sensorhub.signing import sign
from tests.gateway.uplink.uplink_rig import EPOCH, KEY, OTHER_STORE, STORE, Rig, S


def test_receipt_frees_the_packs_that_it_names_as_a_whole(rig: Rig) -> None:
    rig.ready(3)
    assert rig.due(0) == [(1, 3)]
    rig.receipt(1, [(1, 2)])
    assert rig.spool.unreceived == 3
    rig.receipt(1, [(1, 2)], refused=[(3, 3)])
    assert rig.spool.unreceived == 0
    assert rig.due(100) == []


def test_answer_and_late_receipt_free_nothing_that_is_not_under_way(rig: Rig) -> None:
    """They may mean a copy of this card that gave its own records the same numbers."""
    rig.ready(3)
    sent = rig.uplink.due(0)
    rig.uplink.disconnected(1)
    rig.uplink.connected(2)
    rig.answer(2, [(1, 3)], nonce="n2")
    rig.receipt(2, [(1, 3)])
    assert rig.spool.unreceived == 3
    assert rig.uplink.due(2) == sent
    rig.receipt(3, [(1, 3)])
    assert rig.spool.unreceived == 0


def test_answer_is_believed_where_the_notes_of_receipts_are_lost(rig: Rig) -> None:
    rig.ready(NOTES_LOST_RECORDS + 1_500)
    rig.drain()
    rig.epochs.close()
    rig.disk.remove(EPOCH, "received")
    rig.open()
    rig.uplink.connected(0)
    rig.answer(0, [(1, NOTES_LOST_RECORDS)], nonce="n2")
    assert rig.spool.unreceived == 1_500


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


def test_receipt_that_names_what_was_never_sent_frees_nothing(rig: Rig) -> None:
    """It means the packs of a copy, which gave other records the same numbers."""
    rig.ready(3)
    assert rig.due(0) == [(1, 3)]
    rig.measure(2)
    rig.receipt(1, [(1, 9)])
    rig.receipt(1, [(1, 4)])
    assert rig.spool.unreceived == 5
    assert not rig.leaves()


def test_answer_that_shows_a_copy_has_nothing_of_that_epoch_sent_for_a_while(rig: Rig) -> None:
    rig.ready(3)
    rig.answer(1, [(1, 9)], nonce="n2")
    assert rig.due(1) == []
    assert rig.due(9) == []
    rig.answer(10, [(1, 9)], nonce="n3")  # a copy that still runs has the status asked and answered again and again
    assert rig.due(12) == [(1, 3)]


def test_answer_that_names_what_was_never_sent_means_a_copy_and_a_new_epoch(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.ready(3)
    assert rig.due(0) == [(1, 3)]
    rig.measure(2)
    rig.answer(1, [(1, 4)], nonce="n2")
    assert rig.leaves()
    assert rig.spool.unreceived == 5  # what is named may be the copy's
    assert caplog.text.count("its card was copied") == 1
    new = rig.begin()
    assert not rig.leaves()
    assert rig.uplink.status_wanted
    rig.measure(1)
    rig.answer(2, [(1, 4)], nonce="n3", epoch=EPOCH)
    rig.receipt(2, [], nonce="n3", epoch=new)
    assert rig.due(20) == [(1, 3)]  # the first of this connection: others wait for its receipt
    rig.receipt(21, [(1, 3)], epoch=EPOCH)
    assert rig.due(21) == [(1, 1)]
    rig.receipt(22, [(1, 1)], epoch=new)
    assert rig.due(22) == [(4, 5)]
    rig.receipt(23, [], refused=[(4, 5)], epoch=EPOCH)
    assert rig.epochs.unreceived == 0
    assert caplog.text.count("its card was copied") == 1


@pytest.mark.parametrize("named", [(7, 9), (3, 9)])
def test_answer_that_names_what_was_never_given_out_means_a_copy(rig: Rig, named: tuple[int, int]) -> None:
    rig.ready(3)
    rig.due(0)
    rig.answer(1, [named], nonce="n2")
    assert rig.leaves()


def test_answer_that_names_what_may_have_been_sealed_is_no_copy(rig: Rig) -> None:
    rig.ready(3)
    rig.spool.may_have_sealed.add(1, 3)
    rig.answer(1, [(1, 3)], nonce="n2")
    assert not rig.leaves()


def test_answer_in_parts_takes_back_only_what_no_part_lists(rig: Rig) -> None:
    rig.ready(5_000)
    now_s = rig.drain()
    odd = [(number, number) for number in range(1, 4_999, 2)]
    rig.uplink.asked("n2", now_s)
    rig.receipt(now_s, odd[:RANGES_MAX], store=OTHER_STORE, nonce="n2")
    assert rig.spool.unreceived == RANGES_MAX - 1
    rig.receipt(now_s, odd[RANGES_MAX:], store=OTHER_STORE, nonce="n2")
    assert rig.spool.unreceived == 5_000 - len(odd)


def test_answer_that_comes_again_takes_nothing_back(rig: Rig) -> None:
    rig.ready(3)
    sent = rig.due(0)
    rig.receipt(1, sent)
    rig.receipt(2, [], nonce="n1")
    assert rig.spool.unreceived == 0


def test_status_that_two_stores_answer_counts_no_more(rig: Rig) -> None:
    rig.ready(3)
    sent = rig.due(0)
    rig.receipt(1, sent)
    rig.receipt(2, [], store=OTHER_STORE, nonce="n1")  # a restored hub answers the retained status
    assert rig.uplink.status_wanted
    assert rig.spool.unreceived == 3  # so that it stays, whichever of the two is the present one
    rig.receipt(2, [(1, 3)], nonce="n1")  # and what the first one said comes late
    assert rig.spool.unreceived == 3
    rig.measure(1)
    assert rig.due(20) == []
    rig.answer(21, [], store=OTHER_STORE, nonce="n2")
    assert rig.spool.unreceived == 4
    assert rig.due(21) == [(4, 4)]


def test_answer_of_one_epoch_lets_only_its_own_packs_go(rig: Rig) -> None:
    rig.ready(3)
    new = rig.begin()
    rig.measure(2)
    rig.uplink.connected(1)
    rig.answer(1, epoch=new, nonce="n2")
    assert rig.due(1) == [(1, 2)]
    rig.receipt(1.1, [(1, 2)], epoch=new)
    assert rig.due(1.1) == []
    rig.receipt(1.2, [], epoch=EPOCH, nonce="n2")
    assert rig.due(1.2) == [(1, 3)]
    rig.receipt(1.3, [(1, 3)], epoch=EPOCH)
    assert rig.epochs.unreceived == 0


def test_answer_gives_its_time_once(rig: Rig) -> None:
    rig.uplink.connected(0)
    rig.uplink.asked("n1", 0)
    assert rig.receipt(1, [], nonce="n1") is not None
    assert rig.receipt(2, [], nonce="n1") is None
