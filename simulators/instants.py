"""What was true at the instants at which a gateway read a part: what its interval readings should come to."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sensorhub.reading import US_PER_S
from simulators.parts.part import Truth


@dataclass
class _Series:
    clocks_ns: "array[int]" = field(default_factory=lambda: array("q"))
    times_us: "array[int]" = field(default_factory=lambda: array("q"))
    values: "array[float]" = field(default_factory=lambda: array("d"))


class Instants:
    """Values at rising times; 24 bytes each, so that a week of one read a second takes 15 MB.

    Arguments:
        period_s: length of the gateway's intervals, which begin at its whole multiples of wall time.
    """

    def __init__(self, period_s: int) -> None:
        self._period_us = period_s * US_PER_S
        self._series: dict[str, _Series] = {}

    def note(self, clock_ns: int, time_us: int, values: Mapping[str, float]) -> None:
        """These were true.

        Arguments:
            clock_ns, time_us: when, by the measurement clock and in wall time.
            values: by quantity.
        """
        for name, value in values.items():
            series = self._series.setdefault(name, _Series())
            series.clocks_ns.append(clock_ns)
            series.times_us.append(time_us)
            series.values.append(value)

    def by_interval(self, name: str, from_ns: int, until_ns: int) -> list[list[float]]:
        """The values of one quantity in [from_ns, until_ns) (measurement clock), those of an interval together."""
        series = self._series.get(name, _Series())
        window = slice(bisect_left(series.clocks_ns, from_ns), bisect_left(series.clocks_ns, until_ns))
        pairs = zip(series.times_us[window], series.values[window], strict=True)
        groups = groupby(pairs, key=lambda pair: pair[0] // self._period_us)
        return [[value for _, value in group] for _, group in groups]

    def means(self, from_ns: int, until_ns: int, tolerances: Mapping[str, tuple[float, str]]) -> list[Truth]:
        """What is true of each quantity that was noted in [from_ns, until_ns), where readings are means.

        Arguments:
            from_ns, until_ns: measurement clock.
            tolerances: by quantity, with the reason.
        """
        truths = []
        for name, (tolerance, reason) in tolerances.items():
            values = [mean(values) for values in self.by_interval(name, from_ns, until_ns)]
            truths += true_mean(name, values, tolerance, reason)
        return truths


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean of at least one value."""
    return sum(values) / len(values)


def true_mean(quantity: str, values: Iterable[float], tolerance: float, reason: str) -> list[Truth]:
    """What is true of a quantity whose readings should have been `values`; nothing where there should be none."""
    found = list(values)
    return [Truth(quantity, "mean", mean(found), tolerance, reason)] if found else []
