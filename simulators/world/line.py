"""A line across a lane or a path that one at a time crosses: keeps what comes physically possible."""

from sensorhub.reading import US_PER_S
from simulators.world.place import Passage

CLEAR_M = 1.0
"""How far the last one's rear has gone on before the next front comes."""

AHEAD_M = 10.0
"""As far beyond the line nobody runs into the one before; detectors of one lane lie within it."""


class Line:
    """Who crosses a line, one after the other.

    Arguments:
        start_us: when the world begins; seconds below are since then.
        turn_s: time for the way to clear before somebody comes from the other side, seconds.
    """

    def __init__(self, start_us: int, turn_s: float) -> None:
        self._start_us = start_us
        self._turn_s = turn_s
        self._clear_s = self._ahead_s = 0.0
        self._reverse = False

    def free_s(self, speed_mps: float, reverse: bool) -> float:
        """When the next one may come at the earliest."""
        if reverse != self._reverse:
            return self._ahead_s + self._turn_s
        return max(self._clear_s, self._ahead_s - AHEAD_M / speed_mps)

    def cross(self, time_s: float, speed_mps: float, length_m: float, reverse: bool, stands_s: float) -> Passage:
        """Somebody crosses at `time_s`, not before `free_s`."""
        time_us = int(time_s * US_PER_S) + 1
        leaves_s = time_us / US_PER_S + length_m / speed_mps + stands_s
        self._clear_s = leaves_s + CLEAR_M / speed_mps
        self._ahead_s = leaves_s + (CLEAR_M + AHEAD_M) / speed_mps
        self._reverse = reverse
        return Passage(self._start_us + time_us, speed_mps, length_m, reverse, stands_s)
