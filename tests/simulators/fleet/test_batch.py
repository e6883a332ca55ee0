"""Tests of the gateways that share a connection: who asks, who sends, and who waits."""

from gateway.uplink.driver import Message
from gateway.uplink.lane import RESEND_FIRST_S
from simulators.fleet.batch import Batch
from simulators.fleet.counts import Counts
from simulators.fleet.instruments import records_of
from simulators.fleet.schedule import Plan
from tests.simulators.fleet.peer import SENSORS, Clock, answer, gateway, pack_of, receipt, status_of

GATEWAYS = 5
RECORDS = records_of(SENSORS)


class Shared:
    """A batch on a connection, with its clock, its counts, and a hub that a test plays."""

    def __init__(self, rate: float, *, asking_max: int = 100, packs_max: int | None = None) -> None:
        self.clock = Clock()
        self.counts = Counts()
        self.batch = Batch(
            {number: gateway(self.counts, f"fleet-{number + 1:04d}") for number in range(GATEWAYS)},
            Plan(GATEWAYS, RECORDS, rate),
            self.clock.machine,
            self.counts,
            asking_max=asking_max,
            packs_max=packs_max,
        )
        self.batch.connected()

    def due(self) -> list[Message]:
        """All that is to be published now."""
        found: list[Message] = []
        while messages := self.batch.due():
            found += messages
        return found

    def answer(self, statuses: list[Message]) -> None:
        for message in statuses:
            self.batch.received(message.topic.replace("/status", "/receipt"), answer(message))

    def receive(self, message: Message) -> None:
        pack = pack_of(message)
        self.batch.received(f"essex/v1/{pack.gateway}/receipt", receipt(pack))


def answered(rate: float, packs_max: int | None = None) -> Shared:
    """One whose gateways are all answered."""
    shared = Shared(rate, packs_max=packs_max)
    shared.answer(shared.due())
    assert shared.counts.answered == shared.counts.connected == GATEWAYS
    return shared


def test_few_gateways_ask_at_a_time() -> None:
    shared = Shared(100.0, asking_max=2)
    first = shared.due()
    assert len(first) == 2
    assert shared.due() == []

    shared.answer(first[:1])
    second = shared.due()
    assert len(second) == 1
    shared.answer(first[1:] + second)
    assert len(shared.due()) == 2
    assert shared.counts.answered == 3


def test_question_without_an_answer_is_asked_again() -> None:
    shared = Shared(100.0)
    first = shared.due()
    shared.answer(first[1:])
    shared.clock.now_s += RESEND_FIRST_S

    (again,) = shared.due()

    assert again.topic == first[0].topic
    assert status_of(again).nonce != status_of(first[0]).nonce


def test_all_that_falls_due_is_sent_in_its_time() -> None:
    shared = answered(rate=5.0 * RECORDS)
    shared.batch.begin(shared.clock.now_s, shared.clock.now_s + 30)
    packs = []
    for _ in range(32 * 10):
        for message in shared.due():
            packs.append(pack_of(message))
            shared.receive(message)
        shared.clock.now_s += 0.1

    assert {pack.gateway for pack in packs} == {f"fleet-{number + 1:04d}" for number in range(GATEWAYS)}
    assert sum(pack.count for pack in packs) == 5 * RECORDS * 30
    assert (shared.counts.receipted, shared.counts.resent) == (shared.counts.sent, 0)
    assert shared.batch.waiting() == 0
    assert shared.counts.through


def test_what_finds_the_window_full_waits_and_goes_after_a_receipt() -> None:
    shared = answered(rate=5.0 * 1_000)
    shared.batch.begin(shared.clock.now_s, shared.clock.now_s + 60)
    shared.clock.now_s += 4
    sent = shared.due()
    waiting = shared.batch.waiting()

    assert 1_000 * GATEWAYS < shared.counts.sent <= 2_000 * GATEWAYS
    assert abs(shared.counts.sent + waiting - 4 * 5_000) <= GATEWAYS * RECORDS
    shared.receive(sent[0])
    assert [pack_of(message).gateway for message in shared.due()] == [pack_of(sent[0]).gateway]
    assert shared.batch.waiting() < waiting


def test_without_a_rate_a_receipt_lets_the_next_pack_go_and_gateways_take_turns() -> None:
    shared = answered(rate=0.0, packs_max=3)
    shared.batch.begin(shared.clock.now_s, shared.clock.now_s + 60)
    sent = shared.due()
    assert len(sent) == 3

    for number in range(12):
        shared.clock.now_s += 0.001
        shared.receive(sent[number])
        (message,) = shared.due()
        sent.append(message)

    gateways = [pack_of(message).gateway for message in sent]
    assert {gateways.count(gateway) for gateway in gateways} == {3}
    shared.clock.now_s += 60
    shared.receive(sent[-1])
    assert [pack_of(message) for message in shared.due() if "/pack/" in message.topic and message not in sent] == []


def test_new_connection_asks_again_and_then_sends_what_was_under_way() -> None:
    shared = answered(rate=0.0, packs_max=3)
    shared.batch.begin(shared.clock.now_s, shared.clock.now_s + 60)
    sent = shared.due()
    shared.batch.disconnected()
    assert shared.batch.due() == []
    assert (shared.counts.connected, shared.counts.answered) == (0, 0)

    shared.batch.connected()
    statuses = shared.due()
    assert len(statuses) == GATEWAYS
    shared.clock.now_s += 1
    shared.answer(statuses)
    assert shared.due() == sent


def test_message_for_somebody_else_does_nothing() -> None:
    shared = answered(rate=0.0)

    shared.batch.received("essex/v1/fleet-9999/receipt", b"")

    assert shared.counts.ignored == 0


def test_every_gateway_says_farewell_once() -> None:
    shared = answered(rate=1_000.0)
    shared.batch.begin(shared.clock.now_s, shared.clock.now_s + 60)
    shared.clock.now_s += 20
    shared.batch.leave()
    states = [shared.batch.has_left]

    said = [*shared.due(), shared.batch.farewell()]

    assert [*states, shared.batch.has_left] == [False, True]
    assert [status_of(message).state for message in said] == ["disconnected"] * GATEWAYS
    assert len({message.topic for message in said}) == GATEWAYS


def test_batch_without_a_connection_has_nobody_to_say_farewell_to() -> None:
    shared = answered(rate=1_000.0)
    shared.batch.disconnected()
    shared.batch.leave()

    assert shared.batch.has_left
    assert shared.due() == []
