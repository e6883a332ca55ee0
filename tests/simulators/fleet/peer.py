"""A hub's side of the protocol for one gateway of a fleet, and a clock that a test moves."""

import json
import random
from dataclasses import dataclass, field

from gateway.uplink.driver import Message
from sensorhub.clock import MachineClock
from sensorhub.ranges import Range
from sensorhub.receipt import Receipt, encode_receipt
from sensorhub.signing import KEY_BYTES, sign
from sensorhub.status import Status, decode_status
from sensorhub.topics import PackId, parse_pack_levels, parse_topic
from simulators.fleet.counts import Counts
from simulators.fleet.gateway import FleetGateway
from simulators.fleet.instruments import Instruments

KEY = bytes(range(KEY_BYTES))
STORE = "0123456789abcdef"
OTHER_STORE = "fedcba9876543210"
NOW_US = 1_764_000_000_000_000
SENSORS = 4


@dataclass
class Clock:
    """The machine's time, seconds."""

    now_s: float = 100.0
    machine: MachineClock = field(init=False)

    def __post_init__(self) -> None:
        self.machine = MachineClock(lambda: self.now_s, lambda: NOW_US + round(self.now_s * 1_000_000))


def gateway(counts: Counts, name: str = "fleet-0001", sensors: int = SENSORS) -> FleetGateway:
    instruments = Instruments(sensors, random.Random(1))
    return FleetGateway(name, KEY, instruments, instruments.described(60.0), counts, random.Random(2))


def status_of(message: Message) -> Status:
    assert message.retain
    assert message.topic.endswith("/status")
    return decode_status(message.payload)


def pack_of(message: Message) -> PackId:
    topic = parse_topic(message.topic)
    assert topic is not None
    pack = parse_pack_levels(topic.gateway, topic.levels)
    assert isinstance(pack, PackId)
    return pack


def receipt(
    pack: PackId,
    stored: list[Range] | None = None,
    refused: list[Range] | None = None,
    *,
    store: str = STORE,
    epoch: str | None = None,
    key: bytes = KEY,
) -> bytes:
    """A receipt for a pack; by default all of it is stored."""
    named = [(pack.first, pack.last)] if stored is None else stored
    return _signed(pack.gateway, Receipt(store, epoch or pack.epoch, tuple(named), tuple(refused or ()), "", 0), key)


def answer(message: Message, store: str = STORE) -> bytes:
    """The answer to a status, which lists nothing."""
    topic = parse_topic(message.topic)
    assert topic is not None
    status = json.loads(message.payload)
    (told,) = status["epochs"]
    return _signed(topic.gateway, Receipt(store, told["epoch"], (), (), status["nonce"], 0), KEY)


def _signed(name: str, what: Receipt, key: bytes) -> bytes:
    return sign(key, f"essex/v1/{name}/receipt", encode_receipt(what))
