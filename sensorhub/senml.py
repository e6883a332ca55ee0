"""SenML (RFC 8428): strict JSON, and base fields resolved into records that stand alone."""

import json
import math
from collections.abc import Iterator
from typing import Any

from sensorhub.clock import seconds_from_us, us_from_seconds

DEPTH_MAX = 4
"""Containers inside each other: an array of records needs two; more is an attack or no SenML."""

_BASES = {"bn": str, "bt": float, "bu": str, "bv": float, "bs": float, "bver": float}
_NUMBERS = ("v", "s", "t", "ut")


class SenmlMalformed(ValueError):
    """Text that is no SenML as a whole; the message says why in words."""


class RecordMalformed(ValueError):
    """One record that cannot be resolved; its neighbours can."""


def _refuse_constant(name: str) -> float:
    raise SenmlMalformed(f"the JSON holds {name}, which is no JSON number")


def parse_strict(body: bytes) -> Any:
    """Read one JSON text: UTF-8, no NaN or infinity, nothing after it, at most 4 containers deep.

    Of duplicate keys the last counts. Raises:
        SenmlMalformed: `body` is not that.
    """
    try:
        text = body.decode("utf-8")
        value = json.loads(text, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise SenmlMalformed(f"byte {error.start} is not UTF-8") from None
    except RecursionError:
        raise SenmlMalformed(f"the JSON is nested deeper than {DEPTH_MAX}") from None
    except json.JSONDecodeError as error:
        raise SenmlMalformed(f"the JSON ends or breaks at character {error.pos}: {error.msg}") from None
    except SenmlMalformed:
        raise
    except ValueError as error:  # a number of more than 4,300 digits
        raise SenmlMalformed(f"the JSON cannot be read: {error}") from None
    if _deeper_than(value, DEPTH_MAX):
        raise SenmlMalformed(f"the JSON is nested deeper than {DEPTH_MAX}")
    return value


def raw_items(body: bytes) -> list[bytes]:
    """The elements of a JSON array as they stand in `body`, which `parse_strict` has accepted."""
    text = body.decode("utf-8")
    decoder = json.JSONDecoder()
    items: list[bytes] = []
    at = _skip_space(text, text.index("[") + 1)
    while text[at] != "]":
        _, end = decoder.raw_decode(text, at)
        items.append(text[at:end].encode())
        at = _skip_space(text, end)
        if text[at] == ",":
            at = _skip_space(text, at + 1)
    return items


def _skip_space(text: str, at: int) -> int:
    while text[at] in " \t\n\r":
        at += 1
    return at


def _deeper_than(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    if levels == 0:
        return True
    inner = value.values() if isinstance(value, dict) else value
    return any(isinstance(item, dict | list) and _deeper_than(item, levels - 1) for item in inner)


def _number(record: dict[str, Any], key: str, default: float) -> float:
    value = record.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RecordMalformed(f"its {key!r} is not a number")
    try:
        value = float(value) if isinstance(value, int) and abs(value) > 2**53 else value
    except OverflowError:
        raise RecordMalformed(f"its {key!r} is too large for a number") from None
    if not math.isfinite(value):
        raise RecordMalformed(f"its {key!r} is not finite")
    return value


def _sum_of_times(base_s: float, offset_s: float) -> float | int:
    # In whole microseconds, because the sum of two rounded floats may be one microsecond off.
    try:
        return seconds_from_us(us_from_seconds(base_s) + us_from_seconds(offset_s))
    except OverflowError:
        raise RecordMalformed("its time is too large for a number") from None


def _text(record: dict[str, Any], key: str, default: str) -> str:
    value = record.get(key, default)
    if not isinstance(value, str):
        raise RecordMalformed(f"its {key!r} is not a text")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise RecordMalformed(f"its {key!r} holds half a surrogate pair")
    return value


class Resolver:
    """Applies base fields in order; one for each array.

    A record that cannot be resolved still passes on the base fields that it has and that can be read.
    """

    def __init__(self) -> None:
        self._base: dict[str, Any] = {"bn": "", "bt": 0, "bu": None, "bv": None, "bs": None, "bver": None}

    def resolve(self, record: Any) -> dict[str, Any]:
        """Return `record` without base fields: name, unit and time made whole, other fields as they came.

        Raises:
            RecordMalformed: with the reason in words.
        """
        if not isinstance(record, dict):
            raise RecordMalformed("it is not an object")
        fault: RecordMalformed | None = None
        for key, kind in _BASES.items():
            if key in record:
                try:
                    self._base[key] = _text(record, key, "") if kind is str else _number(record, key, 0)
                except RecordMalformed as error:
                    fault = fault or error
        if fault is not None:
            raise fault
        unknown = next((key for key in record if key.endswith("_")), None)
        if unknown is not None:
            raise RecordMalformed(f"its field {unknown[:40]!r} must be understood and is not known")
        return self._apply(record)

    def _apply(self, record: dict[str, Any]) -> dict[str, Any]:
        base = self._base
        whole = {key: value for key, value in record.items() if key not in _BASES}
        whole["n"] = base["bn"] + _text(record, "n", "")
        whole["t"] = _sum_of_times(base["bt"], _number(record, "t", 0))
        if base["bu"] is not None or "u" in record:
            whole["u"] = _text(record, "u", base["bu"] or "")
        for key, key_base in (("v", "bv"), ("s", "bs")):
            if key in record or (base[key_base] is not None and key == "s"):
                whole[key] = _number(record, key, 0)
                if base[key_base] is not None:  # adding nothing would turn -0.0 into 0.0
                    whole[key] += base[key_base]
        for key in _NUMBERS:
            if key in whole:
                _number(whole, key, 0)
        return whole


def resolve(array: Any) -> Iterator[dict[str, Any] | RecordMalformed]:
    """Resolve each record of a parsed SenML array, in order; a record that cannot be gives its fault instead.

    Raises:
        SenmlMalformed: `array` is not an array.
    """
    if not isinstance(array, list):
        raise SenmlMalformed("the JSON is not an array")
    resolver = Resolver()
    for record in array:
        try:
            yield resolver.resolve(record)
        except RecordMalformed as error:
            yield error
