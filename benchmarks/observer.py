"""Stands beside the hub and notes when packs and receipts of one gateway pass the broker; reads them afterwards."""

from collections.abc import Iterator
from dataclasses import dataclass

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from sensorhub.broker import BrokerSettings
from sensorhub.clock import wall_us
from sensorhub.pack import decode_pack
from sensorhub.ranges import RangeSet
from sensorhub.receipt import decode_receipt
from sensorhub.signing import verify
from sensorhub.topics import OPEN_ROOT, PackId, gateway_topic, parse_pack_levels, parse_topic


@dataclass(frozen=True, slots=True)
class Passed:
    """A message that passed: the wall clock then (us), its topic and payload."""

    at_us: int
    topic: str
    payload: bytes


class Observer:
    """Made before the gateway starts.

    Arguments:
        gateway, key: whose messages.
    """

    def __init__(self, broker: BrokerSettings, gateway: str, key: bytes) -> None:
        self.packs: list[Passed] = []
        self._receipts: list[Passed] = []
        self._read = 0
        self._received = RangeSet()
        self._key = key
        self._receipt_topic = gateway_topic(OPEN_ROOT, gateway, "receipt")
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._note
        self._client.connect(broker.host, broker.port)
        self._client.subscribe([(f"{OPEN_ROOT}/{gateway}/pack/#", 1), (self._receipt_topic, 1)])
        self._client.loop_start()

    def _note(self, _client: paho.Client, _userdata: object, message: paho.MQTTMessage) -> None:
        passed = Passed(wall_us(), message.topic, bytes(message.payload))
        (self._receipts if message.topic == self._receipt_topic else self.packs).append(passed)

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    def received(self, first: int, last: int) -> bool:
        """Whether receipts have named all of first to last."""
        for receipt in self._receipts[self._read :]:
            self._read += 1
            for low, high in self._ranges(receipt):
                self._received.add(low, high)
        return self._received.covers(first, last)

    def receipt_times(self) -> Iterator[tuple[int, list[tuple[int, int]]]]:
        """When each receipt passed (us), and the ranges that it names."""
        for receipt in self._receipts:
            yield receipt.at_us, self._ranges(receipt)

    def _ranges(self, receipt: Passed) -> list[tuple[int, int]]:
        read = decode_receipt(verify(self._key, receipt.topic, receipt.payload))
        return [*read.stored, *read.refused]

    def first_passed(self) -> dict[PackId, Passed]:
        """Each pack, and when it passed first."""
        found: dict[PackId, Passed] = {}
        for passed in self.packs:
            found.setdefault(pack_of(passed), passed)
        return found


def pack_of(passed: Passed) -> PackId:
    """The identity of a pack, from its topic."""
    topic = parse_topic(passed.topic)
    assert topic is not None
    pack = parse_pack_levels(topic.gateway, topic.levels)
    assert isinstance(pack, PackId)
    return pack


def record_times(pack: PackId, passed: Passed) -> Iterator[tuple[int, int]]:
    """Sequence and time (us) of each record of a pack."""
    for sequence, record in decode_pack(pack, passed.payload).records:
        yield sequence, record.time_us
