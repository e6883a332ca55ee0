"""Interval readings of a contact, made from its edges: closures, occupancy, mean on-time.

Intervals are [start, end) in boot clock, aligned to the wall clock by the newest anchor when they open
(docs/formats.md, "Interval times"). The same calls in the same order give the same readings, so after a restart
they are made again from the journal.
"""

import copy
from typing import Self

from gateway.anchors.times import SNAP_NS, AnchorBook, wall_at
from gateway.spool import Measured, ReadingEntry
from sensorhub.reading import NS_PER_S, Quality

_PERCENT = 100


class ContactIntervals:
    """The intervals of one contact.

    All times are boot clock in ns and never fall from call to call.

    Arguments:
        sensor: its id.
        period_ns: length of an interval, ns.
        anchors: where the newest anchor stands when an interval opens.
    """

    def __init__(self, sensor: str, period_ns: int, anchors: AnchorBook) -> None:
        self._sensor = sensor
        self._period_ns = period_ns
        self._anchors = anchors
        self._start_ns: int | None = None
        self._end_ns = 0
        self._began_late = False
        self._last_end_wall_ns: int | None = None
        self._latest_end_wall_ns: int | None = None
        self._at_ns = 0
        self._level: bool | None = None
        self._began_ns: int | None = None
        self._lost: tuple[int, bool, int | None] | None = None
        self._done: list[ReadingEntry] = []
        self._empty()

    def _empty(self) -> None:
        self._observed_ns = 0
        self._on_ns = 0
        self._closures = 0
        self._openings = 0
        self._on_time_ns = 0

    def copy(self) -> Self:
        """Intervals that go on from here on their own."""
        twin = copy.copy(self)
        twin._done = list(self._done)
        return twin

    @property
    def end_ns(self) -> int | None:
        """Where the open interval ends; None before the first."""
        return None if self._start_ns is None else self._end_ns

    @property
    def observed(self) -> bool:
        """Whether the input is read now."""
        return self._level is not None

    def observe(self, clock_ns: int, level: bool) -> None:
        """The input is read from here on and is at `level`; whatever was before is not known."""
        if self._start_ns is None:
            self._open(clock_ns)
            self._began_late = True
        self._advance(clock_ns)
        unbroken = self._lost is not None and self._lost[:2] == (clock_ns, level)
        self._began_ns = self._lost[2] if self._lost and unbroken else None
        self._level = level
        self._lost = None

    def infer(self, level: bool) -> None:
        """The contact was at `level` since the open interval began: its next edge shows it. For a journal cut short."""
        if self._start_ns is not None and not self._observed_ns:
            self._level = level
            self._at_ns = self._start_ns

    def lose(self, clock_ns: int) -> None:
        """From here on the input was not read, until `observe`."""
        self._advance(clock_ns)
        if self._level is not None:
            self._lost = (clock_ns, self._level, self._began_ns)
        self._level = None
        self._began_ns = None

    def edge(self, clock_ns: int, level: bool) -> None:
        """A settled change of the contact."""
        self._advance(clock_ns)
        if level and self._level is not True:
            self._closures += 1
            self._began_ns = clock_ns
        elif not level and self._began_ns is not None:
            self._openings += 1
            self._on_time_ns += clock_ns - self._began_ns
            self._began_ns = None
        self._level = level

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
        clock_ns = max(clock_ns, self._start_ns + 2 * SNAP_NS)
        entry = self._reading(clock_ns, self._period_ns) if self._observed_ns else None
        self._start_ns = None
        self._level = None
        self._began_ns = None
        self._empty()
        return entry

    def _open(self, start_ns: int) -> None:
        newest = self._anchors.newest
        wall_ns = wall_at(newest, start_ns) if newest else start_ns
        end_wall_ns = self._rising(((wall_ns + SNAP_NS) // self._period_ns + 1) * self._period_ns, wall_ns)
        self._start_ns = self._at_ns = start_ns
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
            self._accumulate(self._end_ns)
            self._close()
        self._accumulate(to_ns)

    def _accumulate(self, to_ns: int) -> None:
        if self._level is not None and to_ns > self._at_ns:
            self._observed_ns += to_ns - self._at_ns
            if self._level:
                self._on_ns += to_ns - self._at_ns
        self._at_ns = max(self._at_ns, to_ns)

    def _close(self) -> None:
        assert self._start_ns is not None
        length_ns = self._end_ns - self._start_ns
        if self._began_late or self._period_ns - length_ns > SNAP_NS:
            length_ns = max(length_ns, self._period_ns)  # what came before it began was not observed
        if self._observed_ns:
            self._done.append(self._reading(self._end_ns, length_ns))
        self._ended(self._end_wall_ns)
        self._empty()
        self._open(self._end_ns)

    def _reading(self, clock_ns: int, length_ns: int) -> ReadingEntry:
        partial = self._observed_ns < length_ns
        quality = Quality.PARTIAL if partial else Quality.GOOD
        numbers = {
            "actuation_count": float(self._closures),
            "occupancy": self._on_ns / self._observed_ns * _PERCENT,
        }
        if self._openings:
            numbers["mean_on_time"] = self._on_time_ns / self._openings / NS_PER_S
        if partial:
            numbers["coverage"] = self._observed_ns / length_ns * _PERCENT
        values = tuple(Measured(name, value, quality) for name, value in numbers.items())
        return ReadingEntry(self._sensor, clock_ns, values)
