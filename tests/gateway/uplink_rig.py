"""One spool with its packer and uplink, for tests that play the hub."""

import random
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from gateway.packer import Packer
from gateway.spool import (
    Anchor,
    AnchorKind,
    Entry,
    Measured,
    ReadingEntry,
    RealDisk,
    Seal,
    SensorSettings,
    Spool,
    SpoolLimits,
    SpoolUnwritable,
)
from gateway.uplink import PackMessage, Uplink
from sensorhub.ranges import Range
from sensorhub.receipt import Receipt, encode_receipt
from sensorhub.signing import sign
from sensorhub.topics import PackId, parse_pack_levels, parse_topic

S = 1_000_000_000
KEY = bytes(range(32))
STORE, OTHER_STORE = "a" * 16, "b" * 16
EPOCH = "5f0c2a9e41d07b36"
WALL = 1_764_000_000 * S


class SealRefuser(Spool):
    """A spool on a card that can be told to take no seals."""

    refuses = False

    def append(self, entries: Sequence[Entry]) -> int:
        if self.refuses and any(isinstance(entry, Seal) for entry in entries):
            raise SpoolUnwritable("The card takes nothing.")
        return super().append(entries)


class Rig:
    """One spool with its packer and uplink; the test is the hub."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock_ns = 0
        self.boot = 1
        self.open()

    def open(self) -> None:
        limits = SpoolLimits(bytes_max=2**26)
        disk = RealDisk(self.folder)
        spool = SealRefuser.open(disk, "g", UUID(int=self.boot), limits=limits, new_epoch=lambda: EPOCH)
        assert isinstance(spool, SealRefuser)
        self.spool = spool
        self.spool.define([SensorSettings("d", "detector", 60_000, b"settings")])
        self.uplink = Uplink(
            self.spool,
            Packer(self.spool, "g"),
            root="essex/v1",
            gateway="g",
            key=KEY,
            pack_s=10,
            clock_ns=lambda: self.clock_ns,
            chance=random.Random(1),
        )

    def restart(self) -> None:
        self.spool.close()
        self.open()

    def measure(self, number: int) -> None:
        """Put so many records into the spool, one a second from where the clock is."""
        entries = []
        for _ in range(number):
            self.clock_ns += S
            entries.append(ReadingEntry("d", self.clock_ns, (Measured("actuation_count", float(self.clock_ns // S)),)))
        self.spool.append(entries)

    def anchor(self) -> None:
        self.spool.append([Anchor(0, WALL, 0, AnchorKind.NTP)])

    def answer(self, now_s: float, stored: list[Range] | None = None, store: str = STORE, nonce: str = "n1") -> object:
        self.uplink.asked(nonce, now_s)
        return self.receipt(now_s, stored or [], store=store, nonce=nonce)

    def receipt(
        self,
        now_s: float,
        stored: list[Range],
        *,
        store: str = STORE,
        nonce: str = "",
        key: bytes = KEY,
        topic: str = "essex/v1/g/receipt",
        epoch: str = EPOCH,
    ) -> object:
        body = encode_receipt(Receipt(store, epoch, tuple(stored), (), nonce, 1_764_000_500_000_000))
        return self.uplink.received(topic, sign(key, topic, body), now_s)


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
