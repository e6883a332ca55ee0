"""Counts of one contact: closures, share of time closed, mean on-time. For every kind that is a contact over a road."""

from collections.abc import Mapping

from gateway.sensors.tally import Tally
from sensorhub.reading import NS_PER_S

_PERCENT = 100


class ContactTally(Tally):
    """Closures that begin in the interval, occupancy of what was observed, mean length of those that end in it."""

    def __init__(self) -> None:
        self._at_ns = 0
        self._level = False
        self._began_ns: int | None = None
        self.empty()

    def observe(self, channel: int, clock_ns: int, level: bool) -> None:
        self._at_ns = clock_ns
        self._level = level
        self._began_ns = None

    def lose(self, clock_ns: int) -> None:
        self._level = False
        self._began_ns = None

    def edge(self, channel: int, clock_ns: int, level: bool) -> None:
        self.advance(clock_ns)
        self._level = level
        if level:
            self._closures += 1
            self._began_ns = clock_ns
        elif self._began_ns is not None:
            self._openings += 1
            self._on_time_ns += clock_ns - self._began_ns
            self._began_ns = None

    def advance(self, clock_ns: int) -> None:
        if self._level:
            self._on_ns += clock_ns - self._at_ns
        self._at_ns = clock_ns

    def occupancy(self, observed_ns: int) -> float:
        """Share of the observed time during which it was closed, in %."""
        return self._on_ns / observed_ns * _PERCENT

    def values(self, observed_ns: int) -> Mapping[str, float]:
        values = {"actuation_count": float(self._closures), "occupancy": self.occupancy(observed_ns)}
        if self._openings:
            values["mean_on_time"] = self._on_time_ns / self._openings / NS_PER_S
        return values

    def empty(self) -> None:
        self._on_ns = 0
        self._closures = 0
        self._openings = 0
        self._on_time_ns = 0
