"""What the link to the broker serves: a batch of gateways, in the event loop."""

import asyncio
from collections.abc import Callable, Sequence

from gateway.uplink.driver import Granted, Message
from simulators.fleet.batch import Batch

_REFUSALS = 0x80
"""Reason codes of MQTT 5 from here on say no; one below tells that nobody has subscribed, which the end tells too."""


class BatchDriver:
    """Carries a batch's messages.

    Arguments:
        batch: of gateways.
        trouble: given what the broker refuses, in words.
    """

    def __init__(self, batch: Batch, trouble: Callable[[str], None]) -> None:
        self._batch = batch
        self._trouble = trouble
        self._poke = asyncio.Event()
        self._left = asyncio.Event()

    def poke(self) -> None:
        """There may be something to publish."""
        self._poke.set()

    async def leave(self) -> None:
        """Have every gateway say farewell; returns when all but the first have, which does so last of all."""
        self._batch.leave()
        self._left.clear()
        self._poke.set()
        if not self._batch.has_left:
            await self._left.wait()

    async def connected(self, granted: Granted) -> None:
        """A connection is up and subscribed."""
        self._batch.connected()

    async def disconnected(self, unanswered: Sequence[str]) -> None:
        """That connection is gone."""
        self._batch.disconnected()
        self._left.set()

    async def received(self, topic: str, payload: bytes) -> None:
        """A message came."""
        self._batch.received(topic, payload)
        self._poke.set()

    async def refused(self, topic: str, code: int, reason: str) -> None:
        """A message goes no further; it goes again when it is late."""
        if code >= _REFUSALS:
            self._trouble(f"The broker refuses what is published on {topic}: {reason}.")

    async def next(self) -> list[Message]:
        """Wait until there is something to publish."""
        while True:
            self._poke.clear()
            messages = self._batch.due()
            if messages:
                return messages
            if self._batch.has_left:
                self._left.set()  # only now: what was returned before is under way
            try:
                async with asyncio.timeout(self._batch.wait_s()):
                    await self._poke.wait()
            except TimeoutError:
                pass

    def will(self) -> Message:
        """What the broker publishes when the next connection is lost."""
        return self._batch.will()

    async def farewell(self) -> Message:
        """What is published last."""
        return self._batch.farewell()
