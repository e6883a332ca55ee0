"""Tests of one gateway of a fleet: its window, what goes again, and which receipts free what."""

import pytest

from gateway.uplink.lane import RESEND_FIRST_S
from sensorhub.ranges import Range
from sensorhub.topics import PackId
from simulators.fleet.counts import Counts
from simulators.fleet.gateway import FleetGateway
from tests.simulators.fleet.peer import NOW_US, OTHER_STORE, answer, gateway, pack_of, receipt, status_of

S = 100.0
TIMES = [NOW_US + at for at in range(10)]


@pytest.fixture
def counts() -> Counts:
    return Counts()


@pytest.fixture
def known(counts: Counts) -> FleetGateway:
    """One whose status is answered."""
    made = gateway(counts)
    made.connected(S)
    made.received(answer(made.ask(S)), S)
    assert made.answered
    return made


def test_gateway_sends_nothing_before_the_hub_answers(counts: Counts) -> None:
    made = gateway(counts)
    made.connected(S)

    assert (made.wants_status, made.has_room) == (True, False)
    status = status_of(made.ask(S))
    assert status.state == "ready"
    assert [(each.lowest, each.next) for each in status.epochs] == [(1, 1)]
    assert counts.answered == 0


def test_packs_are_sealed_one_after_another_up_to_the_window(known: FleetGateway, counts: Counts) -> None:
    packs: list[PackId] = []
    while known.has_room:
        packs.append(pack_of(known.seal([NOW_US + len(packs) * 100 + at for at in range(40)], S)))

    assert [pack.first for pack in packs] == [1 + at * packs[0].count for at in range(len(packs))]
    assert len({pack.epoch for pack in packs}) == 1
    assert 1_000 < sum(pack.count for pack in packs) <= 2_000
    assert counts.sent == counts.outstanding == sum(pack.count for pack in packs)
    known.received(receipt(packs[0]), S)
    assert [known.has_room] == [True]
    assert counts.outstanding == counts.sent - packs[0].count


def test_receipt_frees_a_pack_and_is_counted(known: FleetGateway, counts: Counts) -> None:
    pack = pack_of(known.seal(TIMES, S))

    known.received(receipt(pack, [(1, pack.last - 3)], [(pack.last - 2, pack.last)]), S + 1)

    assert known.packs == 0
    assert (counts.receipted, counts.refused, counts.outstanding) == (pack.count - 3, 3, 0)
    assert counts.last_receipt_s == S + 1
    assert [(told.lowest, told.next) for told in status_of(known.farewell()).epochs] == [(pack.last + 1, pack.last + 1)]


@pytest.mark.parametrize("named", [[(1, 5)], [(2, 1_000)], [(1, 2), (4, 30)], [], [(1, 2**40)]])
def test_receipt_that_does_not_name_all_of_a_pack_or_what_was_never_sealed_frees_nothing(
    known: FleetGateway, counts: Counts, named: list[Range]
) -> None:
    pack = pack_of(known.seal(TIMES, S))

    known.received(receipt(pack, named), S)

    assert (known.packs, counts.receipted, counts.outstanding) == (1, 0, pack.count)


def test_forged_receipt_frees_nothing_and_is_counted(known: FleetGateway, counts: Counts) -> None:
    pack = pack_of(known.seal(TIMES, S))
    true = receipt(pack)

    for payload in (receipt(pack, key=bytes(32)), true.replace(b"store", b"stors"), b"", true[:-1], b"\xff" * 200):
        known.received(payload, S)

    assert (known.packs, counts.receipted, counts.ignored) == (1, 0, 5)


def test_receipt_of_another_epoch_frees_nothing(known: FleetGateway, counts: Counts) -> None:
    pack = pack_of(known.seal(TIMES, S))

    known.received(receipt(pack, epoch="0" * 16), S)

    assert (known.packs, counts.receipted) == (1, 0)


def test_receipt_of_a_store_that_never_answered_frees_nothing_and_makes_the_gateway_ask(
    known: FleetGateway, counts: Counts
) -> None:
    message = known.seal(TIMES, S)
    pack = pack_of(message)

    known.received(receipt(pack, store=OTHER_STORE), S)

    assert (known.packs, counts.receipted, counts.answered) == (1, 0, 0)
    assert known.wants_status
    known.received(answer(known.ask(S), OTHER_STORE), S)
    known.received(receipt(pack, store=OTHER_STORE), S)
    assert (known.packs, counts.receipted, counts.answered) == (0, pack.count, 1)


def test_answer_to_an_older_status_counts_no_more(counts: Counts) -> None:
    made = gateway(counts)
    made.connected(S)
    first, second = made.ask(S), made.ask(S + 5)

    made.received(answer(first), S + 5)
    assert not made.answered
    made.received(answer(second), S + 5)
    assert made.answered


def test_status_that_two_stores_answer_counts_no_more(counts: Counts) -> None:
    made = gateway(counts)
    made.connected(S)
    asked = made.ask(S)
    made.received(answer(asked), S)

    made.received(answer(asked, OTHER_STORE), S)

    assert not made.answered
    assert made.wants_status
    assert counts.answered == 0


def test_late_pack_goes_again_with_the_same_bytes_and_waits_twice_as_long(known: FleetGateway, counts: Counts) -> None:
    message = known.seal(TIMES, S)
    count = pack_of(message).count

    assert known.late(S + RESEND_FIRST_S - 0.1) == []
    assert known.late(S + 2 * RESEND_FIRST_S) == [message]
    again_s = S + 2 * RESEND_FIRST_S
    assert known.late(again_s + 2 * RESEND_FIRST_S - 0.1) == []
    assert known.late(again_s + 4 * RESEND_FIRST_S) == [message]
    assert (counts.sent, counts.resent) == (count, 2 * count)
    assert known.status_due(again_s + 4 * RESEND_FIRST_S)


def test_what_is_under_way_goes_again_on_the_next_connection_after_the_answer(
    known: FleetGateway, counts: Counts
) -> None:
    message = known.seal(TIMES, S)
    before = status_of(known.will()).connection

    known.disconnected()
    assert counts.answered == 0
    assert status_of(known.will()).connection != before
    known.connected(S + 1)
    assert known.late(S + 1) == []
    known.received(answer(known.ask(S + 1)), S + 1)
    assert known.late(S + 1) == [message]


def test_status_goes_every_minute_and_wants_an_answer(known: FleetGateway) -> None:
    assert not known.status_due(S + 59)
    assert known.status_due(S + 60)
    assert status_of(known.ask(S + 60)).nonce
    assert not known.status_due(S + 61)


def test_will_and_farewell_want_no_answer(known: FleetGateway) -> None:
    assert (status_of(known.will()).state, status_of(known.will()).nonce) == ("lost", "")
    assert (status_of(known.farewell()).state, status_of(known.farewell()).nonce) == ("disconnected", "")
