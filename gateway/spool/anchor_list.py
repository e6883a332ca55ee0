"""The anchors of one boot that stay in memory, by rising boot clock."""

from bisect import insort
from collections import deque

from gateway.spool.entries import Anchor

ANCHORS_EACH_END_MAX = 1_000
"""Per boot, the first and the last anchors kept in memory. At one in 10 min all of two weeks; beyond that old
records find theirs among the first, new ones among the last, and drift between is interpolated."""


class AnchorList:
    """The anchors of one boot in file order: the first 1,000 and the last 1,000."""

    def __init__(self) -> None:
        self._first: list[Anchor] = []
        self._last: deque[Anchor] = deque(maxlen=ANCHORS_EACH_END_MAX)

    def add(self, anchor: Anchor) -> None:
        """Note the next one; one that was carried over takes its place by the clock, once."""
        newest = self.newest
        if newest is not None and anchor.clock_ns <= newest.clock_ns:
            if anchor not in self._first and anchor not in self._last:
                insort(self._first, anchor, key=lambda known: known.clock_ns)
            return
        if len(self._first) < ANCHORS_EACH_END_MAX:
            self._first.append(anchor)
        else:
            self._last.append(anchor)

    @property
    def newest(self) -> Anchor | None:
        """The one with the latest clock."""
        return self._last[-1] if self._last else self._first[-1] if self._first else None

    def all(self) -> list[Anchor]:
        """Those kept, in file order."""
        return [*self._first, *self._last]
