"""A gateway at the protocol level: publishes what a test tells it to, and collects what the hub sends back."""

import contextlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from sensorhub.broker import BrokerSettings
from sensorhub.command import Command, decode_command
from sensorhub.receipt import Receipt, decode_receipt
from sensorhub.signing import SignatureWrong, verify
from sensorhub.topics import OPEN_ROOT, gateway_topic
from tests.waiting import wait_for

TIMEOUT_S = 15.0


class GatewayPeer:
    """A connected client that believes only what its key has signed."""

    def __init__(self, gateway: str, key: bytes, broker: BrokerSettings, root: str = OPEN_ROOT) -> None:
        self.receipts: list[Receipt] = []
        self.commands: list[Command] = []
        self._key = key
        self._topics = [gateway_topic(root, gateway, leaf) for leaf in ("receipt", "command")]
        self._subscribed = threading.Event()
        self.client = paho.Client(
            CallbackAPIVersion.VERSION2, f"peer-of-{gateway}-on-{root}", protocol=MQTTProtocolVersion.MQTTv311
        )
        self.client.on_connect = lambda client, *_: client.subscribe([(topic, 1) for topic in self._topics])
        self.client.on_subscribe = lambda *_: self._subscribed.set()
        self.client.on_message = self._take
        self.client.reconnect_delay_set(1, 1)
        if broker.username is not None:
            self.client.username_pw_set(broker.username, broker.password())
        self.client.connect(broker.host, broker.port, 10)
        self.client.loop_start()
        wait_for(self._subscribed.is_set, TIMEOUT_S, "the gateway is subscribed")

    def _take(self, _client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
        with contextlib.suppress(SignatureWrong):
            body = verify(self._key, message.topic, bytes(message.payload))
            if message.topic == self._topics[0]:
                self.receipts.append(decode_receipt(body))
            else:
                self.commands.append(decode_command(body))

    def send(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 1) -> None:
        self.client.publish(topic, payload, qos, retain)

    def receipted(self, first: int, last: int) -> bool:
        """Whether receipts of packs name all of first to last, stored or refused."""
        named = {
            number
            for receipt in self.receipts
            for low, high in receipt.stored + receipt.refused
            for number in range(low, high + 1)
        }
        return named.issuperset(range(first, last + 1))

    def wait_for_receipts(self, first: int, last: int) -> None:
        wait_for(lambda: self.receipted(first, last), TIMEOUT_S, f"receipts name {first} to {last}")


@contextmanager
def gateway_peer(gateway: str, key: bytes, broker: BrokerSettings, root: str = OPEN_ROOT) -> Iterator[GatewayPeer]:
    """A peer for as long as the block lasts."""
    peer = GatewayPeer(gateway, key, broker, root)
    try:
        yield peer
    finally:
        peer.client.disconnect()
        peer.client.loop_stop()
