"""Receipts: the hub's signed message that ranges of records are durably stored."""

import json
from dataclasses import dataclass

from sensorhub.clock import TIME_MAX_S, seconds_from_us, us_from_seconds
from sensorhub.errors import SensorHubError
from sensorhub.names import is_hex16
from sensorhub.ranges import Range
from sensorhub.senml import SenmlMalformed, parse_strict
from sensorhub.topics import SEQUENCE_MAX

RANGES_MAX = 2_000
"""More ranges than this do not fit a message of 64 KiB."""


class ReceiptMalformed(SensorHubError):
    """A signed body that is no receipt."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the hub has durably.

    Arguments:
        store: 16 hex digits, the identity of the hub's store; a receipt of another store frees nothing.
        epoch: 16 hex digits, the spool whose records are named.
        stored: inclusive ranges committed as readings and markers.
        refused: inclusive ranges kept as dead letters.
        nonce: that of the status it answers; empty where it answers packs.
        time_us: the hub's time when it was made, microseconds since 1970 UTC.
    """

    store: str
    epoch: str
    stored: tuple[Range, ...]
    refused: tuple[Range, ...]
    nonce: str
    time_us: int


def encode_receipt(receipt: Receipt) -> bytes:
    """Write the body of a receipt (unsigned)."""
    return json.dumps(
        {
            "store": receipt.store,
            "epoch": receipt.epoch,
            "stored": receipt.stored,
            "refused": receipt.refused,
            "nonce": receipt.nonce,
            "time": seconds_from_us(receipt.time_us),
        },
        separators=(",", ":"),
    ).encode()


def decode_receipt(body: bytes) -> Receipt:
    """Read the body of a receipt.

    Raises:
        ReceiptMalformed: it is not one.
    """
    try:
        fields = parse_strict(body)
        store, epoch, nonce, time = fields["store"], fields["epoch"], fields["nonce"], fields["time"]
        if not (is_hex16(store) and is_hex16(epoch) and isinstance(nonce, str)):
            raise ValueError("store, epoch or nonce is not what it should be")
        if isinstance(time, bool) or not isinstance(time, int | float):
            raise ValueError("its time is no number")
        if not 0 <= time <= TIME_MAX_S:
            raise ValueError("its time is not between 1970 and 2262")
        return Receipt(
            store, epoch, _ranges(fields["stored"]), _ranges(fields["refused"]), nonce, us_from_seconds(time)
        )
    except (SenmlMalformed, ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise ReceiptMalformed(f"a receipt cannot be read: {error}") from None


def _ranges(value: object) -> tuple[Range, ...]:
    if not isinstance(value, list) or len(value) > RANGES_MAX:
        raise ValueError("its ranges are not a list of at most 2,000")
    ranges: list[Range] = []
    for item in value:
        first, last = item
        if type(first) is not int or type(last) is not int or not 1 <= first <= last <= SEQUENCE_MAX:
            raise ValueError(f"the range {item!r} is none")
        ranges.append((first, last))
    return tuple(ranges)
