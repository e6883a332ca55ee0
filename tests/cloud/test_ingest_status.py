"""Tests of how ingest answers and shows what gateways say of themselves."""

from cloud.ingest import HASHES_KEPT_US, Ingest
from cloud.receipts import NO_EPOCH
from cloud.registry import LOOK_S
from cloud.stores.protocol import Kept
from sensorhub.receipt import RANGES_MAX
from tests.cloud.fakes import EPOCH, GATEWAY, NONCE, Through, World, message, new_epoch, pack_message, status_message


def test_ingest_answers_the_status_that_waited_once_its_gateway_is_named(world: World) -> None:
    world.handle(status_message(gateway="b-2"))
    assert world.ingest.refresh() == []
    key = world.name("b-2")
    world.clock.pass_s(LOOK_S)

    (answer,) = world.ingest.refresh()
    assert world.open(answer, "b-2", key).nonce == NONCE
    assert [gateway for gateway, _ in world.feed.statuses] == ["b-2"]
    assert world.ingest.refresh() == []


def test_ingest_answers_a_status_with_all_that_is_kept_of_each_epoch(world: World) -> None:
    second = new_epoch()
    world.handle(pack_message(1), pack_message(3), pack_message(7, body=b"{"))

    answers = world.receipts(status_message(epochs=[(EPOCH, 2, 9), (second, 1, 1)]))
    assert [(receipt.epoch, receipt.stored, receipt.refused, receipt.nonce) for receipt in answers] == [
        (EPOCH, ((2, 4),), ((7, 8),), NONCE),
        (second, (), (), NONCE),
    ]


def test_ingest_answers_a_status_without_epochs_too(world: World) -> None:
    (receipt,) = world.receipts(status_message(epochs=[]))

    assert (receipt.epoch, receipt.stored, receipt.nonce) == (NO_EPOCH, (), NONCE)


def test_ingest_answers_with_what_the_same_group_stored(world: World) -> None:
    answer, receipt = world.receipts(status_message(epochs=[(EPOCH, 1, 3)]), pack_message(1))

    assert (answer.nonce, answer.stored) == (NONCE, ((1, 2),))
    assert (receipt.nonce, receipt.stored) == ("", ((1, 2),))


def test_ingest_splits_an_answer_that_one_message_cannot_hold(world: World) -> None:
    packs = [pack_message(number, 1) for number in range(1, 2 * (RANGES_MAX + 5), 2)]
    world.handle(*packs)

    answers = world.receipts(status_message(epochs=[(EPOCH, 1, 10_000)]))
    assert [len(receipt.stored) for receipt in answers] == [RANGES_MAX, 5]
    assert {receipt.nonce for receipt in answers} == {NONCE}


def test_ingest_ignores_the_will_of_a_connection_that_was_replaced(world: World) -> None:
    old, new = "0" * 15 + "1", "0" * 15 + "2"
    world.handle(status_message(connection=old), status_message(connection=new))

    assert world.handle(status_message("lost", connection=old, nonce="")) == []
    assert [status.connection for _, status in world.feed.statuses] == [old, new]
    world.handle(status_message("lost", connection=new, nonce=""))
    assert world.feed.statuses[-1][1].state == "lost"


def test_ingest_believes_a_retained_will_when_it_knows_nothing_newer(world: World) -> None:
    world.handle(status_message("lost", nonce=""))

    assert [status.state for _, status in world.feed.statuses] == ["lost"]


def test_ingest_ignores_a_status_that_was_cleared(world: World) -> None:
    assert world.handle(message("essex/v1/device-1136/status", b"")) == []
    assert world.feed.statuses == []
    assert world.reasons() == []


def test_ingest_shows_a_gateway_no_longer_that_is_no_longer_named(world: World) -> None:
    world.handle(status_message(epochs=[(EPOCH, 1, 3)]), pack_message(1))
    (world.keys / f"{GATEWAY}.key").unlink()
    world.clock.pass_s(LOOK_S)
    world.ingest.refresh()

    assert world.feed.retired_gateways == [GATEWAY]
    assert world.handle(status_message()) == []
    assert len(world.feed.statuses) == 1
    assert len(world.stored()) == 2  # its data is kept


def test_hashes_are_forgotten_after_30_days_a_part_at_a_time(world: World) -> None:
    world.handle(pack_message(1), pack_message(3))
    changed = pack_message(1, value=2.0)
    world.ingest.refresh()
    assert world.receipts(changed)[0].refused == ((1, 2),)

    world.clock.pass_s(HASHES_KEPT_US / 1e6 + 3_600)
    world.ingest.refresh()
    (receipt,) = world.receipts(changed)
    assert (receipt.stored, receipt.refused) == (((1, 2),), ())
    assert world.ingest.counts.duplicates == 1


def test_answer_names_the_store_as_it_was_before_what_is_wanted_again(world: World) -> None:
    """An answer that lists everything under the new id would keep a gateway from sending it again."""
    world.handle(pack_message(1))

    class Asked(Through):
        def kept(self, gateway: str, epoch: str, first: int, last: int) -> Kept:
            kept = super().kept(gateway, epoch, first, last)
            self.want(0)
            return kept

    before = world.store.id
    world.ingest = Ingest(world.registry, world.state, Asked(world.store), world.feed, world.clock.clock)
    (receipt,) = world.receipts(status_message(epochs=[(EPOCH, 1, 3)]))
    assert receipt.stored == ((1, 2),)
    assert receipt.store == before != world.store.id
