"""Where in its work a writer of the spool is stopped: at calls of the disk, each kind as often as any other."""

import os
import signal
from random import Random
from typing import Any, cast

from gateway.spool import Disk
from tests.delivery.power.ledger import LedgerWriter

QUIET = {"lock", "unlock", "folders", "files", "read", "free_bytes", "close", "forget_cached"}
"""Calls that change nothing on the medium."""

SKIPPED_MAX = 4
CALLS_MAX = 3_000
RECOVERY_CALLS = 16
"""A start makes about so many calls before the spool takes its first group."""


class Moments:
    """Stops this process (SIGSTOP) at drawn calls; whoever watches it lets it go on.

    Arguments:
        rng: draws them.
        ledger: is told of each.
        in_recovery: whether the first stop falls among the first calls of the start.
    """

    def __init__(self, rng: Random, ledger: LedgerWriter, *, in_recovery: bool) -> None:
        self._rng = rng
        self._ledger = ledger
        self._kinds: list[str] = []
        self._calls = 0
        self._kind = ""
        self._skip = rng.randrange(RECOVERY_CALLS) if in_recovery else rng.randrange(200)
        self._place = rng.choice(("before", "within", "after"))

    def reached(self, kind: str) -> str:
        """Called at each call that changes something; says where in it to stop, if at all."""
        if kind not in self._kinds:
            self._kinds.append(kind)
        self._calls += 1
        if self._calls < CALLS_MAX:
            if self._kind not in {"", kind}:
                return ""
            if self._skip > 0:
                self._skip -= 1
                return ""
        self._ledger.say("stopping", self._place, kind if self._kind else "the start")
        place, self._place = self._place, self._rng.choice(("before", "within", "after"))
        self._calls, self._kind, self._skip = 0, self._rng.choice(self._kinds), self._rng.randrange(SKIPPED_MAX)
        return place

    def stop(self) -> None:
        """Stop here until somebody lets this process go on."""
        os.kill(os.getpid(), signal.SIGSTOP)

    def cut_point(self, length: int) -> int:
        """How much of a write of so many bytes comes before the stop."""
        return self._rng.randrange(length + 1)


class _Stopping:
    """Passes every call on, and stops around some of them."""

    def __init__(self, inner: Any, moments: Moments) -> None:
        self._inner = inner
        self._moments = moments

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name in QUIET or not callable(method):
            return method

        def call(*arguments: Any) -> Any:
            place = self._moments.reached(name)
            if place == "before":
                self._moments.stop()
            if place == "within" and name == "write":
                self._write_in_two(*arguments)
                return None
            result = method(*arguments)
            if place in {"within", "after"}:
                self._moments.stop()
            return _Stopping(result, self._moments) if name in {"create", "open"} else result

        return call

    def _write_in_two(self, offset: int, data: bytes) -> None:
        cut = self._moments.cut_point(len(data))
        self._inner.write(offset, data[:cut])
        self._moments.stop()
        self._inner.write(offset + cut, data[cut:])


def stopping(disk: Disk, moments: Moments) -> Disk:
    """A disk like `disk`, at whose calls this process is stopped."""
    return cast(Disk, _Stopping(disk, moments))
