"""What programs ask: readings and dead letters with the token of hub.json, and whether the hub is there."""

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from typing import cast

from starlette.concurrency import iterate_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from cloud.export import FORMATS
from cloud.live import LiveModel
from cloud.state import DeadLetter, State
from cloud.stores.protocol import Query, Store, StoreUnavailable
from cloud.web.stream import PageStream
from sensorhub.clock import parse_time_us, rfc3339
from sensorhub.errors import AskedWrong
from sensorhub.names import check_gateway_id, check_sensor_id
from sensorhub.quantity import QUANTITIES

LETTERS_DEFAULT = 1_000
LETTERS_MAX = 10_000
"""As many as are kept of one gateway."""

NO_STORE = {"Cache-Control": "no-store"}


class QuestionWrong(AskedWrong):
    """A parameter that cannot be used; the message says what to write instead."""


class Api:
    """The routes that programs use.

    Arguments:
        live: what the page shows.
        store: where readings are read.
        state: where dead letters are.
        token: what `Authorization: Bearer` must carry.
        stream: whose clients are counted.
    """

    def __init__(self, live: LiveModel, store: Store, state: State, token: str, stream: PageStream) -> None:
        self._live = live
        self._store = store
        self._state = state
        self._token = token.encode()
        self._stream = stream

    async def health(self, _: Request) -> Response:
        """That the hub answers, and what troubles it."""
        view = self._live.view()
        return JSONResponse(
            {
                "store": self._store.id,
                "trouble": view.trouble.what if view.trouble is not None else None,
                "sensors": len(view.sensors),
                "watching": self._stream.clients,
            },
            headers=NO_STORE,
        )

    async def readings(self, request: Request) -> Response:
        """The readings that the parameters name, in the order of their times, as they flow from the store."""
        return await self._answer(request, self._readings)

    async def dead_letters(self, request: Request) -> Response:
        """What could not be stored, newest first, with its bytes in base64."""
        return await self._answer(request, self._dead_letters)

    async def _answer(self, request: Request, make: Callable[[dict[str, str]], "_Pieces"]) -> Response:
        if not self._knows_token(request):
            return PlainTextResponse(
                "This needs the token of the hub. It is in hub.json in the hub's folder: send it as "
                "'Authorization: Bearer TOKEN'.\n",
                401,
                {"WWW-Authenticate": "Bearer", **NO_STORE},
            )
        try:
            pieces = make(_parameters(request))
            # The first piece is made before the answer begins, so that a store that is down can still be told.
            first = await asyncio.to_thread(next, pieces.content, b"")
        except AskedWrong as error:
            return PlainTextResponse(f"{error}\n", 400, NO_STORE)
        except StoreUnavailable as error:
            return PlainTextResponse(f"{error}\n", 503, NO_STORE)
        headers = {"Content-Disposition": f'attachment; filename="{pieces.file_name}"', **NO_STORE}
        return StreamingResponse(_flow(first, pieces.content), headers=headers, media_type=pieces.media_type)

    def _knows_token(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), self._token)

    def _readings(self, asked: dict[str, str]) -> "_Pieces":
        _only(asked, "format", "gateway", "sensor", "quantity", "from", "to")
        name = asked.get("format", "csv")
        if name not in FORMATS:
            raise QuestionWrong(f"format={name!r} is not known; there are {', '.join(FORMATS)}.")
        query = _query(asked)
        content = FORMATS[name].write(self._store.read(query))
        return _Pieces(content, FORMATS[name].media_type, f"readings.{name}")

    def _dead_letters(self, asked: dict[str, str]) -> "_Pieces":
        _only(asked, "gateway", "limit")
        gateway = check_gateway_id(asked["gateway"]) if "gateway" in asked else None
        limit = asked.get("limit", str(LETTERS_DEFAULT))
        if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= LETTERS_MAX and len(limit) < 9):
            raise QuestionWrong(f"limit={limit[:40]!r} is not a number from 1 to {LETTERS_MAX:,}.")
        return _Pieces(
            write_letters(lambda: self._state.dead_letters(gateway, int(limit))),
            "application/json",
            "dead-letters.json",
        )


class _Pieces:
    def __init__(self, content: Iterator[bytes], media_type: str, file_name: str) -> None:
        self.content = content
        self.media_type = media_type
        self.file_name = file_name


def write_letters(read: Callable[[], list[DeadLetter]]) -> Iterator[bytes]:
    """Dead letters as a JSON array, an object a line; `read` is called when the first piece is asked for."""
    lead = "[\n"
    for one in read():
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


async def _flow(first: bytes, rest: Iterator[bytes]) -> AsyncIterator[bytes]:
    try:
        yield first
        async for piece in iterate_in_threadpool(rest):
            yield piece
    finally:
        cast("Generator[bytes]", rest).close()  # lets go of files and of the store's cursor when a client has gone


def _parameters(request: Request) -> dict[str, str]:
    asked: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in asked:
            raise QuestionWrong(f"{name} is given twice; give it once.")
        asked[name] = value
    return asked


def _only(asked: dict[str, str], *known: str) -> None:
    for name in asked:
        if name not in known:
            raise QuestionWrong(f"{name!r} is not a parameter here; there are {', '.join(known)}.")


def _query(asked: dict[str, str]) -> Query:
    if "quantity" in asked and asked["quantity"] not in QUANTITIES:
        raise QuestionWrong(f"quantity={asked['quantity']!r} is not known; there are {', '.join(QUANTITIES)}.")
    return Query(
        gateway=check_gateway_id(asked["gateway"]) if "gateway" in asked else None,
        sensor=check_sensor_id(asked["sensor"]) if "sensor" in asked else None,
        quantity=asked.get("quantity"),
        from_us=_time_us("from", asked["from"]) if "from" in asked else None,
        to_us=_time_us("to", asked["to"]) if "to" in asked else None,
    )


def _time_us(name: str, text: str) -> int:
    try:
        return parse_time_us(text)
    except (ValueError, OverflowError):
        raise QuestionWrong(f"{name}={text[:60]!r} is no time; write it as 2024-04-15T12:00:00Z.") from None
