"""Packs: runs of consecutive records as SenML, and back.

A pack is a JSON array, compressed with zlib where that is smaller; its first byte tells (`[` or 0x78).
"""

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sensorhub.clock import TIME_MAX_S, seconds_from_us, us_from_seconds
from sensorhub.errors import SensorHubError
from sensorhub.names import GATEWAY_SENSOR, is_id, is_quantity
from sensorhub.quantity import QUANTITIES
from sensorhub.reading import US_PER_S, Marker, Quality, Reading, Record, parse_quality, quality_words
from sensorhub.senml import RecordMalformed, SenmlMalformed, parse_strict, raw_items, resolve
from sensorhub.topics import RECORDS_PER_PACK_MAX, PackId

MESSAGE_BYTES_MAX = 65_536
UNPACKED_BYTES_MAX = 1_048_576
BVER = 26
"""RFC 9100: version 10 plus 2^4, secondary units."""

MARKER_KINDS = ("dropped", "rejected")
MARKER_TEXT_MAX = 1_000

RELATIVE_BELOW_US = 2**28 * US_PER_S
"""RFC 8428 reads a time below 2^28 s as relative to now."""


class PackMalformed(SensorHubError, ValueError):
    """A message that cannot be read as a pack; `hash` is of what could be read, `foreign`: it names another gateway."""

    def __init__(self, reason: str, digest: str, *, foreign: bool = False) -> None:
        super().__init__(reason)
        self.hash = digest
        self.foreign = foreign


class _OwnerForeign(SenmlMalformed):
    """The records are under another gateway's name than the topic."""


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """One record of a readable pack that cannot be stored: its sequence, the reason, and its JSON as it came."""

    sequence: int
    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class DecodedPack:
    """What a pack says.

    Arguments:
        id: from its topic.
        hash: 16 hex digits, the first 8 bytes of SHA-256 of the decompressed body.
        records: sequence and record, rising; a sequence is here or in `refused`, never in both.
        refused: the records that cannot be stored.
    """

    id: PackId
    hash: str
    records: tuple[tuple[int, Record], ...]
    refused: tuple[RefusedRecord, ...]


def body_hash(body: bytes) -> str:
    """The first 8 bytes of SHA-256, as 16 hex digits."""
    return hashlib.sha256(body).digest()[:8].hex()


def _plain(number: float) -> float | int:
    """A whole number without its `.0`, so that JSON says 12 and not 12.0; the value is the same."""
    return int(number) if number.is_integer() and abs(number) < 2**53 and (number or str(number) == "0.0") else number


