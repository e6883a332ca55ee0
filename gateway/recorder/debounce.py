"""Debounce on edge times: a contact that bounces gives one edge, at the time of the first."""

from dataclasses import dataclass

from sensorhub.reading import NS_PER_S

BURST_NS_MAX = 10 * NS_PER_S
BURST_QUIETS_MAX = 10
"""A burst that is longer than both, in time and in times of quiet, is no bounce: the contact never comes to rest."""


@dataclass(frozen=True, slots=True)
class Change:
    """A settled change of a contact: boot clock (ns) of its first edge, and the level it settled at."""

    clock_ns: int
    level: bool


class Debounce:
    """Edges that follow each other within the debounce time are one burst.

    When the contact has been still for that long, the burst counts as one change at the time of its first edge
    if it ended at another level than it began, and as nothing (a glitch) if not. One that does not end is cut off, so
    that time goes on: what it counts as then means nothing.

    Arguments:
        quiet_ns: how long a contact must be still, ns (the default of a detector is 20 ms).
        level: the level at the start.
    """

    def __init__(self, quiet_ns: int, level: bool) -> None:
        self._quiet_ns = quiet_ns
        self._burst_ns_max = max(BURST_NS_MAX, BURST_QUIETS_MAX * quiet_ns)
        self._settled = level
        self._level = level
        self._first_ns: int | None = None
        self._last_ns = 0
        self._cut_off_ns: int | None = None

    def restless(self, now_ns: int) -> bool:
        """Whether the contact does not come to rest at present."""
        return self._cut_off_ns is not None and now_ns - self._cut_off_ns < 2 * self._burst_ns_max

    @property
    def level(self) -> bool:
        """The level that it settled at last."""
        return self._settled

    @property
    def newest_level(self) -> bool:
        """The level after its newest edge, settled or not."""
        return self._settled if self._first_ns is None else self._level

    @property
    def pending_ns(self) -> int | None:
        """Boot clock of the first edge that has not settled; None where all has."""
        return self._first_ns

    def edge(self, clock_ns: int, level: bool) -> Change | None:
        """Take one edge, in the order of time; returns the change that settled before it, if any."""
        settled = self.settle(clock_ns)
        if self._first_ns is not None and clock_ns - self._first_ns >= self._burst_ns_max:
            self._cut_off_ns = clock_ns
            settled = self._end()
        if self._first_ns is None:
            if level == self._settled:
                return settled  # the edge before it was missed; nothing changed since
            self._first_ns = clock_ns
        self._level = level
        self._last_ns = max(clock_ns, self._first_ns)
        return settled

    def settle(self, now_ns: int) -> Change | None:
        """Say what has settled by `now_ns`; at most one change can have."""
        if self._first_ns is None or now_ns - self._last_ns < self._quiet_ns:
            return None
        return self._end()

    def _end(self) -> Change | None:
        """What the burst comes to."""
        assert self._first_ns is not None
        first_ns, self._first_ns = self._first_ns, None
        if self._level == self._settled:
            return None
        self._settled = self._level
        return Change(first_ns, self._settled)
