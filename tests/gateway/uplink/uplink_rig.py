"""The sending side of a gateway on a disk in memory, for tests that play the hub."""

import random
from uuid import UUID

from gateway.spool import Anchor, AnchorKind, Measured, ReadingEntry, SensorSettings, Spool, SpoolLimits
from gateway.spool.epochs import Epochs
from gateway.uplink.commands import Commands
from gateway.uplink.uplink import PackMessage, Uplink
from sensorhub.command import Command, encode_command
from sensorhub.ranges import Range
from sensorhub.receipt import Receipt, encode_receipt
from sensorhub.signing import sign
from sensorhub.topics import PackId, parse_pack_levels, parse_topic
from tests.gateway.spool.memory_disk import MemoryDisk

S = 1_000_000_000
KEY = bytes(range(32))
STORE, OTHER_STORE = "a" * 16, "b" * 16
EPOCH = "5f0c2a9e41d07b36"
WALL = 1_764_000_000 * S


class Rig:
    """The spools of one gateway with their uplink; the test is the hub."""

    def __init__(self) -> None:
        self.disk = MemoryDisk()
        self.clock_ns = 0
        self.boot = 1
        self.drawn = 0
        self.noise: random.Random | None = None
        """What is measured, for packs that compression does not make small; else the clock's seconds."""
        self.open()

    def open(self) -> None:
        self.epochs = Epochs.open(
            self.disk,
            "g",
            UUID(int=self.boot),
            limits=SpoolLimits(bytes_max=2**26, reserve_bytes=0),
            new_epoch=self._draw,
        )
        self.epochs.define([SensorSettings("d", "detector", 60_000, b"settings")])
        self.uplink = Uplink(
            self.epochs,
            Commands(self.disk),
            root="essex/v1",
            gateway="g",
            key=KEY,
            pack_s=10,
            clock_ns=lambda: self.clock_ns,
            chance=random.Random(1),
        )

    def _draw(self) -> str:
        self.drawn += 1
        return EPOCH if self.drawn == 1 else f"{self.drawn:016x}"

    @property
    def spool(self) -> Spool:
        return self.epochs.current

    def restart(self) -> None:
        self.epochs.close()
        self.open()

    def leaves(self) -> bool:
        return self.uplink.leave_epoch

    def begin(self) -> str:
        """Do what the recorder does when an epoch is to be left; returns the new epoch."""
        self.epochs.begin([], [Anchor(self.clock_ns, WALL + self.clock_ns, 0, AnchorKind.NTP)])
        self.uplink.epoch_begun(0)
        return self.spool.epoch

    def measure(self, number: int) -> None:
        """Put so many records into the spool, one a second from where the clock is."""
        entries = []
        for _ in range(number):
            self.clock_ns += S
            value = self.noise.random() if self.noise else float(self.clock_ns // S)
            entries.append(ReadingEntry("d", self.clock_ns, (Measured("actuation_count", value),)))
        self.epochs.append(entries)

    def anchor(self) -> None:
        self.epochs.append([Anchor(0, WALL, 0, AnchorKind.NTP)])

    def ready(self, records: int = 0, now_s: float = 0) -> None:
        """A gateway with an anchor and so many records, connected and answered."""
        self.anchor()
        self.measure(records)
        self.uplink.connected(now_s)
        self.answer(now_s)

    def answer(
        self,
        now_s: float,
        stored: list[Range] | None = None,
        store: str = STORE,
        nonce: str = "n1",
        epoch: str | None = None,
    ) -> object:
        self.uplink.asked(nonce, now_s)
        return self.receipt(now_s, stored or [], store=store, nonce=nonce, epoch=epoch)

    def receipt(
        self,
        now_s: float,
        stored: list[Range],
        *,
        refused: list[Range] | None = None,
        store: str = STORE,
        nonce: str = "",
        key: bytes = KEY,
        topic: str = "essex/v1/g/receipt",
        epoch: str | None = None,
    ) -> object:
        body = encode_receipt(
            Receipt(store, epoch or self.spool.epoch, tuple(stored), tuple(refused or []), nonce, 1_764_000_500_000_000)
        )
        return self.uplink.received(topic, sign(key, topic, body), now_s)

    def command(self, number: int, epoch: str | None = None, name: str = "new-epoch", key: bytes = KEY) -> None:
        topic = "essex/v1/g/command"
        body = encode_command(Command(number, name, epoch or self.spool.epoch))
        self.uplink.received(topic, sign(key, topic, body), 0)

    def drain(self) -> float:
        """Answer each pack, until nothing is without a receipt; returns when that was."""
        now_s = 0.0
        while self.epochs.unreceived:
            now_s += 0.1
            for pack in self.due(now_s):
                self.receipt(now_s, [pack])
        return now_s

    def due(self, now_s: float) -> list[tuple[int, int]]:
        return ids(self.uplink.due(now_s))


def ids(messages: list[PackMessage]) -> list[tuple[int, int]]:
    found = []
    for message in messages:
        pack = pack_id(message)
        found.append((pack.first, pack.last))
    return found


def pack_id(message: PackMessage) -> PackId:
    topic = parse_topic(message.topic)
    assert topic is not None
    pack = parse_pack_levels(topic.gateway, topic.levels)
    assert isinstance(pack, PackId)
    return pack
