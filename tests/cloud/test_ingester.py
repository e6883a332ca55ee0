"""Tests of the ingest thread: receipts before acknowledgements, back-off, and one bad message alone."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from cloud.incoming import Incoming
from cloud.ingest import Ingest
from cloud.ingester import MESSAGE_BYTES, QUEUE_BYTES_MAX, Delivery, Ingester
from cloud.receipts import Outgoing
from cloud.stores.protocol import StoreUnavailable
from cloud.trouble import Troubles
from tests.cloud.fakes import GATEWAY, World, message, pack_message, readings
from tests.waiting import wait_for

TIMEOUT_S = 10.0


class FakeLink:
    """Remembers what was published and acknowledged, in order."""

    def __init__(self) -> None:
        self.did: list[Outgoing | Delivery] = []

    def publish(self, outgoing: Outgoing) -> None:
        self.did.append(outgoing)

    def acknowledge(self, delivery: Delivery) -> None:
        self.did.append(delivery)


class SoonRandom:
    """Chance that waits as little as it may."""

    def uniform(self, low: float, high: float) -> float:
        return 0.01


class Running:
    """An ingester in its thread, over an ingest core of the test's choice."""

    def __init__(self, world: World, make: Callable[[World], Ingest]) -> None:
        self.world = world
        self.link = FakeLink()
        self.troubles = Troubles(world.feed)
        self.ingester = Ingester(make(world), self.troubles, jitter=SoonRandom())
        self.started = False

    def start(self) -> None:
        self.ingester.start(self.link)
        self.started = True

    def acknowledged(self) -> list[int]:
        return [done.mid for done in self.link.did if isinstance(done, Delivery)]

    def end(self) -> None:
        if self.started:
            self.ingester.stop()
            self.ingester.join(TIMEOUT_S)
        self.world.state.close()


Start = Callable[..., Running]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Start]:
    made: list[Running] = []

    def make(core: Callable[[World], Ingest] = lambda world: world.ingest) -> Running:
        made.append(Running(World(tmp_path), core))
        return made[-1]

    yield make
    for each in made:
        each.end()


def delivery(incoming: Incoming, mid: int, qos: int = 1) -> Delivery:
    return Delivery(incoming, qos, generation=1, mid=mid)


def test_ingester_publishes_receipts_before_it_acknowledges(running: Start) -> None:
    run = running()
    for mid in (1, 2, 3):
        assert run.ingester.offer(delivery(pack_message(mid * 2), mid))
    run.start()

    wait_for(lambda: run.acknowledged() == [1, 2, 3], TIMEOUT_S, "all are acknowledged")
    assert isinstance(run.link.did[0], Outgoing)
    assert run.world.open(run.link.did[0]).stored == ((2, 7),)
    assert run.world.store.writes == 1


def test_ingester_without_the_store_neither_receipts_nor_acknowledges_and_says_so_once(
    running: Start, caplog: pytest.LogCaptureFixture
) -> None:
    run = running()
    run.world.store.failures = 10**9
    run.ingester.offer(delivery(pack_message(1), 1))
    run.start()

    wait_for(lambda: run.world.store.writes >= 3, TIMEOUT_S, "the store was tried three times")
    assert run.link.did == []
    run.world.store.failures = 0
    wait_for(lambda: run.acknowledged() == [1], TIMEOUT_S, "the message is acknowledged")
    assert run.world.stored() == readings(1, 2)
    assert run.world.feed.troubles == ["No data is taken. The store is away.", None]
    assert caplog.text.count("The store is away.") == 1


def test_ingester_ends_while_the_store_is_away(running: Start) -> None:
    run = running()
    run.world.store.failures = 10**9
    run.ingester.offer(delivery(pack_message(1), 1))
    run.start()
    wait_for(lambda: run.world.feed.troubles, TIMEOUT_S, "the trouble is shown")

    run.ingester.stop()
    run.ingester.join(TIMEOUT_S)
    assert run.link.did == []


class Fragile(Ingest):
    """A core with a fault: it breaks on records from 100 on."""

    def handle(self, messages: Sequence[Incoming]) -> list[Outgoing]:
        for each in messages:
            if "/100/" in each.topic:
                raise ZeroDivisionError
        return super().handle(messages)


def fragile(world: World) -> Ingest:
    return Fragile(world.registry, world.state, world.store, world.feed, world.clock.clock)


def test_ingester_sets_aside_the_one_message_on_which_the_core_breaks(
    running: Start, caplog: pytest.LogCaptureFixture
) -> None:
    run = running(fragile)
    for mid, first in enumerate((1, 100, 3, 100), 1):
        run.ingester.offer(delivery(pack_message(first), mid))
    run.start()

    wait_for(lambda: run.acknowledged() == [1, 2, 3, 4], TIMEOUT_S, "all are acknowledged")
    receipts = [run.world.open(done) for done in run.link.did if isinstance(done, Outgoing)]
    assert [receipt.stored for receipt in receipts] == [((1, 2),), ((3, 4),)]
    assert [(letter.gateway, letter.reason) for letter in run.world.state.dead_letters()] == [
        (GATEWAY, "the hub failed on it: ZeroDivisionError")
    ]
    assert caplog.text.count("Traceback") == 1


class Mute(Ingest):
    """A core that cannot look for new names at first, neither for want of a database nor for a fault."""

    def __init__(self, world: World) -> None:
        super().__init__(world.registry, world.state, world.store, world.feed, world.clock.clock)
        self._faults: list[Exception] = [StoreUnavailable("The state database is away."), ZeroDivisionError()]
        self.looked = threading.Event()

    def refresh(self) -> list[Outgoing]:
        if self._faults:
            raise self._faults.pop()
        self.looked.set()
        return super().refresh()


def test_ingester_goes_on_when_looking_for_names_fails(running: Start) -> None:
    cores: list[Mute] = []

    def mute(world: World) -> Ingest:
        cores.append(Mute(world))
        return cores[0]

    run = running(mute)
    run.start()

    assert cores[0].looked.wait(TIMEOUT_S)
    run.ingester.offer(delivery(pack_message(1), 1))
    wait_for(lambda: run.acknowledged() == [1], TIMEOUT_S, "the message is acknowledged")
    assert run.world.feed.troubles == [
        "The hub's own notes cannot be kept. The state database is away.",
        None,
    ]


def test_ingester_without_room_takes_no_more_until_it_is_through(
    running: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    run = running()
    large = message(f"essex/v1/{GATEWAY}/pack/x", bytes(2**20))
    most = QUEUE_BYTES_MAX // (2**20 + MESSAGE_BYTES)

    assert [run.ingester.offer(delivery(large, 0, qos=0)) for _ in range(most)].count(True) == most // 2
    assert [run.ingester.offer(delivery(large, 1)) for _ in range(most)].count(True) == most - most // 2
    run.start()
    wait_for(lambda: "is taken again" in caplog.text, TIMEOUT_S, "the queue is empty")
    assert caplog.text.count("More messages come than can be kept") == 1
    assert run.ingester.offer(delivery(pack_message(1), 2))
