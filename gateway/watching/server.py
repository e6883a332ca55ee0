"""The local socket of a running gateway: whoever may read its spool sees every input, once a second."""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from gateway.watching.inputs import GatewayNow

log = logging.getLogger(__name__)

SOCKET_NAME = "watch.sock"
EVERY_S = 1.0
WATCHERS_MAX = 8
"""Enough for everybody at one cabinet; each costs a look at all inputs a second."""

STALLED_S = 10.0
"""Whoever takes nothing for so long, as a terminal that was stopped, makes room for others."""


def socket_path(spool: Path, handle: int) -> str:
    """The socket of a spool's folder by a short name, since a socket's is at most 107 bytes long.

    Arguments:
        handle: of the folder, open.
    """
    short = f"/proc/self/fd/{handle}/{SOCKET_NAME}"
    return short if Path(short).parent.exists() else str(spool / SOCKET_NAME)


class WatchServer:
    """Serves those who watch one gateway.

    Arguments:
        spool: folder in which the socket is made.
        look: gives all inputs as they are now.
        every_s: how often each is told.
        stalled_s: how long one may take nothing.
    """

    def __init__(
        self,
        spool: Path,
        look: Callable[[], Awaitable[GatewayNow]],
        every_s: float = EVERY_S,
        stalled_s: float = STALLED_S,
    ) -> None:
        self._spool = spool
        self._look = look
        self._every_s = every_s
        self._stalled_s = stalled_s
        self._watchers: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve until cancelled. Where no socket can be made, that is logged once, and costs only this."""
        try:
            handle = os.open(self._spool, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            log.warning("Nobody can watch this gateway: %s cannot be opened (%s).", self._spool, error.strerror)
            return
        path = socket_path(self._spool, handle)
        try:
            # One that a gateway left which was killed is replaced.
            server = await asyncio.start_unix_server(self._connected, path)
            _only_ours(path)
            try:
                await asyncio.get_running_loop().create_future()  # it serves by itself, and never waits for watchers
            finally:
                server.close()
                for watcher in self._watchers:
                    watcher.cancel()
                await asyncio.gather(*self._watchers, return_exceptions=True)
                _clear(path)
        except OSError as error:
            log.warning("Nobody can watch this gateway: its socket cannot be made (%s).", error)
        finally:
            os.close(handle)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._watchers) >= WATCHERS_MAX:
            writer.close()
            return
        watcher = asyncio.create_task(self._serve(reader, writer), name="watcher")
        self._watchers.add(watcher)
        watcher.add_done_callback(self._watchers.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while not reader.at_eof():
                writer.write((await self._look()).model_dump_json(exclude_defaults=True).encode() + b"\n")
                async with asyncio.timeout(self._stalled_s):
                    await writer.drain()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._every_s):
                        await reader.read(1)
        except OSError:  # whoever watched has gone, or takes nothing
            writer.transport.abort()
        finally:
            writer.close()


def _only_ours(path: str) -> None:
    Path(path).chmod(0o600)


def _clear(path: str) -> None:
    with suppress(OSError):
        Path(path).unlink()
