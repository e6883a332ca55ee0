"""Waiting for a gateway that is behind: who drives its clock hurries it, and hears when it has accepted something."""

import asyncio
from typing import Protocol

WAIT_S_MAX = 0.05
"""Whoever waits looks again at least this often, so that intervals close soon after their end."""


class Hurried(Protocol):
    """A gateway that can be hurried."""

    def hurry(self) -> None:
        """Commit what is pending now."""
        ...


class Ear:
    """Hears when a gateway accepts something; used in one event loop."""

    def __init__(self) -> None:
        self._heard = asyncio.Event()

    def tell(self) -> None:
        """It has accepted something."""
        self._heard.set()

    async def hear(self, gateway: Hurried) -> None:
        """Hurry it, and wait until it has accepted something, or a moment."""
        self._heard.clear()
        gateway.hurry()
        try:
            async with asyncio.timeout(WAIT_S_MAX):
                await self._heard.wait()
        except TimeoutError:
            return
