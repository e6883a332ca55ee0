"""`rain-gauge`: a tipping bucket; each tip closes a reed contact for a moment.

Depth = tips * depth of a tip; intensity = depth of a tip * 3600 / seconds between two tips.
"""

from collections.abc import Mapping

from gateway.sensors.tally import Tally
from sensorhub.reading import NS_PER_S

LOCKOUT_NS = 100_000_000
"""A bucket that swings back closes the contact again within this (SparkFun_Weather_Meter_Kit_Arduino_Library)."""

_S_PER_H = 3_600


class RainGaugeTally(Tally):
    """Counts tips, and keeps the shortest time between two of them that ended in the interval; without a tip the
    intensity is 0.

    Arguments:
        constants: `mm_per_tip`.
    """

    def __init__(self, constants: Mapping[str, float]) -> None:
        self._mm_per_tip = constants["mm_per_tip"]
        self._tip_ns: int | None = None
        self._shortest_ns: int | None = None
        self._tips = 0

    def lose(self, clock_ns: int) -> None:
        self._tip_ns = None

    def edge(self, channel: int, clock_ns: int, level: bool) -> None:
        if not level:
            return
        if self._tip_ns is not None:
            gap_ns = clock_ns - self._tip_ns
            if gap_ns < LOCKOUT_NS:
                return
            self._shortest_ns = gap_ns if self._shortest_ns is None else min(self._shortest_ns, gap_ns)
        self._tips += 1
        self._tip_ns = clock_ns

    def values(self, observed_ns: int) -> Mapping[str, float]:
        values = {"rain_depth": self._tips * self._mm_per_tip}
        if self._shortest_ns is not None:
            values["rain_rate"] = self._mm_per_tip * _S_PER_H * NS_PER_S / self._shortest_ns
        elif not self._tips:
            values["rain_rate"] = 0.0
        return values

    def empty(self) -> None:
        self._tips = 0
        self._shortest_ns = None


def tally(constants: Mapping[str, float]) -> Tally:
    """Counts tips."""
    return RainGaugeTally(constants)
