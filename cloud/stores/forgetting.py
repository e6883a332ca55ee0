"""How stored ranges change: merged where hashes are forgotten, cut where a part came again; for every store."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sensorhub.ranges import Range, RangeSet


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A range without a hash: its sequences, those of them that are dead letters, and its newest time of arrival."""

    first: int
    last: int
    refused: tuple[Range, ...]
    arrived_us: int

    def part(self, first: int, last: int) -> "Forgotten":
        """What of it lies in first to last."""
        low, high = max(first, self.first), min(last, self.last)
        return Forgotten(low, high, tuple(RangeSet(self.refused).within(low, high)), self.arrived_us)


def cut(before: Sequence[Forgotten], first: int, last: int) -> tuple[list[Forgotten], Forgotten]:
    """Take first to last out of the ranges that overlap it and cover it together.

    Returns:
        What is left of them, which has no hash any more, and the part that was taken out, as one range.
    """
    rest = [one.part(one.first, first - 1) for one in before if one.first < first]
    rest += [one.part(last + 1, one.last) for one in before if one.last > last]
    return rest, _joined([one.part(first, last) for one in before])


def merged(before: Iterable[Forgotten], old: Sequence[Forgotten]) -> tuple[list[int], list[Forgotten]]:
    """Merge ranges that lose their hash now with each other and with those that lost it before.

    Arguments:
        before: of the same epoch, those without a hash.
        old: those that lose it now.

    Returns:
        The first sequences of all that go, and what comes in their place; neighbours that nothing joins stay.
    """
    losing = {one.first for one in old}
    runs: list[list[Forgotten]] = []
    for one in sorted([*before, *old], key=lambda one: one.first):
        if runs and runs[-1][-1].last + 1 == one.first:
            runs[-1].append(one)
        else:
            runs.append([one])
    changed = [run for run in runs if any(one.first in losing for one in run)]
    return [one.first for run in changed for one in run], [_joined(run) for run in changed]


def _joined(run: Sequence[Forgotten]) -> Forgotten:
    refused = RangeSet(span for one in run for span in one.refused)
    return Forgotten(run[0].first, run[-1].last, tuple(refused), max(one.arrived_us for one in run))
