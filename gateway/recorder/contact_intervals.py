"""Interval readings of contacts, made from their edges by the tally of the sensor's kind.

The same calls in the same order give the same readings, so after a restart they are made again from the journal.
"""

from dataclasses import dataclass
from typing import Self

from gateway.anchors.times import AnchorBook
from gateway.recorder.intervals import Intervals, Mark
from gateway.sensors.tally import Tally
from gateway.spool import Measured, ReadingEntry


@dataclass(frozen=True, slots=True)
class _Loss:
    """How the contacts were when nothing was read any more."""

    clock_ns: int
    levels: tuple[bool | None, ...]
    tally: Tally


class ContactIntervals(Intervals):
    """The intervals of one sensor's contacts.

    Arguments:
        sensor, period_ns, anchors, mark: as of all intervals.
        tally: counts the edges.
        channels: how many contacts it has.
    """

    def __init__(
        self,
        sensor: str,
        period_ns: int,
        anchors: AnchorBook,
        tally: Tally,
        channels: int = 1,
        mark: Mark = lambda measured: measured,
    ) -> None:
        super().__init__(sensor, period_ns, anchors, mark)
        self._tally = tally
        self._levels: list[bool | None] = [None] * channels
        self._observed_ns = [0] * channels
        self._at_ns = [0] * channels
        self._lost: _Loss | None = None

    def copy(self) -> Self:
        twin = super().copy()
        twin._tally = self._tally.copy()
        twin._levels = list(self._levels)
        twin._observed_ns = list(self._observed_ns)
        twin._at_ns = list(self._at_ns)
        return twin

    @property
    def observed(self) -> bool:
        """Whether all contacts are read now."""
        return None not in self._levels

    @property
    def fault(self) -> str:
        """What cannot be right in what its contacts do, as a sentence; empty while nothing is."""
        return self._tally.fault

    def observe(self, clock_ns: int, level: bool, channel: int = 0) -> None:
        """A contact is read from here on and is at `level`; whatever was before is not known."""
        self.begin(clock_ns)
        self._advance(clock_ns)
        self._levels[channel] = level
        self._tally.observe(channel, clock_ns, level)
        lost = self._lost
        if lost is not None and (lost.clock_ns, lost.levels[channel]) != (clock_ns, level):
            self._lost = lost = None
        if self.observed:
            if lost is not None:
                self._tally = lost.tally.copy()  # nothing can have happened meanwhile
            self._lost = None

    def infer(self, level: bool, channel: int = 0) -> None:
        """The contact was at `level` since the open interval began: its next edge shows it. For a journal cut short."""
        if self._start_ns is not None and not self._observed_ns[channel]:
            self._levels[channel] = level
            self._at_ns[channel] = self._start_ns
            self._tally.observe(channel, self._start_ns, level)

    def lose(self, clock_ns: int) -> None:
        if self._start_ns is None:
            self._lost = None  # it was cut: what is observed next belongs to no interval before
        else:
            self._advance(clock_ns)
            if self.observed:
                self._lost = _Loss(clock_ns, tuple(self._levels), self._tally.copy())
        self._tally.lose(clock_ns)
        self._levels = [None] * len(self._levels)

    def edge(self, clock_ns: int, level: bool, channel: int = 0) -> None:
        """A settled change of a contact; of one that is heard of too late as if it were now."""
        clock_ns = max(clock_ns, self._at_ns[channel])
        self._advance(clock_ns)
        if self._levels[channel] is not level:
            self._tally.edge(channel, clock_ns, level)
            self._levels[channel] = level

    def _elapse(self, to_ns: int) -> None:
        for channel, level in enumerate(self._levels):
            if level is not None and to_ns > self._at_ns[channel]:
                self._observed_ns[channel] += to_ns - self._at_ns[channel]
            self._at_ns[channel] = max(self._at_ns[channel], to_ns)
        if self.observed:
            self._tally.advance(max(self._at_ns))

    def _open(self, start_ns: int) -> None:
        super()._open(start_ns)
        self._at_ns = [start_ns] * len(self._at_ns)

    def _empty(self) -> None:
        self._observed_ns = [0] * len(self._observed_ns)
        self._tally.empty()

    def _reading(self, clock_ns: int, length_ns: int) -> ReadingEntry | None:
        observed_ns = min(self._observed_ns)
        if not observed_ns:
            return None
        values = self._tally.values(observed_ns).items()
        return self._entry(clock_ns, (Measured(name, value) for name, value in values), observed_ns / length_ns)
