"""What programs ask: readings, dead letters and losses with the token of hub.json, and whether the hub is there."""

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from typing import cast

from starlette.concurrency import iterate_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from cloud import losses, questions
from cloud.live import LiveModel
from cloud.questions import Answer, QuestionWrong
from cloud.state import State
from cloud.stores.protocol import Store, StoreUnavailable
from cloud.web.stream import PageStream
from sensorhub.clock import wall_us
from sensorhub.errors import AskedWrong

NO_STORE = {"Cache-Control": "no-store"}


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
        return await self._answer(request, lambda asked: questions.readings(asked, self._store))

    async def dead_letters(self, request: Request) -> Response:
        """What could not be stored, newest first, with its bytes in base64."""
        return await self._answer(request, lambda asked: questions.dead_letters(asked, self._state))

    async def gaps(self, request: Request) -> Response:
        """What is lost, and what else somebody should look at."""
        return await self._answer(request, lambda asked: losses.gaps(asked, self._state, wall_us()))

    async def refetch(self, request: Request) -> Response:
        """POST: want records again that came since a time. GET: how many of them have not come."""
        ask = losses.refetch if request.method == "POST" else losses.still_wanted
        return await self._answer(request, lambda asked: ask(asked, self._store, self._state))

    async def _answer(self, request: Request, make: Callable[[dict[str, str]], Answer]) -> Response:
        if not self._knows_token(request):
            return PlainTextResponse(
                "This needs the token of the hub. It is in hub.json in the hub's folder: send it as "
                "'Authorization: Bearer TOKEN'.\n",
                401,
                {"WWW-Authenticate": "Bearer", **NO_STORE},
            )
        try:
            answer = await asyncio.to_thread(make, _parameters(request))
            # The first piece is made before the answer begins, so that a store that is down can still be told.
            first = await asyncio.to_thread(next, answer.content, b"")
        except AskedWrong as error:
            return PlainTextResponse(f"{error}\n", 400, NO_STORE)
        except StoreUnavailable as error:
            return PlainTextResponse(f"{error}\n", 503, NO_STORE)
        headers = {"Content-Disposition": f'attachment; filename="{answer.file_name}"', **NO_STORE}
        return StreamingResponse(_flow(first, answer.content), headers=headers, media_type=answer.media_type)

    def _knows_token(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), self._token)


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
