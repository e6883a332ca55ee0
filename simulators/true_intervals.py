"""What is true in each interval of a sensor whose contacts are counted."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise
from typing import TypeVar

from sensorhub.reading import US_PER_S
from simulators.instants import true_mean
from simulators.parts.part import Truth
from simulators.wires.wires import Wires

T = TypeVar("T")

_PERCENT = 100

ROUNDING = 1e-6
EXACT = "rounding of the sum"
"""Tolerance of means and shares whose edge times are exact, with its reason."""

UNDER_WAY = "under way when a process died"


class TrueIntervals:
    """The intervals between two times.

    Arguments:
        period_s: length of an interval; they begin at its whole multiples of wall time.
        wires: for the clock.
        from_ns, until_ns: measurement clock.
    """

    def __init__(self, period_s: int, wires: Wires, from_ns: int, until_ns: int) -> None:
        period_us = period_s * US_PER_S
        first, last = wires.wall_us(from_ns) // period_us, wires.wall_us(until_ns - 1) // period_us
        inner = (wires.clock_ns(number * period_us) for number in range(first + 1, last + 1))
        self._edges_ns = [from_ns, *inner, until_ns]
        self.from_ns = from_ns
        self.until_ns = until_ns
        self.breaks_ns = [at_ns for at_ns in wires.bench.breaks_ns if from_ns <= at_ns < until_ns]
        """When a process of the gateway died in them."""

    def groups(self, events: Iterable[tuple[int, T]]) -> list[list[T]]:
        """What happened in each interval, in the order of time.

        Arguments:
            events: measurement clock and what happened, in the order of time; may be without end.
        """
        found: list[list[T]] = [[] for _ in self._edges_ns[1:]]
        for clock_ns, event in events:
            if clock_ns >= self.until_ns:
                break
            if clock_ns >= self.from_ns:
                found[bisect_right(self._edges_ns, clock_ns) - 1].append(event)
        return found

    def share(self, quantity: str, spans: Iterable[tuple[int, int]], settles_ns: int) -> Truth:
        """The mean of the shares of the intervals, in %, that are in spans.

        Arguments:
            quantity: what such a share is.
            spans: measurement clock, in the order of time; may be without end.
            settles_ns: for so long before it died a process may not have known whether it was in one.
        """
        held_ns = [0] * (len(self._edges_ns) - 1)
        for begin_ns, end_ns in spans:
            if begin_ns >= self.until_ns:
                break
            at_ns, end_ns = max(begin_ns, self.from_ns), min(end_ns, self.until_ns)  # noqa: PLW2901
            while at_ns < end_ns:
                number = bisect_right(self._edges_ns, at_ns) - 1
                next_ns = min(end_ns, self._edges_ns[number + 1])
                held_ns[number] += next_ns - at_ns
                at_ns = next_ns
        lengths_ns = [later - earlier for earlier, later in pairwise(self._edges_ns)]
        shares = [held / length * _PERCENT for held, length in zip(held_ns, lengths_ns, strict=True)]
        off = len(self.breaks_ns) * settles_ns / min(lengths_ns) * _PERCENT / len(shares)
        return Truth(quantity, "mean", sum(shares) / len(shares), ROUNDING + off, UNDER_WAY if off else EXACT)

    def mean(self, quantity: str, values: Iterable[float], tolerance: float, reason: str) -> list[Truth]:
        """The mean of what the intervals should tell; each time a process died, two of them may tell any other value.

        Arguments:
            quantity, values, tolerance, reason: as of `true_mean`.
        """
        found = list(values)
        if not (found and self.breaks_ns):
            return true_mean(quantity, found, tolerance, reason)
        off = 2 * len(self.breaks_ns) * (max(found) - min(found)) / len(found)
        return true_mean(quantity, found, tolerance + off, UNDER_WAY)
