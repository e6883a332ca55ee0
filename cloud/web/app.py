"""The web application: which address is answered by what, and what every answer carries."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cloud.live import LiveModel
from cloud.state import State
from cloud.stores.protocol import Store
from cloud.web.api import NO_STORE, Api
from cloud.web.assets import Assets
from cloud.web.render import Renderer
from cloud.web.stream import PageStream

RENEW_S = 10

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class SecurityHeaders:
    """Adds the headers to every answer, streams and what is not found too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers[name] = value
            await send(message)

        await self._app(scope, receive, send_with_headers)


class Pages:
    """The routes that readers use."""

    def __init__(self, live: LiveModel, renderer: Renderer, assets: Assets, stream: PageStream) -> None:
        self._live = live
        self._renderer = renderer
        self._assets = assets
        self._stream = stream

    async def first(self, request: Request) -> Response:
        """The first page; with ?renew=10 it is loaded again every 10 s, which is never done unasked."""
        renew = request.query_params.get("renew") == str(RENEW_S)
        headers = {**NO_STORE, "Refresh": str(RENEW_S)} if renew else NO_STORE
        return HTMLResponse(self._renderer.whole(self._live.view(), renew=renew), headers=headers)

    async def stream(self, _: Request) -> Response:
        """What changes on the page, as it changes."""
        if self._stream.full:
            return PlainTextResponse(
                "As many pages watch this hub as it can serve. The page tries again by itself.\n",
                503,
                {"Retry-After": "10", **NO_STORE},
            )
        # no proxy may hold frames back, or compress them into fewer
        headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store, no-transform"}
        return StreamingResponse(self._stream.frames(), media_type="text/event-stream", headers=headers)

    async def static(self, request: Request) -> Response:
        """A static file; its address changes with its content, so it may be kept for ever."""
        file = self._assets.file(request.url.path)
        if file is None:
            raise HTTPException(404)
        kept = {"Cache-Control": "public, max-age=31536000, immutable"}
        return Response(file.content, media_type=file.media_type, headers=kept)


def make_app(live: LiveModel, store: Store, state: State, token: str, *, social_care: bool = False) -> Starlette:
    """Make the web application; `app.state.stream.end()` closes the open streams so that a server stops at once.

    Arguments:
        live: what the page shows.
        store: where exports are read.
        state: where dead letters are.
        token: what programs must know to get readings and dead letters.
        social_care: whether it is the page of a hub for social care (default False).
    """
    assets = Assets()
    renderer = Renderer(assets, social_care=social_care)
    stream = PageStream(live, renderer, assets.version)
    pages = Pages(live, renderer, assets, stream)
    api = Api(live, store, state, token, stream)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        sending = asyncio.create_task(stream.run())
        yield
        stream.end()
        sending.cancel()

    app = Starlette(
        routes=[
            Route("/", pages.first),
            Route("/stream", pages.stream),
            Route("/static/{name}", pages.static),
            Route("/health", api.health),
            Route("/api/readings", api.readings),
            Route("/api/dead-letters", api.dead_letters),
            Route("/api/gaps", api.gaps),
            Route("/api/refetch", api.refetch, methods=["GET", "POST"]),
        ],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers=_FAULTS,
        lifespan=lifespan,
    )
    app.state.stream = stream
    return app


async def _not_found(_: Request, __: Exception) -> Response:
    return PlainTextResponse("There is nothing at this address. The page is at /.\n", 404)


async def _wrong_method(_: Request, __: Exception) -> Response:
    return PlainTextResponse("This address is only read: ask with GET.\n", 405, {"Allow": "GET, HEAD"})


async def _fault(_: Request, __: Exception) -> Response:
    return PlainTextResponse(
        "The hub could not answer; why is in its log. What is stored is safe.\n", 500, SECURITY_HEADERS
    )


_FAULTS: Mapping[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
    404: _not_found,
    405: _wrong_method,
    500: _fault,
}
