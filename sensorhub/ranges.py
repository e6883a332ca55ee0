"""Sets of sequence numbers, held as sorted inclusive ranges."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

Range = tuple[int, int]
"""First and last sequence, both included."""


class RangeSet:
    """A set of integers that grows and shrinks by inclusive ranges; neighbours merge.

    Membership and overlap cost O(log n) in the number of ranges.
    """

    def __init__(self, ranges: Iterable[Range] = ()) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in ranges:
            self.add(first, last)

    def __iter__(self) -> Iterator[Range]:
        return iter(list(zip(self._firsts, self._lasts, strict=True)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RangeSet) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __bool__(self) -> bool:
        return bool(self._firsts)

    def __len__(self) -> int:
        """The number of ranges, not of integers."""
        return len(self._firsts)

    def __contains__(self, number: int) -> bool:
        return self.covers(number, number)

    def __repr__(self) -> str:
        return f"RangeSet({list(self)})"

    def total(self) -> int:
        """How many integers the set holds."""
        return sum(self._lasts) - sum(self._firsts) + len(self._firsts)

    def add(self, first: int, last: int) -> None:
        """Put first to last into the set; an empty range (last < first) changes nothing."""
        if last < first:
            return
        lasts = self._lasts
        if lasts and first == lasts[-1] + 1:  # numbers are mostly added in order
            lasts[-1] = last
            return
        low = bisect_left(lasts, first - 1)
        high = bisect_right(self._firsts, last + 1)
        if low < high:
            first = min(first, self._firsts[low])
            last = max(last, self._lasts[high - 1])
        self._firsts[low:high] = [first]
        self._lasts[low:high] = [last]

    def remove(self, first: int, last: int) -> None:
        """Take first to last out of the set."""
        if last < first:
            return
        low = bisect_left(self._lasts, first)
        high = bisect_right(self._firsts, last)
        rest: list[Range] = []
        if low < high:
            if self._firsts[low] < first:
                rest.append((self._firsts[low], first - 1))
            if self._lasts[high - 1] > last:
                rest.append((last + 1, self._lasts[high - 1]))
        self._firsts[low:high] = [a for a, _ in rest]
        self._lasts[low:high] = [b for _, b in rest]

    def covers(self, first: int, last: int) -> bool:
        """Whether all of first to last is in the set."""
        at = bisect_left(self._lasts, first)
        return at < len(self._firsts) and self._firsts[at] <= first and last <= self._lasts[at]

    def within(self, first: int, last: int) -> list[Range]:
        """The parts of the set that lie in first to last, in rising order."""
        low = bisect_left(self._lasts, first)
        high = bisect_right(self._firsts, last)
        return [(max(first, self._firsts[i]), min(last, self._lasts[i])) for i in range(low, high)]

    def missing(self, first: int, last: int) -> list[Range]:
        """The parts of first to last that are not in the set, in rising order."""
        gaps: list[Range] = []
        at = first
        for a, b in self.within(first, last):
            if at < a:
                gaps.append((at, a - 1))
            at = b + 1
        if at <= last:
            gaps.append((at, last))
        return gaps
