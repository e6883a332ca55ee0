"""Where anchors come from: NTP and the hub's receipts on a Pi, a given mapping in a simulation."""

import ctypes
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from gateway.anchors.times import is_lie, wall_at
from gateway.spool import Anchor, AnchorKind
from sensorhub.clock import boot_ns, rfc3339, wall_ns
from sensorhub.reading import NS_PER_S, NS_PER_US, US_PER_S

log = logging.getLogger(__name__)

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


BUILT_NS = 1_761_955_200 * NS_PER_S
"""November 2025: this software is not older, so no clock that says less is right."""

FLOOR_SLACK_NS = 86_400 * NS_PER_S
"""How far NTP may fall behind the last wall time that the spool knows: that one may have been wrong by its own error,
and a wall clock is set back by hand by hours, not days."""


class AnchorSource(Protocol):
    """Called where the recorder collects, but for `know`."""

    @property
    def trouble(self) -> str:
        """Why the machine's wall clock is not believed, in a sentence; empty while it is, or nobody has set it."""
        ...

    def know(self, wall_ns: int) -> None:
        """The wall clock was known to say this once; called once, before the first `poll`."""
        ...

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
        self.trouble = ""

    def know(self, wall_ns: int) -> None:
        pass

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

    NTP is not signed, and may lie; the hub's answers are. So NTP counts as out of sync while it says less than was
    known before, and while it disagrees with the hub. A receipt may say less than was known before, since that may
    come from NTP that lied by years: then the hub's time is what is known.

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
        self._hub: Anchor | None = None
        self._floor_ns = BUILT_NS
        self._hub_doubted = False
        self._asked_ns: int | None = None
        self.trouble = ""

    def know(self, wall_ns: int) -> None:
        self._floor_ns = max(BUILT_NS, wall_ns - FLOOR_SLACK_NS)

    def poll(self, clock_ns: int) -> Anchor | None:
        if self._asked_ns is not None and clock_ns - self._asked_ns < ASK_NS:
            return None
        self._asked_ns = clock_ns
        now = self._ntp()
        if now is None:
            return None
        newest = self._newest
        if newest is not None and newest.source is AnchorKind.NTP:
            stepped = abs(wall_at(newest, now.clock_ns) - now.wall_ns) > STEP_NS
            if not stepped and now.clock_ns - newest.clock_ns < AGAIN_NS:
                return None
        self._newest = now
        return now

    def offered(self, anchor: Anchor) -> Anchor | None:
        if anchor.wall_ns < BUILT_NS:
            if not self._hub_doubted:
                log.warning("The hub says %s, before this software was made; its time is not taken.", _written(anchor))
            self._hub_doubted = True
            return None
        self._hub = anchor
        self._floor_ns = min(self._floor_ns, max(BUILT_NS, anchor.wall_ns - FLOOR_SLACK_NS))
        if self._ntp() is not None:
            return None
        newest = self._newest
        if newest is not None:
            apart_ns = abs(wall_at(newest, anchor.clock_ns) - anchor.wall_ns)
            within = apart_ns <= newest.error_ns + anchor.error_ns + STEP_NS
            if within and anchor.clock_ns - newest.clock_ns < AGAIN_NS:
                return None
            if anchor.clock_ns < newest.clock_ns:  # it is from between question and answer, and is the newer one
                anchor = replace(anchor, clock_ns=newest.clock_ns, wall_ns=wall_at(anchor, newest.clock_ns))
        self._newest = anchor
        return anchor

    def _ntp(self) -> Anchor | None:
        """The wall clock as an anchor, where it is in sync and can be believed."""
        error_ns = self._sync()
        if error_ns is None:
            self._doubt("")  # a clock that nobody has set is no lie
            return None
        now = Anchor(self._clock(), self._wall(), error_ns, AnchorKind.NTP)
        if now.wall_ns < self._floor_ns:
            self._doubt(
                f"NTP says {_written(now)}, and it was later before; its time is not taken until the hub agrees. Check "
                "the time server."
            )
            return None
        hub = self._hub
        if hub is not None and is_lie(now, hub):
            apart_ns = abs(wall_at(hub, now.clock_ns) - now.wall_ns)
            self._doubt(
                f"NTP says {_written(now)}, which is {apart_ns / NS_PER_S:,.0f} s from the hub's signed time; the "
                "hub's is taken. Check the time servers of both."
            )
            return None
        self._doubt("")
        return now

    def _doubt(self, trouble: str) -> None:
        if trouble and not self.trouble:
            log.error("%s", trouble)
        if self.trouble and not trouble:
            log.info("The machine's wall clock is believed again.")
        if not (trouble and self.trouble):  # the figures change; what is wrong does not
            self.trouble = trouble


def _written(anchor: Anchor) -> str:
    return rfc3339(anchor.wall_ns // NS_PER_S * US_PER_S)
