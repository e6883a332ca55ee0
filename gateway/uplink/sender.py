"""The sending half of the agent: what the link wants to know and do, carried to the outbox in the spool's thread."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from gateway.spool import Anchor
from gateway.uplink.driver import Granted, Message
from gateway.uplink.outbox import Outbox
from gateway.worker import Worker

IDLE_S = 0.5
"""How long the uplink sleeps when nothing pokes it; time-outs are counted in seconds."""


class Sender:
    """Drives the link; every method is called in the event loop.

    Arguments:
        outbox: what is sent.
        thread: the one that the outbox lives in.
        offer: given the anchors that the hub's answers make.
        changed: called when the connection came or went.
    """

    def __init__(
        self, outbox: Outbox, thread: Worker, offer: Callable[[Anchor], None], changed: Callable[[], None]
    ) -> None:
        self._outbox = outbox
        self._thread = thread
        self._offer = offer
        self._changed = changed
        self._poke = asyncio.Event()
        self.is_connected = False

    def poke(self) -> None:
        """There may be something to send."""
        self._poke.set()

    def will(self) -> Message:
        """What the broker says when the connection is lost."""
        return self._outbox.will()

    async def connected(self, granted: Granted) -> None:
        """A connection is up and subscribed."""
        self.is_connected = True
        await self._thread.do(partial(self._outbox.connected, granted))
        self._changed()

    async def disconnected(self, unanswered: Sequence[str]) -> None:
        """That connection is gone."""
        self.is_connected = False
        await self._thread.do(partial(self._outbox.disconnected, unanswered))
        self._changed()

    async def refused(self, topic: str, code: int, reason: str) -> None:
        """The broker says that a message goes no further."""
        await self._thread.do(partial(self._outbox.refused, topic, code, reason))

    async def received(self, topic: str, payload: bytes) -> None:
        """A message came from the hub."""
        anchor = await self._thread.do(partial(self._outbox.received, topic, payload))
        if anchor is not None:
            self._offer(anchor)
        self._poke.set()

    async def next(self) -> list[Message]:
        """Wait until something is to be published."""
        while True:
            messages = await self._thread.do(self._outbox.due)
            if messages:
                return messages
            try:
                async with asyncio.timeout(IDLE_S):
                    await self._poke.wait()
            except TimeoutError:
                pass
            self._poke.clear()

    async def farewell(self) -> Message:
        """The last status of a gateway that is stopped."""
        return await self._thread.do(self._outbox.farewell)
