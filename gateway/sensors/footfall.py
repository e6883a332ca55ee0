"""`footfall`: two beams across an entrance, one behind the other: people in and out by the order of the beams."""

from collections.abc import Mapping

from gateway.sensors.tally import Tally


class FootfallTally(Tally):
    """Counts who breaks one beam, then both, and leaves by the other; who turns back is not counted.

    Counted when both beams are clear again.
    """

    def __init__(self) -> None:
        self._broken = [False, False]
        self._entered: int | None = None
        self._both = False
        self.empty()

    def observe(self, channel: int, clock_ns: int, level: bool) -> None:
        self._broken[channel] = level
        self._entered = None

    def lose(self, clock_ns: int) -> None:
        self._broken = [False, False]
        self._entered = None

    def edge(self, channel: int, clock_ns: int, level: bool) -> None:
        was_clear = not any(self._broken)
        self._broken[channel] = level
        if was_clear:
            self._entered = channel
            self._both = False
        elif all(self._broken):
            self._both = True
        elif not any(self._broken) and self._entered is not None:
            if self._both and channel != self._entered:
                self._people[self._entered] += 1
            self._entered = None

    def values(self, observed_ns: int) -> Mapping[str, float]:
        came, went = self._people
        return {"people_in_count": float(came), "people_out_count": float(went)}

    def empty(self) -> None:
        self._people = [0, 0]


def tally(constants: Mapping[str, float]) -> Tally:
    """Counts people."""
    return FootfallTally()
