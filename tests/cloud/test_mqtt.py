"""Tests of the hub's link to a real mosquitto, and to the embedded broker, which speaks MQTT 3.1.1 only."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cloud.ingester import Delivery, Ingester
from cloud.mqtt import BrokerLink
from cloud.trouble import Troubles
from sensorhub.broker import BrokerSettings
from sensorhub.clock import MachineClock
from sensorhub.topics import CARE_ROOT, OPEN_ROOT, gateway_topic
from simulators.broker import private_broker
from tests.cloud.fakes import GATEWAY, NONCE, FakeFeed, World, pack_message, readings, status_message
from tests.cloud.test_ingester import SoonRandom
from tests.gateway_peer import TIMEOUT_S, GatewayPeer, gateway_peer
from tests.mosquitto import Mosquitto, mosquitto
from tests.ports import free_port
from tests.waiting import wait_for

RECEIPT_TOPIC = gateway_topic(OPEN_ROOT, GATEWAY, "receipt")


class LinkedWorld(World):
    """Ingest in its thread, linked to a broker."""

    def __init__(self, folder: Path, settings: BrokerSettings) -> None:
        super().__init__(folder)
        self.troubles = Troubles(self.feed)
        self.ingester = Ingester(self.ingest, self.troubles, jitter=SoonRandom())
        self.link = BrokerLink(
            settings, "hub-1", self.ingester.offer, self.troubles, self.clock.clock, jitter=SoonRandom()
        )

    def __enter__(self) -> "LinkedWorld":
        self.ingester.start(self.link)
        self.link.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ingester.stop()
        self.ingester.join(TIMEOUT_S)
        self.link.stop(TIMEOUT_S)
        self.state.close()

    def wait_up(self) -> None:
        wait_for(lambda: self.link.up, TIMEOUT_S, "the hub is connected")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def linked(stack: ExitStack, folder: Path, settings: BrokerSettings) -> tuple[LinkedWorld, GatewayPeer]:
    world = stack.enter_context(LinkedWorld(folder, settings))
    world.wait_up()
    return world, stack.enter_context(gateway_peer(GATEWAY, world.key, settings))


def send_pack(peer: GatewayPeer, first: int, *, count: int = 2, body: bytes | None = None) -> None:
    pack = pack_message(first, count, body=body)
    peer.send(pack.topic, pack.payload)


def test_link_carries_packs_to_ingest_and_receipts_back(tmp_path: Path, broker: Mosquitto, stack: ExitStack) -> None:
    world, peer = linked(stack, tmp_path, broker.settings)
    for first in range(1, 1_001, 2):
        send_pack(peer, first)

    peer.wait_for_receipts(1, 1_000)
    assert sorted(world.stored(), key=lambda one: one.time_us) == readings(1, 1_000)
    assert world.feed.troubles == []


def test_link_brings_a_retained_status_to_a_new_hub(tmp_path: Path, broker: Mosquitto, stack: ExitStack) -> None:
    with gateway_peer(GATEWAY, b"", broker.settings) as early:
        status = status_message()
        early.send(status.topic, status.payload, retain=True)
        world = stack.enter_context(LinkedWorld(tmp_path, broker.settings))

        wait_for(lambda: world.feed.statuses, TIMEOUT_S, "the status has come")
        assert world.feed.statuses[0][1].nonce == NONCE


@pytest.mark.parametrize("root", [OPEN_ROOT, CARE_ROOT])
def test_link_hears_its_own_root_only(tmp_path: Path, broker: Mosquitto, stack: ExitStack, root: str) -> None:
    topics: list[str] = []

    def hold(delivery: Delivery) -> bool:
        topics.append(delivery.message.topic)
        return True

    clock = MachineClock()
    link = BrokerLink(broker.settings, "hub-1", hold, Troubles(FakeFeed()), clock, root=root, jitter=SoonRandom())
    link.start()
    stack.callback(link.stop, TIMEOUT_S)
    wait_for(lambda: link.up, TIMEOUT_S, "the hub is connected")
    peer = stack.enter_context(gateway_peer(GATEWAY, b"", broker.settings))
    leaves = ("pack/x", "status", "reply", "senml", "pack/last")
    for leaf in leaves:
        for each in (CARE_ROOT, OPEN_ROOT):
            peer.send(gateway_topic(each, GATEWAY, leaf), b"x")

    wait_for(lambda: gateway_topic(root, GATEWAY, "pack/last") in topics, TIMEOUT_S, "the last message has come")
    assert topics == [gateway_topic(root, GATEWAY, leaf) for leaf in leaves]


def test_link_passes_what_is_too_large_for_a_pack(tmp_path: Path, broker: Mosquitto, stack: ExitStack) -> None:
    world, peer = linked(stack, tmp_path, broker.settings)
    send_pack(peer, 1, body=b" " * 65_537)
    peer.send(f"{OPEN_ROOT}/{GATEWAY}/pack/nonsense", b"x")
    peer.send(f"{OPEN_ROOT}/{GATEWAY}/senml", b"[]", qos=0)
    send_pack(peer, 3)

    peer.wait_for_receipts(1, 4)
    wait_for(lambda: len(world.state.dead_letters()) == 3, TIMEOUT_S, "three dead letters are kept")


def test_link_waits_for_a_broker_and_says_so_once(
    tmp_path: Path, stack: ExitStack, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    broker = Mosquitto(tmp_path)
    world = stack.enter_context(LinkedWorld(tmp_path, broker.settings))
    wait_for(lambda: world.feed.troubles, TIMEOUT_S, "the trouble is shown")
    assert not world.link.up

    broker.start()
    stack.callback(broker.kill)
    world.wait_up()
    wait_for(lambda: len(world.feed.troubles) == 2, TIMEOUT_S, "the trouble is over")
    assert world.feed.troubles[1] is None
    assert caplog.text.count(f"127.0.0.1:{broker.port} is away (Connection refused)") == 1
    assert caplog.text.count(f"The broker 127.0.0.1:{broker.port} is back.") == 1


def test_link_comes_back_after_the_broker_was_killed(tmp_path: Path, broker: Mosquitto, stack: ExitStack) -> None:
    world, peer = linked(stack, tmp_path, broker.settings)
    for round_number in range(3):
        broker.kill()
        wait_for(lambda: not world.link.up, TIMEOUT_S, "the hub has noticed")
        broker.start()
        world.wait_up()
        wait_for(peer.client.is_connected, TIMEOUT_S, "the gateway is back")
        send_pack(peer, 1 + 2 * round_number)
        peer.wait_for_receipts(1, 2 + 2 * round_number)


def test_link_acknowledges_only_on_the_connection_a_message_came_by(
    tmp_path: Path, broker: Mosquitto, stack: ExitStack
) -> None:
    """A message held over a restart of the broker must not acknowledge the one that has its id now."""
    held: list[Delivery] = []

    def hold(delivery: Delivery) -> bool:
        held.append(delivery)
        return True

    feed, world = FakeFeed(), World(tmp_path)
    stack.callback(world.state.close)
    link = _link(broker.settings, hold, feed, world)
    link.start()
    wait_for(lambda: link.up, TIMEOUT_S, "the hub is connected")
    peer = stack.enter_context(gateway_peer(GATEWAY, world.key, broker.settings))
    send_pack(peer, 1)
    wait_for(lambda: len(held) == 1, TIMEOUT_S, "the first message has come")
    broker.kill()
    wait_for(lambda: not link.up, TIMEOUT_S, "the hub has noticed")
    broker.start()
    wait_for(lambda: link.up and peer.client.is_connected(), TIMEOUT_S, "both are back")
    send_pack(peer, 3)
    wait_for(lambda: len(held) == 2, TIMEOUT_S, "the second message has come")
    assert (held[0].mid, held[0].generation < held[1].generation) == (held[1].mid, True)

    link.acknowledge(held[0])
    link.stop(TIMEOUT_S)
    again = _link(broker.settings, hold, feed, world)
    stack.callback(again.stop, TIMEOUT_S)
    again.start()
    wait_for(lambda: len(held) == 3, TIMEOUT_S, "the second message has come again")
    assert held[2].message.topic == held[1].message.topic
    again.acknowledge(held[2])


def _link(settings: BrokerSettings, hold: object, feed: FakeFeed, world: World) -> BrokerLink:
    assert callable(hold)
    return BrokerLink(settings, "hub-1", hold, Troubles(feed), world.clock.clock, jitter=SoonRandom())


def test_link_falls_back_to_mqtt_3_1_1(tmp_path: Path, stack: ExitStack, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    program, settings = private_broker(tmp_path / "broker", free_port(), "embedded")
    child = stack.enter_context(subprocess.Popen(program.command))
    stack.callback(child.kill)
    _, peer = linked(stack, tmp_path, settings)
    for first in range(1, 101, 2):
        send_pack(peer, first)

    peer.wait_for_receipts(1, 100)
    assert "with MQTT 3.1.1" in caplog.text


def test_link_signs_in_and_says_when_it_may_not(tmp_path: Path, stack: ExitStack) -> None:
    (tmp_path / "passwords").write_text("")
    with mosquitto(tmp_path, f"allow_anonymous false\npassword_file {tmp_path / 'passwords'}\n") as broker:
        world = stack.enter_context(LinkedWorld(tmp_path, broker.settings))

        wait_for(lambda: world.feed.troubles, TIMEOUT_S, "the trouble is shown")
        assert "it refused: Not authorized" in str(world.feed.troubles[0])


def test_link_with_a_missing_password_file_says_so(tmp_path: Path, stack: ExitStack) -> None:
    settings = BrokerSettings(port=1, username="hub", password_file=tmp_path / "none")
    world = stack.enter_context(LinkedWorld(tmp_path, settings))

    wait_for(lambda: world.feed.troubles, TIMEOUT_S, "the trouble is shown")
    assert "cannot be read: No such file" in str(world.feed.troubles[0])


def test_link_ends_while_the_broker_is_frozen(tmp_path: Path, broker: Mosquitto, stack: ExitStack) -> None:
    world, _ = linked(stack, tmp_path, broker.settings)
    broker.signal(signal.SIGSTOP)
    stack.callback(broker.signal, signal.SIGCONT)

    world.link.stop(TIMEOUT_S)
    assert not world.link.up
