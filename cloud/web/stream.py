"""Server-sent events: what has changed on the page, encoded once for all who watch."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator

from cloud.live import LiveModel
from cloud.view import LiveView, SensorNow
from cloud.web import rows
from cloud.web.render import Renderer
from cloud.web.rows import Layout
from cloud.web.spark import Scale

FRAME_S = 0.2
"""At most 5 frames a second; changes in between go together."""
JUDGE_S = 1.0
"""States change by time alone too; they are looked at this often."""
PING_S = 15.0
"""Proxies cut connections that are silent for longer than a minute, and a page takes a longer silence for a loss."""
FRAMES_WAITING_MAX = 25
"""5 s of frames: a client that is further behind loses them and is told to begin anew."""
CLIENTS_MAX = 500
"""Each holds a socket and up to 25 frames that it shares with the others."""

_log = logging.getLogger(__name__)

RELOAD = b"event: reload\ndata: {}\n\n"

_Queue = asyncio.Queue[bytes | None]
_Drawn = tuple[SensorNow, Layout, Scale, str]


def _frame(kind: str, fields: dict[str, object]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(fields, ensure_ascii=False)}\n\n".encode()


class PageStream:
    """Sends the page's changes to everybody who watches it. Used from one event loop only.

    Arguments:
        live: what is shown.
        renderer: makes HTML of it.
        assets_version: tells a page that it was made by another version of the hub.
    """

    def __init__(self, live: LiveModel, renderer: Renderer, assets_version: str) -> None:
        self._live = live
        self._renderer = renderer
        self._assets_version = assets_version
        self._clients: set[_Queue] = set()
        self._ended = False
        self._seen_version = -1
        self._view = LiveView(0)
        self._rows: dict[str, _Drawn] = {}
        self._parts: dict[str, str] = {}
        self._whole: bytes | None = None

    @property
    def clients(self) -> int:
        """How many watch."""
        return len(self._clients)

    @property
    def full(self) -> bool:
        """Whether nobody more can watch now."""
        return len(self._clients) >= CLIENTS_MAX

    async def run(self) -> None:
        """Send changes until cancelled."""
        judged_s = 0.0
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(FRAME_S)
            if not self._clients:
                continue
            due = loop.time() - judged_s >= JUDGE_S
            if due or self._live.version != self._seen_version:
                judged_s = loop.time() if due else judged_s
                try:
                    self._send(self._change())
                except Exception:
                    _log.exception("The page's changes could not be made; it tries again in a second.")
                    await asyncio.sleep(JUDGE_S)

    def end(self) -> None:
        """Close every stream: the server stops. Whoever comes later is closed at once."""
        self._ended = True
        for queue in self._clients:
            while not queue.empty():
                queue.get_nowait()
            queue.put_nowait(None)

    async def frames(self) -> AsyncIterator[bytes]:
        """What one client gets: everything first, then changes, and a ping where nothing changes."""
        queue: _Queue = asyncio.Queue(FRAMES_WAITING_MAX)
        if not self._clients:
            self._change()
        self._clients.add(queue)
        try:
            yield self._everything() + self._ping()
            while not self._ended:
                try:
                    frame = await asyncio.wait_for(queue.get(), PING_S)
                except TimeoutError:
                    frame = self._ping()
                if frame is None:
                    return
                yield frame
        finally:
            self._clients.discard(queue)

    def _send(self, frame: bytes | None) -> None:
        if frame is None:
            return
        for queue in list(self._clients):
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(RELOAD)
                queue.put_nowait(None)
                self._clients.discard(queue)
            else:
                queue.put_nowait(frame)

    def _change(self) -> bytes | None:
        """Look at the live feed; the frame with all that is not as it was, None where everything is."""
        self._seen_version = self._live.version
        view = self._live.view()
        layout, scales = rows.layout_of(view.sensors), rows.scales_of(view.sensors)
        drawn: dict[str, _Drawn] = {}
        changed: list[str] = []
        for sensor in view.sensors:
            scale = rows.scale_of(sensor, scales)
            known = self._rows.get(rows.element_id(sensor))
            if known is None or known[:3] != (sensor, layout, scale):
                known = (sensor, layout, scale, self._renderer.row(sensor, layout, scale, view.now_us))
                changed.append(known[-1])
            drawn[rows.element_id(sensor)] = known
        gone = [element for element in self._rows if element not in drawn]
        parts = self._renderer.parts(view)
        if view.playing == self._view.playing and "played" in self._parts:
            parts["played"] = self._parts["played"]  # its clock goes on in the page
        news = {name: html for name, html in parts.items() if self._parts.get(name) != html}
        self._view, self._rows, self._parts = view, drawn, parts
        if not (changed or gone or news):
            return None
        self._whole = None
        return _frame("change", {"now": view.now_us // 1_000, "rows": changed, "gone": gone, "parts": news})

    def _ping(self) -> bytes:
        return _frame("ping", {"now": self._live.view().now_us // 1_000})

    def _everything(self) -> bytes:
        if self._whole is None:
            self._whole = _frame(
                "everything",
                {
                    "assets": self._assets_version,
                    "rows": [html for *_, html in self._rows.values()],
                    "parts": self._parts,
                },
            )
        return self._whole
