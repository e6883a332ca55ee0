"""What gateways send to the hub whose power is cut: each message a pure function of seed, gateway and number."""

import json
from dataclasses import dataclass
from random import Random
from typing import Literal

from cloud.incoming import Incoming
from sensorhub.pack import compress, encode_pack
from sensorhub.ranges import Range
from sensorhub.reading import US_PER_S, Marker, Reading, Record
from sensorhub.topics import OPEN_ROOT, PackId, gateway_topic, pack_topic

GATEWAYS = ("device-1136", "device-1137", "device-1138")
EPOCH = "5f0c2a9e41d07b36"
T0_US = 1_764_000_000_000_000
QUANTITIES = ("actuation_count", "mean_on_time", "occupancy")
COUNTS = (7, 1, 60, 200, 33)
"""How many records packs have, in turn."""

POISON = 404.0
"""A value that the twin of the InfluxDB server refuses, as a real one refuses what breaks its rules."""

Kind = Literal["whole", "unreadable", "conflict", "senml"]


@dataclass(frozen=True)
class Offer:
    """A message, and what must become of it.

    Arguments:
        message: as it comes from the broker.
        range: of its sequences; None for a message that is no pack.
        records: what can be stored of it.
        refused: sequences that must become dead letters of their own.
        kind: whether all of it is one dead letter, and why.
    """

    gateway: str
    message: Incoming
    range: Range | None
    records: tuple[tuple[int, Record], ...]
    refused: tuple[int, ...]
    kind: Kind


def first_of(number: int) -> int:
    """The first sequence of a gateway's pack by its number, from 0 on."""
    rounds, rest = divmod(number, len(COUNTS))
    return 1 + rounds * sum(COUNTS) + sum(COUNTS[:rest])


def offer(seed: int, gateway: str, number: int) -> Offer:
    """A gateway's pack by its number, the same each time it is sent."""
    rng = Random(f"{seed} {gateway} {number}")
    first, count = first_of(number), COUNTS[number % len(COUNTS)]
    records: list[tuple[int, Record]] = [(at, _record(rng, at)) for at in range(first, first + count)]
    body = encode_pack(gateway, [record for _, record in records])
    draw = rng.random()
    topic = pack_topic(OPEN_ROOT, PackId(gateway, EPOCH, first, count))
    span = first, first + count - 1
    if draw < 0.05:
        cut = Incoming(topic, body[: len(body) // 2], False, T0_US + number)
        return Offer(gateway, cut, span, (), (), "unreadable")
    bad = [sequence for sequence, record in records if draw < 0.2 and isinstance(record, Reading)][:1]
    if bad:
        array = json.loads(body)
        array[bad[0] - first]["n"] = "detector-1/no_such_quantity"
        body = json.dumps(array).encode()
    whole = Incoming(topic, compress(body), False, T0_US + number)
    return Offer(gateway, whole, span, tuple(one for one in records if one[0] not in bad), tuple(bad), "whole")


def clash(seed: int, gateway: str, number: int) -> Offer:
    """Other content under the sequences of a pack: a copied card."""
    first, count = first_of(number), COUNTS[number % len(COUNTS)]
    rng = Random(f"clash {seed} {gateway} {number}")
    body = compress(encode_pack(gateway, [_record(rng, at) for at in range(first, first + count)]))
    topic = pack_topic(OPEN_ROOT, PackId(gateway, EPOCH, first, count))
    return Offer(gateway, Incoming(topic, body, False, T0_US), (first, first + count - 1), (), (), "conflict")


def stranger(gateway: str, number: int) -> Offer:
    """SenML without an identity, which becomes a dead letter and gets no receipt."""
    message = Incoming(gateway_topic(OPEN_ROOT, gateway, "senml"), b'[{"n":"x","v":%d}]' % number, False, T0_US)
    return Offer(gateway, message, None, (), (), "senml")


def _record(rng: Random, sequence: int) -> Record:
    # Three quantities of one sensor at one instant, as gateways measure; each name and time stands once.
    time_us = T0_US + sequence // 3 * US_PER_S
    if rng.random() < 0.01:
        return Marker("rejected", time_us, f"{rng.randrange(1, 9)} spool-full")
    value = POISON if rng.random() < 0.01 else float(rng.randrange(100)) + rng.random()
    return Reading(f"detector-{1 + sequence // 3 % 2}", QUANTITIES[sequence % 3], time_us, value)
