"""Questions for readings and dead letters: parameters in, pieces of a file out. Over HTTP and without a hub alike."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cloud.export import FORMATS
from cloud.letters import DeadLetter
from cloud.state import State
from cloud.stores.protocol import Query, Store
from sensorhub.clock import parse_time_us, rfc3339
from sensorhub.errors import AskedWrong
from sensorhub.names import check_gateway_id, check_sensor_id
from sensorhub.quantity import QUANTITIES

LETTERS_DEFAULT = 1_000
LETTERS_MAX = 10_000
"""As many as are kept of one gateway."""


MEDIA_TYPES = {"json": "application/json", "text": "text/plain; charset=utf-8"}


class QuestionWrong(AskedWrong):
    """A parameter that cannot be used; the message says what to write instead."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A file as it flows: its pieces, and what it is."""

    content: Iterator[bytes]
    media_type: str
    file_name: str


def text_or_json(asked: Mapping[str, str], default: str = "json") -> str:
    """The parameter `format`: `json` or `text`.

    Raises:
        QuestionWrong: it is another.
    """
    name = asked.get("format", default)
    if name not in MEDIA_TYPES:
        raise QuestionWrong(f"format={name!r} is not known; there are {', '.join(MEDIA_TYPES)}.")
    return name


def readings(asked: Mapping[str, str], store: Store) -> Answer:
    """The readings that `gateway`, `sensor`, `quantity`, `from`, `to` name, by time, in `format` (default csv).

    Raises:
        QuestionWrong, NameInvalid: a parameter cannot be used.
    """
    only(asked, "format", "gateway", "sensor", "quantity", "from", "to")
    name = asked.get("format", "csv")
    if name not in FORMATS:
        raise QuestionWrong(f"format={name!r} is not known; there are {', '.join(FORMATS)}.")
    content = FORMATS[name].write(store.read(_query(asked)))
    return Answer(content, FORMATS[name].media_type, f"readings.{name}")


def dead_letters(asked: Mapping[str, str], state: State) -> Answer:
    """The newest dead letters, of `gateway` where named, at most `limit` (default 1,000).

    `format` is `json` (default, bytes in base64) or `text` (a line each, for people).

    Raises:
        QuestionWrong, NameInvalid: a parameter cannot be used.
    """
    only(asked, "format", "gateway", "limit")
    gateway = check_gateway_id(asked["gateway"]) if "gateway" in asked else None
    limit = asked.get("limit", str(LETTERS_DEFAULT))
    if not (limit.isascii() and limit.isdigit() and len(limit) < 9 and 1 <= int(limit) <= LETTERS_MAX):
        raise QuestionWrong(f"limit={limit[:40]!r} is not a number from 1 to {LETTERS_MAX:,}.")
    name = text_or_json(asked)
    write = _letters_json if name == "json" else _letters_text
    return Answer(write(state.dead_letters(gateway, int(limit))), MEDIA_TYPES[name], f"dead-letters.{name}")


def _letters_json(letters: Iterable[DeadLetter]) -> Iterator[bytes]:
    lead = "[\n"
    for one in letters:
        fields = {
            "arrived": rfc3339(one.arrived_us),
            "gateway": one.gateway,
            "topic": one.topic,
            "sequence": one.sequence,
            "reason": one.reason,
            "repeats": one.repeats,
            "raw": base64.b64encode(one.raw).decode(),
        }
        yield (lead + json.dumps(fields)).encode()
        lead = ",\n"
    yield b"[]\n" if lead == "[\n" else b"\n]\n"


def _letters_text(letters: Iterable[DeadLetter]) -> Iterator[bytes]:
    none = True
    for one in letters:
        none = False
        again = f", and {one.repeats:,} times more" if one.repeats else ""
        yield f"{rfc3339(one.arrived_us)}  {one.topic}  {len(one.raw):,} bytes: {one.reason}{again}\n".encode()
    if none:
        yield b"There are no dead letters.\n"


def only(asked: Mapping[str, str], *known: str) -> None:
    """Refuse parameters that are none.

    Raises:
        QuestionWrong: with what there is.
    """
    for name in asked:
        if name not in known:
            raise QuestionWrong(f"{name!r} is not a parameter here; there are {', '.join(known)}.")


def _query(asked: Mapping[str, str]) -> Query:
    if "quantity" in asked and asked["quantity"] not in QUANTITIES:
        raise QuestionWrong(f"quantity={asked['quantity']!r} is not known; there are {', '.join(QUANTITIES)}.")
    return Query(
        gateway=check_gateway_id(asked["gateway"]) if "gateway" in asked else None,
        sensor=check_sensor_id(asked["sensor"]) if "sensor" in asked else None,
        quantity=asked.get("quantity"),
        from_us=time_us("from", asked["from"]) if "from" in asked else None,
        to_us=time_us("to", asked["to"]) if "to" in asked else None,
    )


def time_us(name: str, text: str) -> int:
    """A parameter that is a time, in microseconds since 1970 UTC.

    Raises:
        QuestionWrong: it is none.
    """
    try:
        return parse_time_us(text)
    except (ValueError, OverflowError):
        raise QuestionWrong(f"{name}={text[:60]!r} is no time; write it as 2024-04-15T12:00:00Z.") from None
