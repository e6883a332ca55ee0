"""Intervals of one sensor: when they begin and end, and how much of each was observed. What they come to is for others.

Intervals are [start, end) in boot clock, aligned to the wall clock by the newest anchor when they open
(docs/formats.md, "Interval times"). The same calls in the same order give the same readings.
"""

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import replace
from math import isfinite
from typing import Self

from gateway.anchors.times import SNAP_NS, AnchorBook, wall_at
from gateway.spool import Measured, ReadingEntry
from sensorhub.reading import Quality

_PERCENT = 100

Mark = Callable[[Measured], Measured]
"""Adds what is known against a value of this sensor by its kind: outside the part's limits, uncalibrated kit."""


class Intervals(ABC):
    """The intervals of one sensor.

    All times are boot clock in ns and never fall from call to call.

    Arguments:
        sensor: its id.
        period_ns: length of an interval, ns.
        anchors: where the newest anchor stands when an interval opens.
        mark: what is known against its values.
    """

    def __init__(
        self, sensor: str, period_ns: int, anchors: AnchorBook, mark: Mark = lambda measured: measured
    ) -> None:
        self._sensor = sensor
        self._period_ns = period_ns
        self._anchors = anchors
        self._mark = mark
        self._start_ns: int | None = None
        self._end_ns = 0
        self._end_wall_ns = 0
        self._began_late = False
        self._last_end_wall_ns: int | None = None
        self._latest_end_wall_ns: int | None = None
        self._done: list[ReadingEntry] = []

    @abstractmethod
    def _elapse(self, to_ns: int) -> None:
        """Time has come to `to_ns`, within the open interval or before the first."""

    @abstractmethod
    def _reading(self, clock_ns: int, length_ns: int) -> ReadingEntry | None:
        """What the open interval comes to; None where nothing of it was observed.

        Arguments:
            clock_ns: its end.
            length_ns: how much of it should have been observed.
        """

    @abstractmethod
    def _empty(self) -> None:
        """Begin the next interval."""

    @abstractmethod
    def lose(self, clock_ns: int) -> None:
        """From here on nothing is observed, until it is said otherwise."""

    def copy(self) -> Self:
        """Intervals that go on from here on their own."""
        twin = copy.copy(self)
        twin._done = list(self._done)
        return twin

    @property
    def end_ns(self) -> int | None:
        """Where the open interval ends; None before the first."""
        return None if self._start_ns is None else self._end_ns

    def begin(self, clock_ns: int) -> None:
        """Observing begins at `clock_ns`: open the first interval, where none is open; it was not observed before."""
        if self._start_ns is None:
            self._open(clock_ns)
            self._began_late = True

    def close_until(self, clock_ns: int) -> list[ReadingEntry]:
        """Close every interval that ended at or before `clock_ns`; returns all that closed since the last call."""
        if self._start_ns is not None:
            self._advance(clock_ns)
        done, self._done = self._done, []
        return done

    def begin_at(self, clock_ns: int) -> None:
        """Open the next interval at `clock_ns`, where a reading is known to have ended; what was open is forgotten."""
        self._advance(clock_ns)
        self._empty()
        self._open(clock_ns)
        newest = self._anchors.newest
        self._ended(wall_at(newest, clock_ns) if newest else clock_ns)

    def cut(self, clock_ns: int) -> ReadingEntry | None:
        """Close the open interval at `clock_ns`, before its end; None where nothing of it was observed.

        It ends at least twice the time that is snapped after it began: its time must not become that of the last one,
        also where the anchors of its seal say otherwise, by up to once that time, than the one by which it began.
        """
        if self._start_ns is None:
            return None
        self._advance(clock_ns)
        entry = self._reading(max(clock_ns, self._start_ns + 2 * SNAP_NS), self._period_ns)
        self._start_ns = None
        self.lose(clock_ns)
        self._empty()
        return entry

    def _open(self, start_ns: int) -> None:
        newest = self._anchors.newest
        wall_ns = wall_at(newest, start_ns) if newest else start_ns
        end_wall_ns = self._rising(((wall_ns + SNAP_NS) // self._period_ns + 1) * self._period_ns, wall_ns)
        self._start_ns = start_ns
        self._began_late = False
        self._end_ns = start_ns + end_wall_ns - wall_ns
        self._end_wall_ns = end_wall_ns

    def _rising(self, end_wall_ns: int, wall_ns: int) -> int:
        """An end that no interval of this boot had before, where the wall clock has stepped back to earlier ends.

        After a small step the interval goes on until its end is newer than the last. After one of more than a period
        it ends by the new clock, but off the whole period by more than is snapped, until that is past all earlier ends.
        """
        last, latest = self._last_end_wall_ns, self._latest_end_wall_ns
        if last is None or latest is None or end_wall_ns > latest:
            return end_wall_ns
        following = last + self._period_ns
        if last - end_wall_ns <= self._period_ns and following > wall_ns:
            return following
        return end_wall_ns + 2 * SNAP_NS

    def _ended(self, end_wall_ns: int) -> None:
        self._last_end_wall_ns = end_wall_ns
        self._latest_end_wall_ns = max(end_wall_ns, self._latest_end_wall_ns or end_wall_ns)

    def _advance(self, to_ns: int) -> None:
        while self._start_ns is not None and to_ns >= self._end_ns:
            self._elapse(self._end_ns)
            self._close()
        self._elapse(to_ns)

    def _close(self) -> None:
        assert self._start_ns is not None
        length_ns = self._end_ns - self._start_ns
        if self._began_late or self._period_ns - length_ns > SNAP_NS:
            length_ns = max(length_ns, self._period_ns)  # what came before it began was not observed
        reading = self._reading(self._end_ns, length_ns)
        if reading is not None:
            self._done.append(reading)
        self._ended(self._end_wall_ns)
        self._empty()
        self._open(self._end_ns)

    def _entry(self, clock_ns: int, values: Iterable[Measured], coverage: float) -> ReadingEntry | None:
        """The reading of an interval; None where it has no value.

        Arguments:
            clock_ns: its end.
            values: by quantity; one that is no number is left out, for the spool could not keep it.
            coverage: the share of the interval that was observed, 0 to 1; below 1 the reading is partial and says so.
        """
        marked = [self._mark(measured) for measured in values if isfinite(measured.value)]
        if marked and coverage < 1:
            marked.append(Measured("coverage", coverage * _PERCENT))
            marked = [replace(measured, quality=measured.quality | Quality.PARTIAL) for measured in marked]
        return ReadingEntry(self._sensor, clock_ns, tuple(marked)) if marked else None
