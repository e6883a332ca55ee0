"""Waiting for a condition instead of for a time."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

import pytest

POLL_S = 0.01

T = TypeVar("T")


def wait_for(condition: Callable[[], T], timeout_s: float, what: str) -> T:
    """Return the first true answer of `condition`, asked every 10 ms; fail with a sentence that names `what`."""
    end = time.monotonic() + timeout_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() >= end:
            pytest.fail(f"Waited {timeout_s:g} s in vain for this: {what}.")
        time.sleep(POLL_S)


async def until(condition: Callable[[], T], timeout_s: float, what: str) -> T:
    """The same inside an event loop, which goes on meanwhile."""
    end = time.monotonic() + timeout_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() >= end:
            pytest.fail(f"Waited {timeout_s:g} s in vain for this: {what}.")
        await asyncio.sleep(POLL_S)
