"""The page of a live model in a real server, and a browser's visit to it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, Page

from cloud.live import LiveModel
from cloud.state import State
from cloud.stores.duck import DuckStore
from cloud.web.app import make_app
from sensorhub.clock import MachineClock
from tests.waiting import wait_for

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
STOPS_WITHIN_S = 2.0
CUT = "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth).length"
"""What ends beyond the right edge."""


class PageServer:
    """A live model and its page, without the rest of the hub."""

    def __init__(self, folder: Path, port: int) -> None:
        self.live = LiveModel(MachineClock())
        self._app = make_app(self.live, DuckStore(folder), State.open(folder), "token")
        config = uvicorn.Config(self._app, host="127.0.0.1", port=port, log_level="warning", lifespan="on")
        self._server = uvicorn.Server(config)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._server.serve()], daemon=True)

    def start(self) -> None:
        self._thread.start()
        wait_for(lambda: self._server.started, 10, "the page server to start")

    def stop(self) -> None:
        """Stop as the hub does: the streams get their end mark, so nothing is waited for."""
        self._loop.call_soon_threadsafe(self._app.state.stream.end)
        self._server.should_exit = True
        self._thread.join(STOPS_WITHIN_S)
        assert not self._thread.is_alive(), "the server waits for open streams"


@contextmanager
def running(folder: Path, port: int) -> Iterator[PageServer]:
    folder.mkdir()
    made = PageServer(folder, port)
    made.start()
    try:
        yield made
    finally:
        made.stop()


@contextmanager
def visit(
    browser: Browser, address: str, *, width: int = 1440, scheme: str = "light", js: bool = True
) -> Iterator[Page]:
    """Open a page; what it complains of in its console fails the test."""
    complaints: list[str] = []
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=js,
        locale="en-GB",
    )
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        page.goto(address)
        yield page
    finally:
        context.close()
    assert not [text for text in complaints if "net::ERR" not in text]  # a hub that is away is expected where tested
