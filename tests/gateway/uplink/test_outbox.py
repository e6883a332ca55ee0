"""What a gateway publishes: statuses, replies and packs, and what it tells beside them."""

import pytest

from gateway.uplink.driver import Granted, LinkSilent
from gateway.uplink.outbox import STATUS_S
from sensorhub.command import Command, encode_command
from sensorhub.status import Fault, decode_status, is_nonce
from tests.gateway.uplink.outbox_rig import Sender


@pytest.fixture
def sender() -> Sender:
    return Sender()


def test_outbox_without_a_connection_publishes_nothing(sender: Sender) -> None:
    sender.measure(3)
    assert sender.outbox.due() == []


def test_outbox_status_first_then_packs_after_its_answer(sender: Sender) -> None:
    sender.measure(3)
    sender.outbox.connected()
    (status,), _, packs = sender.due()
    assert status.state == "ready"
    assert is_nonce(status.nonce)
    assert [(each.lowest, each.next) for each in status.epochs] == [(1, 4)]
    assert packs == []
    assert sender.answer(status.nonce) is not None
    statuses, _, packs = sender.due()
    assert (len(statuses), len(packs)) == (0, 1)
    assert sender.told == [status]


def test_outbox_status_every_minute_and_on_change(sender: Sender) -> None:
    sender.outbox.connected()
    (first,), _, _ = sender.due()
    sender.answer(first.nonce)
    sender.now_s = 5.0
    assert sender.due()[0] == []
    sender.faults["d"] = Fault(text="broken", since=0)
    (second,), _, _ = sender.due()
    assert second.sensors[0].fault is not None
    assert second.nonce != first.nonce
    sender.answer(second.nonce)
    sender.now_s += STATUS_S - 1
    assert sender.due()[0] == []
    sender.now_s += 1
    assert len(sender.due()[0]) == 1


def test_outbox_tells_of_trouble_in_its_status(sender: Sender) -> None:
    sender.measure(3)
    sender.outbox.connected()
    (status,), _, _ = sender.due()
    sender.answer(status.nonce)
    _, _, (pack,) = sender.due()
    sender.outbox.refused(pack.topic, 0x87, "Not authorized")
    sender.now_s = 2.0
    (status,), _, _ = sender.due()
    assert "Not authorized" in status.trouble


def test_outbox_names_all_epochs_and_replies_to_the_command_to_leave_one(sender: Sender) -> None:
    sender.measure(3)
    sender.outbox.connected()
    (status,), _, _ = sender.due()
    sender.answer(status.nonce)
    old = sender.epochs.current.epoch
    assert sender.outbox.topics == ("essex/v1/g/receipt", "essex/v1/g/command")
    sender.hear("command", encode_command(Command(1, "new-epoch", old)))
    assert sender.outbox.leave_epoch
    sender.epochs.begin([], [])
    sender.outbox.epoch_begun()
    statuses, replies, _ = sender.due()
    assert [each.epoch for each in statuses[0].epochs] == [old, sender.epochs.current.epoch]
    assert [(reply.number, reply.ok) for reply in replies] == [(1, True)]


def test_outbox_counts_as_backlog_what_should_have_its_receipt_by_now(sender: Sender) -> None:
    sender.measure(3)
    sender.outbox.connected()
    (status,), _, _ = sender.due()
    assert status.backlog == 0
    sender.answer(status.nonce)
    for _ in range(30):
        sender.now_s += 1
        for status in sender.due()[0]:
            sender.answer(status.nonce)
    assert sender.told[-1].backlog == 3
    sender.answer("", ((1, 3),))
    sender.now_s += 1
    assert sender.due()[0][0].backlog == 0


def test_outbox_silent_hub_has_the_connection_rebuilt(sender: Sender) -> None:
    sender.outbox.connected()
    sender.due()
    sender.now_s = 16.0
    with pytest.raises(LinkSilent):
        sender.outbox.due()


def test_outbox_packs_fit_the_packets_that_the_broker_takes(sender: Sender) -> None:
    sender.measure(300)
    sender.outbox.connected(Granted(packet_bytes_max=600))
    (status,), _, _ = sender.due()
    sender.answer(status.nonce)
    _, _, (pack,) = sender.due()
    assert len(pack.topic) + len(pack.payload) + 16 <= 600


def test_outbox_connections_have_ids_of_their_own_and_a_seed_repeats_them() -> None:
    seen = []
    for _ in range(2):
        sender = Sender(7)
        wills = [decode_status(sender.outbox.will().payload)]
        sender.outbox.connected()
        sender.outbox.disconnected()
        wills.append(decode_status(sender.outbox.will().payload))
        assert wills[0].connection != wills[1].connection
        seen.append([will.connection for will in wills])
    assert seen[0] == seen[1]


def test_outbox_farewell_wants_no_answer(sender: Sender) -> None:
    farewell = decode_status(sender.outbox.farewell().payload)
    assert (farewell.state, farewell.nonce) == ("disconnected", "")