def encode_pack(gateway: str, records: Sequence[Record]) -> bytes:
    """Write records as the body of a pack: a pure function, byte for byte the same each time.

    Arguments:
        gateway: id of the sender.
        records: 1 to 1,000, in the order of their sequences.
    """
    base_us = records[0].time_us
    array: list[dict[str, Any]] = []
    for record in records:
        fields: dict[str, Any] = {}
        if isinstance(record, Marker):
            fields["n"] = f"{GATEWAY_SENSOR}/{record.kind}"
            fields["vs"] = record.text
        else:
            fields["n"] = f"{record.sensor}/{record.quantity}"
            fields["u"] = QUANTITIES[record.quantity].unit
            fields["v"] = _plain(record.value)
            if record.quality:
                fields["q"] = quality_words(record.quality)
        if record.time_us != base_us:
            fields["t"] = seconds_from_us(record.time_us - base_us)
        array.append(fields)
    head = {"bver": BVER, "bn": f"{gateway}/", "bt": seconds_from_us(base_us)}
    array[0] = head | array[0]
    return json.dumps(array, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def compress(body: bytes) -> bytes:
    """The payload for a body: zlib where that is smaller, the body itself otherwise."""
    packed = zlib.compress(body, 9)
    return packed if len(packed) < len(body) else body


def decompress(payload: bytes) -> bytes:
    """The body of a payload.

    Raises:
        PackMalformed: too large, cut short, or followed by other bytes; nothing beyond 1 MiB is unpacked.
    """
    if len(payload) > MESSAGE_BYTES_MAX:
        raise PackMalformed(f"the message has {len(payload):,} bytes, over {MESSAGE_BYTES_MAX:,}", body_hash(payload))
    if payload[:1] != b"\x78":
        return payload
    unpacker = zlib.decompressobj()
    try:
        body = unpacker.decompress(payload, UNPACKED_BYTES_MAX + 1)
    except zlib.error as error:
        raise PackMalformed(f"the message cannot be decompressed: {error}", body_hash(payload)) from None
    if len(body) > UNPACKED_BYTES_MAX:
        raise PackMalformed(f"the message unpacks to over {UNPACKED_BYTES_MAX:,} bytes", body_hash(payload))
    if not unpacker.eof or unpacker.unused_data:
        what = "is followed by other bytes" if unpacker.eof else "is cut short"
        raise PackMalformed(f"the compressed message {what}", body_hash(payload))
    return body


def decode_pack(pack_id: PackId, payload: bytes) -> DecodedPack:
    """Read the message of a pack; a bad record costs itself only.

    Raises:
        PackMalformed: the message as a whole cannot be read, names another gateway or version, or has
            another number of records than its topic says.
    """
    body = decompress(payload)
    digest = body_hash(body)
    try:
        array = parse_strict(body)
        if not isinstance(array, list):
            raise SenmlMalformed("the JSON is not an array")
        if len(array) != pack_id.count:
            raise SenmlMalformed(f"it holds {len(array):,} records, its topic says {pack_id.count:,}")
        _check_version_and_owner(array, pack_id.gateway)
    except SenmlMalformed as error:
        raise PackMalformed(str(error), digest, foreign=isinstance(error, _OwnerForeign)) from None
    records: list[tuple[int, Record]] = []
    faults: list[tuple[int, RecordMalformed]] = []
    for sequence, resolved in enumerate(resolve(array), pack_id.first):
        try:
            if isinstance(resolved, RecordMalformed):
                raise resolved
            records.append((sequence, _record(pack_id.gateway, resolved)))
        except RecordMalformed as error:
            faults.append((sequence, error))
    raws = raw_items(body) if faults else []
    refused = [
        RefusedRecord(sequence, f"record {sequence}: {error}", raws[sequence - pack_id.first])
        for sequence, error in faults
    ]
    return DecodedPack(pack_id, digest, tuple(records), tuple(refused))


def _check_version_and_owner(array: list[Any], gateway: str) -> None:
    for record in array:
        if not isinstance(record, dict):
            continue
        if record.get("bver", BVER) != BVER:
            raise SenmlMalformed(f"its bver {str(record['bver'])[:40]} is not {BVER}")
        owner = record.get("bn", f"{gateway}/")
        if isinstance(owner, str) and owner.partition("/")[0] != gateway:
            raise _OwnerForeign(f"it names another gateway: {owner[:80]!r} in a message of {gateway}")


def _record(gateway: str, resolved: dict[str, Any]) -> Record:
    owner, _, rest = resolved["n"].partition("/")
    sensor, _, quantity = rest.partition("/")
    if owner != gateway or not is_id(sensor) or not is_quantity(quantity):
        raise RecordMalformed(f"its name {resolved['n'][:120]!r} is not {gateway}/sensor/quantity")
    time_us = us_from_seconds(resolved["t"])
    if time_us < RELATIVE_BELOW_US:
        raise RecordMalformed("its time is below 2^28 s, which SenML reads as relative")
    if resolved["t"] > TIME_MAX_S:
        raise RecordMalformed("its time is beyond the year 2262")
    if sensor == GATEWAY_SENSOR and "vs" in resolved:
        return _marker(quantity, time_us, resolved)
    return _reading(sensor, quantity, time_us, resolved)


def _marker(kind: str, time_us: int, resolved: dict[str, Any]) -> Marker:
    text = resolved["vs"]
    if kind not in MARKER_KINDS:
        raise RecordMalformed(f"{kind!r} is no marker; there are {', '.join(MARKER_KINDS)}")
    if not isinstance(text, str) or not text.isprintable() or len(text) > MARKER_TEXT_MAX:
        raise RecordMalformed("its marker is not a printable text of at most 1,000 characters")
    return Marker(kind, time_us, text)


def _reading(sensor: str, name: str, time_us: int, resolved: dict[str, Any]) -> Reading:
    quantity = QUANTITIES.get(name)
    if quantity is None:
        raise RecordMalformed(f"the quantity {name!r} is not known here")
    if "v" not in resolved:
        raise RecordMalformed("it has no value 'v'")
    if resolved.get("u") != quantity.unit:
        raise RecordMalformed(f"its unit is {resolved.get('u', '')[:40]!r}, {name} is in {quantity.unit!r}")
    quality = Quality.GOOD
    if "q" in resolved:
        try:
            quality = parse_quality(resolved["q"])
        except (ValueError, AttributeError):
            raise RecordMalformed(f"its quality {str(resolved['q'])[:80]!r} is not known") from None
    return Reading(sensor, name, time_us, float(resolved["v"]), quality)


__all__ = [
    "MESSAGE_BYTES_MAX",
    "RECORDS_PER_PACK_MAX",
    "UNPACKED_BYTES_MAX",
    "DecodedPack",
    "PackMalformed",
    "RefusedRecord",
    "body_hash",
    "compress",
    "decode_pack",
    "decompress",
    "encode_pack",
]
