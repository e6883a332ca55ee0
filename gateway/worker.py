"""A thread that does one call after the other, as the event loop gives them: for spools, for buses."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Worker:
    """Does one call after the other, in the order in which they were given.

    Arguments:
        name: of the thread.
    """

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def do(self, call: Callable[[], T]) -> T:
        """Wait for what `call` gives. Where this is cancelled, what was given to the thread is done all the same."""
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._executor, call))

    async def idle(self) -> None:
        """Wait until all that was given is done."""
        await self.do(lambda: None)

    def close(self) -> None:
        """Wait for the thread to end."""
        self._executor.shutdown()
