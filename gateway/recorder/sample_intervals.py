"""Interval readings of a part that is read over a bus: what its samples come to by the summary of its kind.

Samples are kept in memory until their interval ends; a restart in between costs the interval's first part, and says so
by its coverage.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Self

from gateway.anchors.times import AnchorBook
from gateway.recorder.intervals import Intervals, Mark
from gateway.sensors.part import Sample, mean
from gateway.spool import Measured, ReadingEntry
from sensorhub.reading import Quality

GOOD = Quality.GOOD

_LATE = 50
"""An interval that is shorter by one part in so many of the time between two reads has them all: clocks drift."""


class SampleIntervals(Intervals):
    """The intervals of one part. What is against a sample is against the reading, however little of it shows there.

    Arguments:
        sensor, period_ns, anchors, mark: as of all intervals.
        sample_ns: time between two reads, ns.
        summary: makes an interval's reading of its samples.
    """

    def __init__(
        self,
        sensor: str,
        period_ns: int,
        anchors: AnchorBook,
        sample_ns: int,
        summary: Callable[[Sequence[Sample]], Sample] = mean,
        mark: Mark = lambda measured: measured,
    ) -> None:
        super().__init__(sensor, period_ns, anchors, mark)
        self._sample_ns = sample_ns
        self._summary = summary
        self._samples: list[Sample] = []
        self._qualities: dict[str, Quality] = {}
        self._reads = 0
        self._failed = 0

    def copy(self) -> Self:
        twin = super().copy()
        twin._samples = list(self._samples)
        twin._qualities = dict(self._qualities)
        return twin

    def summarise(self, summary: Callable[[Sequence[Sample]], Sample]) -> None:
        """Make readings by this from now on: the part is there."""
        self._summary = summary

    def sample(self, clock_ns: int, sample: Sample | None) -> None:
        """A read that was due at `clock_ns` gave this; None: nothing was due of a part that sleeps."""
        self.begin(clock_ns)
        self._advance(clock_ns)
        self._reads += 1
        if sample is not None:
            self._samples.append(sample)
            for measured in map(self._mark, sample):
                self._qualities[measured.quantity] = self._qualities.get(measured.quantity, GOOD) | measured.quality

    def fail(self, clock_ns: int) -> None:
        """A read that was due at `clock_ns` gave nothing."""
        self.begin(clock_ns)
        self._advance(clock_ns)
        self._reads += 1
        self._failed += 1

    def lose(self, clock_ns: int) -> None:
        """Reads that do not come are noticed by their number."""

    def _elapse(self, to_ns: int) -> None:
        pass

    def _empty(self) -> None:
        self._samples = []
        self._qualities = {}
        self._reads = self._failed = 0

    def _reading(self, clock_ns: int, length_ns: int) -> ReadingEntry | None:
        if not self._samples:
            return None
        due = max(1, (length_ns + self._sample_ns // _LATE) // self._sample_ns)  # some intervals have one more
        came = min(1.0, self._reads / due)
        coverage = came * len(self._samples) / (len(self._samples) + self._failed)
        return self._entry(clock_ns, map(self._qualified, self._summary(self._samples)), coverage)

    def _qualified(self, measured: Measured) -> Measured:
        """With what is known against any of its samples; what was not sampled itself is made of all of them."""
        known = self._qualities.get(measured.quantity)
        if known is None:
            known = reduce(or_, self._qualities.values(), GOOD)
        return replace(measured, quality=measured.quality | known)
