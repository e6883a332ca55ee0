"""Where anchors come from: NTP and the hub's receipts on a Pi, a given mapping in a simulation."""

import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from gateway.spool import Anchor, AnchorKind
from gateway.times import wall_at
from sensorhub.clock import boot_ns, wall_ns
from sensorhub.reading import NS_PER_S, NS_PER_US

AGAIN_NS = 600 * NS_PER_S
"""While in sync an anchor every 10 min takes out a crystal's drift to some 60 ms."""

ASK_NS = 2 * NS_PER_S
"""How often the state of NTP is asked for: a step is noted before a pack of 10 s is closed."""

STEP_NS = 50_000_000
"""A wall clock that moved this far against the boot clock was stepped, not slewed."""

MAX_ERROR_NS = NS_PER_S
"""An NTP that may be off by more is not in sync."""

_TIMESYNC = Path("/run/systemd/timesync/synchronized")
_TIME_ERROR = 5
_STA_UNSYNC = 0x40


class AnchorSource(Protocol):
    """Called in the event loop at each tick of the sampler."""

    def poll(self, clock_ns: int) -> Anchor | None:
        """A new anchor worth keeping at this boot clock, or None."""
        ...

    def offered(self, anchor: Anchor) -> Anchor | None:
        """An anchor from a fresh receipt; returned where it is to be kept."""
        ...


class GivenAnchors:
    """One exact anchor from whoever plays the gateway; receipts' times are ignored."""

    def __init__(self, anchor: Anchor) -> None:
        self._anchor: Anchor | None = anchor

    def poll(self, clock_ns: int) -> Anchor | None:
        anchor, self._anchor = self._anchor, None
        return anchor

    def offered(self, anchor: Anchor) -> Anchor | None:
        return None


class _Timex(ctypes.Structure):
    # struct timex of linux/timex.h; the rest of it is not read
    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


def ntp_error_ns() -> int | None:
    """How far the wall clock may be off (ns) while NTP is in sync; None while it is not (adjtimex(2))."""
    try:
        adjtimex = ctypes.CDLL(None).adjtimex
    except (OSError, AttributeError):
        return None
    timex = _Timex()
    state = adjtimex(ctypes.byref(timex))
    if state < 0:
        return None
    if state != _TIME_ERROR and not timex.status & _STA_UNSYNC:
        error_ns: int = timex.maxerror * NS_PER_US
        return error_ns if error_ns < MAX_ERROR_NS else None
    return MAX_ERROR_NS // 2 if _TIMESYNC.exists() else None


class SystemAnchors:
    """Anchors of a real gateway: from NTP when it is in sync, from receipts while it is not.

    Arguments:
        wall: the wall clock, ns since 1970 UTC.
        clock: the boot clock, ns.
        sync: how far the wall clock may be off, ns; None while it is not in sync.
    """

    def __init__(
        self,
        wall: Callable[[], int] = wall_ns,
        clock: Callable[[], int] = boot_ns,
        sync: Callable[[], int | None] = ntp_error_ns,
    ) -> None:
        self._wall = wall
        self._clock = clock
        self._sync = sync
        self._newest: Anchor | None = None
        self._in_sync = False
        self._asked_ns: int | None = None

    def poll(self, clock_ns: int) -> Anchor | None:
        if self._asked_ns is not None and clock_ns - self._asked_ns < ASK_NS:
            return None
        self._asked_ns = clock_ns
        error_ns = self._sync()
        self._in_sync = error_ns is not None
        if error_ns is None:
            return None
        newest = self._newest
        now = Anchor(self._clock(), self._wall(), error_ns, AnchorKind.NTP)
        if newest is not None:
            stepped = abs(wall_at(newest, now.clock_ns) - now.wall_ns) > max(STEP_NS, newest.error_ns)
            if not stepped and now.clock_ns - newest.clock_ns < AGAIN_NS and newest.source is AnchorKind.NTP:
                return None
        self._newest = now
        return now

    def offered(self, anchor: Anchor) -> Anchor | None:
        newest = self._newest
        if self._in_sync:
            return None
        if newest is not None:
            apart_ns = abs(wall_at(newest, anchor.clock_ns) - anchor.wall_ns)
            within = apart_ns <= newest.error_ns + anchor.error_ns + STEP_NS
            if within and anchor.clock_ns - newest.clock_ns < AGAIN_NS:
                return None
        self._newest = anchor
        return anchor
