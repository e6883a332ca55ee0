"""A hub without a store: answers statuses and gives a receipt for every pack as it comes, whatever is in it."""

import json
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from sensorhub.broker import BrokerSettings
from sensorhub.clock import wall_us
from sensorhub.receipt import Receipt, encode_receipt
from sensorhub.signing import read_key, sign
from sensorhub.status import is_nonce
from sensorhub.topics import OPEN_ROOT, PackId, gateway_topic, parse_pack_levels, parse_topic

STORE = "0123456789abcdef"


class ReceiptSink:
    """Runs in the thread of its client.

    Arguments:
        keys: folder with a key for each gateway.
    """

    def __init__(self, broker: BrokerSettings, keys: Path) -> None:
        self.records = 0
        self.bytes = 0
        self._folder = keys
        self._keys: dict[str, bytes] = {}
        self._client = paho.Client(CallbackAPIVersion.VERSION2, "sink")
        self._client.max_inflight_messages_set(1_000)
        self._client.on_message = self._take
        self._client.connect(broker.host, broker.port)
        self._client.subscribe([(f"{OPEN_ROOT}/+/pack/#", 1), (f"{OPEN_ROOT}/+/status", 1)])
        self._client.loop_start()

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    def _take(self, _client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
        topic = parse_topic(message.topic)
        if topic is None or not message.payload or not self._knows(topic.gateway):
            return
        if topic.levels[0] == "status":
            self._answer(topic.gateway, json.loads(message.payload))
            return
        pack = parse_pack_levels(topic.gateway, topic.levels)
        assert isinstance(pack, PackId)
        self.records += pack.count
        self.bytes += len(message.payload)
        self._say(pack.gateway, Receipt(STORE, pack.epoch, ((pack.first, pack.last),), (), "", wall_us()))

    def _answer(self, gateway: str, status: dict[str, object]) -> None:
        epochs, nonce = status["epochs"], str(status["nonce"])
        assert isinstance(epochs, list)
        for each in epochs if is_nonce(nonce) else []:
            self._say(gateway, Receipt(STORE, each["epoch"], (), (), nonce, wall_us()))

    def _knows(self, gateway: str) -> bool:
        if gateway not in self._keys:
            path = self._folder / f"{gateway}.key"
            if not path.exists():
                return False
            self._keys[gateway] = read_key(path)
        return True

    def _say(self, gateway: str, receipt: Receipt) -> None:
        topic = gateway_topic(OPEN_ROOT, gateway, "receipt")
        self._client.publish(topic, sign(self._keys[gateway], topic, encode_receipt(receipt)), qos=1)
