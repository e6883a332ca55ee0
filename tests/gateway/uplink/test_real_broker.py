"""The sending side at a real mosquitto: limits that it tells, limits that it keeps to itself, and an ACL."""

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from gateway.uplink.driver import Granted, Message
from gateway.uplink.limits import BROKE_MAX
from gateway.uplink.mqtt import Link
from sensorhub.clock import MachineClock
from sensorhub.receipt import Receipt, encode_receipt
from sensorhub.signing import sign
from sensorhub.status import decode_status
from sensorhub.topics import parse_pack_levels, parse_topic
from tests.gateway.uplink.outbox_rig import KEY, STORE, Sender
from tests.mosquitto import Mosquitto, mosquitto
from tests.waiting import until, wait_for

TIMEOUT_S = 20.0
RECORDS = 1_500


class Driver:
    """Serves the link from an outbox, in the event loop itself."""

    def __init__(self, sender: Sender) -> None:
        self.out = sender.outbox
        self.connections = 0
        self.granted = Granted()
        self._poke = asyncio.Event()

    async def connected(self, granted: Granted) -> None:
        self.connections += 1
        self.granted = granted
        self.out.connected(granted)

    async def disconnected(self, unanswered: Sequence[str]) -> None:
        self.out.disconnected(unanswered)

    async def refused(self, topic: str, code: int, reason: str) -> None:
        self.out.refused(topic, code, reason)

    async def received(self, topic: str, payload: bytes) -> None:
        self.out.received(topic, payload)
        self._poke.set()

    async def next(self) -> list[Message]:
        while not (messages := self.out.due()):
            try:
                async with asyncio.timeout(0.1):
                    await self._poke.wait()
            except TimeoutError:
                pass
            self._poke.clear()
        return messages

    def will(self) -> Message:
        return self.out.will()

    async def farewell(self) -> Message:
        return self.out.farewell()


class Hub:
    """Answers statuses and receipts packs, as one whose store takes everything."""

    def __init__(self, broker: Mosquitto) -> None:
        self.sizes: list[int] = []
        self.stored: set[int] = set()
        self.troubles: list[str] = []
        self._subscribed = False
        self.client = paho.Client(CallbackAPIVersion.VERSION2, "hub", protocol=MQTTProtocolVersion.MQTTv5)
        self.client.on_message = self._take
        self.client.on_subscribe = self._note
        self.client.connect(broker.settings.host, broker.settings.port)
        self.client.loop_start()
        self.client.subscribe("essex/v1/+/#", 1)
        wait_for(lambda: self._subscribed, TIMEOUT_S, "the hub subscribes")

    def _note(self, *_: object) -> None:
        self._subscribed = True

    def _take(self, client: paho.Client, _: object, message: paho.MQTTMessage) -> None:
        topic = parse_topic(message.topic)
        assert topic is not None
        if topic.levels == ("status",):
            status = decode_status(bytes(message.payload))
            self.troubles.append(status.trouble)
            if status.nonce:
                for epoch in status.epochs:
                    self._receipt(client, Receipt(STORE, epoch.epoch, (), (), status.nonce, 1_764_000_000_000_000))
        elif topic.levels[0] == "pack":
            pack = parse_pack_levels(topic.gateway, topic.levels)
            assert not isinstance(pack, str)
            self.sizes.append(len(message.payload))
            self.stored.update(range(pack.first, pack.last + 1))
            self._receipt(client, Receipt(STORE, pack.epoch, ((pack.first, pack.last),), (), "", 0))

    def _receipt(self, client: paho.Client, receipt: Receipt) -> None:
        topic = "essex/v1/g/receipt"
        client.publish(topic, sign(KEY, topic, encode_receipt(receipt)), 1)


@contextmanager
def hub_at(broker: Mosquitto) -> Iterator[Hub]:
    hub = Hub(broker)
    try:
        yield hub
    finally:
        hub.client.disconnect()
        hub.client.loop_stop()


async def send(broker: Mosquitto, sender: Sender, done: Callable[[], bool], timeout_s: float = TIMEOUT_S) -> Driver:
    """Serve the outbox until that holds."""

    async def soon(_: float) -> None:
        await asyncio.sleep(0)

    driver = Driver(sender)
    link = Link(broker.settings, "g", sender.outbox.topics, driver, random.Random(1), sleep=soon)
    task = asyncio.create_task(link.run())
    try:
        await until(done, timeout_s, "it is done")
    finally:
        task.cancel()
        await asyncio.wait((task,))
    return driver


@pytest.mark.parametrize(
    ("more", "allowed"),
    [("", 65_536), ("max_packet_size 2000\n", 2_000), ("max_inflight_messages 1\n", 65_536)],
    ids=["no limits", "max_packet_size", "one under way"],
)
def test_gateway_keeps_to_the_limits_that_a_broker_tells(tmp_path: Path, more: str, allowed: int) -> None:
    with mosquitto(tmp_path, more) as broker, hub_at(broker) as hub:
        sender = Sender(machine=MachineClock())
        sender.measure(RECORDS)
        driver = asyncio.run(send(broker, sender, lambda: sender.epochs.unreceived == 0))
    assert driver.connections == 1
    assert hub.stored == set(range(1, RECORDS + 1))
    assert max(hub.sizes) <= allowed
    if "inflight" in more:
        assert driver.granted.receive_max == 1


def test_gateway_at_a_broker_that_breaks_on_large_messages_learns_it_and_sends_smaller_ones(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A message_size_limit is not told, and what is larger is answered so that the connection breaks."""
    with mosquitto(tmp_path, "message_size_limit 4000\n") as broker, hub_at(broker) as hub:
        sender = Sender(machine=MachineClock())
        sender.measure(1_000)
        driver = asyncio.run(send(broker, sender, lambda: "broke the connection" in caplog.text))
        assert driver.connections >= BROKE_MAX
        sender.measure(500)
        driver = asyncio.run(send(broker, sender, lambda: sender.epochs.unreceived <= 1_000))
    assert set(range(1_001, 1_501)) <= hub.stored
    assert max(hub.sizes) <= 4_000
    assert caplog.text.count("broke the connection to the broker") == 1
    assert any("are kept and not sent" in trouble for trouble in hub.troubles)
    assert driver.connections <= 2


def test_gateway_whose_packs_an_acl_refuses_says_so_and_does_not_loop(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    acl = tmp_path / "acl"
    acl.write_text("topic readwrite essex/v1/g/status\ntopic readwrite essex/v1/g/receipt\n")
    acl.chmod(0o600)
    with mosquitto(tmp_path, f"acl_file {acl}\n") as broker, hub_at(broker) as hub:
        sender = Sender(machine=MachineClock())
        sender.measure(10)
        driver = asyncio.run(send(broker, sender, lambda: any("Not authorized" in text for text in hub.troubles)))
    assert driver.connections == 1
    assert sender.epochs.unreceived == 10
    assert caplog.text.count("Not authorized") == 1
