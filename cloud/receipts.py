"""Receipts as messages: which ranges go into which receipt, encoded and signed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sensorhub.ranges import Range, RangeSet
from sensorhub.receipt import RANGES_MAX, Receipt, encode_receipt
from sensorhub.signing import sign
from sensorhub.topics import gateway_topic

LEAF = "receipt"

NO_EPOCH = "0" * 16
"""Answers a status that names no epoch: it still tells the store's id and the time."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message for a gateway, signed; to be published with QoS 1."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Spool:
    """Whose records a receipt names: the root of the topics, the gateway, and the epoch."""

    root: str
    gateway: str
    epoch: str


@dataclass(slots=True)
class Ranges:
    """What is to be receipted of one spool."""

    stored: RangeSet = field(default_factory=RangeSet)
    refused: RangeSet = field(default_factory=RangeSet)

    def add(self, first: int, last: int, refused: Iterable[Range]) -> None:
        """Put in first to last: `refused` is kept as dead letters, the rest is stored."""
        for low, high in refused:
            self.refused.add(low, high)
        for low, high in RangeSet(refused).missing(first, last):
            self.stored.add(low, high)


def receipts(spool: Spool, ranges: Ranges, *, store: str, nonce: str, time_us: int, key: bytes) -> Iterator[Outgoing]:
    """Yield the signed receipts for `ranges`: one, even an empty one, or more where they do not fit one message."""
    stored, refused = list(ranges.stored), list(ranges.refused)
    topic = gateway_topic(spool.root, spool.gateway, LEAF)
    while True:
        now_stored, stored = stored[:RANGES_MAX], stored[RANGES_MAX:]
        room = RANGES_MAX - len(now_stored)
        now_refused, refused = refused[:room], refused[room:]
        body = encode_receipt(Receipt(store, spool.epoch, tuple(now_stored), tuple(now_refused), nonce, time_us))
        yield Outgoing(topic, sign(key, topic, body))
        if not stored and not refused:
            return
