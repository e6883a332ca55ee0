"""How full the spool is, and for how many hours of outage it has room at the present rate."""

import logging
from collections import deque
from typing import Protocol

log = logging.getLogger(__name__)

NOTE_S = 10.0
"""How often it is looked at: often enough that a segment that goes meanwhile hides little of what came."""

LOOK_S = 60.0
"""How often it is looked which segments could go: that asks every one of them."""

WINDOW_S = 3_600.0
"""The rate is that of the last hour."""

KNOWN_AFTER_S = 60.0
"""Before a minute is known the rate would be that of a start."""

WARN_PERCENT = (50, 80, 95)
CALM_PERCENT = 5
"""A level is warned of again only when the spool has been this far below it."""

_PERCENT = 100
_HOUR_S = 3_600.0


class Holder(Protocol):
    """What takes the room: the spools."""

    @property
    def used_bytes(self) -> int:
        """What they take."""
        ...

    @property
    def free_bytes(self) -> int:
        """What may still be written."""
        ...

    @property
    def freeable_bytes(self) -> int:
        """How much of what they take could go at once."""
        ...


class Fullness:
    """Looks at the spools from time to time; called in the spool's thread.

    Received records whose room nobody needs yet count as free.

    Arguments:
        gateway: id, for the log.
        spools: what is looked at.
    """

    def __init__(self, gateway: str, spools: Holder) -> None:
        self._gateway = gateway
        self._spools = spools
        self._grown: deque[tuple[float, int]] = deque()
        self._total = 0
        self._last_free = 0
        self._looked_s = 0.0
        self._freeable = 0
        self._warned = 0
        self.used_bytes = 0
        """What is needed."""
        self.free_bytes = 0
        """What may still be written."""

    def note(self, now_s: float) -> None:
        """Look at the spools, where it is time to; `now_s` is the machine clock and never falls."""
        if self._grown and now_s - self._grown[-1][0] < NOTE_S:
            return
        try:
            if not self._grown or now_s - self._looked_s >= LOOK_S:
                self._looked_s, self._freeable = now_s, self._spools.freeable_bytes
            free, freeable = self._spools.free_bytes, self._freeable
        except OSError:
            return  # a disk that does not even tell its room has other troubles, which are told
        if self._grown:
            self._total += max(0, self._last_free - free)  # what is deleted meanwhile is no growth
        self._last_free = free
        self._grown.append((now_s, self._total))
        while now_s - self._grown[0][0] > WINDOW_S:
            self._grown.popleft()
        self.used_bytes = max(0, self._spools.used_bytes - freeable)
        self.free_bytes = free + freeable
        self._warn()

    @property
    def percent(self) -> float:
        """How much of the room is taken, /100."""
        return _PERCENT * self.used_bytes / max(1, self.used_bytes + self.free_bytes)

    @property
    def hours_left(self) -> float | None:
        """For how long what is free lasts at the rate of the last hour; None while there is no rate."""
        if not self._grown:
            return None
        (begin_s, begin), (end_s, end) = self._grown[0], self._grown[-1]
        if end_s - begin_s < KNOWN_AFTER_S:
            return None
        if end == begin:  # what is all but full and does not grow is refusing
            return 0.0 if self.percent >= WARN_PERCENT[-1] else None
        return self.free_bytes * (end_s - begin_s) / (end - begin) / _HOUR_S

    def _warn(self) -> None:
        level = max((level for level in WARN_PERCENT if self.percent >= level), default=0)
        if level > self._warned:
            left = self.hours_left
            log.warning(
                "The spool of %s is %.0f %% full%s. What is measured is kept until the hub has it: see why it does not "
                "arrive there.",
                self._gateway,
                self.percent,
                "" if left is None else f" and has room for {left:,.0f} hours more",
            )
        if level > self._warned or self.percent < self._warned - CALM_PERCENT:
            self._warned = level
