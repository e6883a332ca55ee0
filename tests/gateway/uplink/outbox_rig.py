"""A gateway's outbox on a disk in memory, for tests that play broker and hub."""

import random
from pathlib import Path
from uuid import UUID

from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from gateway.spool import Anchor, AnchorKind, Entry, Measured, ReadingEntry, SensorSettings, SpoolLimits
from gateway.spool.epochs import Epochs
from gateway.uplink.driver import Message
from gateway.uplink.outbox import Outbox
from sensorhub.broker import BrokerSettings
from sensorhub.clock import MachineClock
from sensorhub.command import Reply, decode_reply
from sensorhub.ranges import Range
from sensorhub.receipt import Receipt, encode_receipt
from sensorhub.signing import sign
from sensorhub.status import Fault, Status, decode_status
from tests.gateway.spool.memory_disk import MemoryDisk

S = 1_000_000_000
KEY = bytes(range(32))
STORE = "a" * 16


class StillClock:
    """A measurement clock that the test moves."""

    boot_id = UUID(int=1)
    ns = 0

    def now_ns(self) -> int:
        return self.ns


class Sender:
    """Arguments:
    seed: of nonces, ids and jitter.
    machine: the machine clock; by default one that stands at `now_s`.
    """

    def __init__(self, seed: int = 1, machine: MachineClock | None = None) -> None:
        self.now_s = 0.0
        self.clock = StillClock()
        self.disk = MemoryDisk()
        self.faults: dict[str, Fault] = {}
        self.told: list[Status] = []
        self.chance = random.Random(seed)
        self.epochs = Epochs.open(
            self.disk,
            "g",
            self.clock.boot_id,
            limits=SpoolLimits(bytes_max=2**24, reserve_bytes=0),
            new_epoch=lambda: f"{self.chance.getrandbits(64):016x}",
        )
        self.epochs.define([SensorSettings("d", "detector", 60_000, b"settings")])
        self.outbox = Outbox(
            GatewayConfig(
                gateway="g",
                key_file=Path("key"),
                spool=Path("spool"),
                broker=BrokerSettings(),
                sensors=(SensorConfig(id="d", pin=4),),
            ),
            KEY,
            self.epochs,
            disk=self.disk,
            clock=self.clock,
            machine=machine or MachineClock(monotonic_s=lambda: self.now_s, wall_us=lambda: 0),
            anchor=lambda: None,
            recording=lambda: None,
            faults=self.faults,
            chance=self.chance,
            told=self.told.append,
        )

    def measure(self, number: int) -> None:
        """Put so many records into the spool, of values that compression does not make small."""
        entries: list[Entry] = [Anchor(self.clock.ns, 1_764_000_000 * S, 0, AnchorKind.NTP)]
        for _ in range(number):
            self.clock.ns += S
            entries.append(ReadingEntry("d", self.clock.ns, (Measured("actuation_count", self.chance.random()),)))
        self.epochs.append(entries)

    def due(self) -> tuple[list[Status], list[Reply], list[Message]]:
        """What is published now: statuses, replies, packs."""
        statuses, replies, packs = [], [], []
        for message in self.outbox.due():
            leaf = message.topic.split("/")[3]
            assert message.retain == (leaf == "status")
            if leaf == "status":
                statuses.append(decode_status(message.payload))
            elif leaf == "reply":
                replies.append(decode_reply(message.payload))
            else:
                packs.append(message)
        return statuses, replies, packs

    def hear(self, leaf: str, body: bytes) -> Anchor | None:
        topic = f"essex/v1/g/{leaf}"
        return self.outbox.received(topic, sign(KEY, topic, body))

    def answer(self, nonce: str, stored: tuple[Range, ...] = ()) -> Anchor | None:
        epoch = self.epochs.current.epoch
        return self.hear("receipt", encode_receipt(Receipt(STORE, epoch, stored, (), nonce, 1_764_000_000_000_000)))
