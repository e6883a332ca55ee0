"""`anemometer`: cups that close a reed contact as they turn: mean wind, and the gust as the highest mean of 3 s.

Only closures count: both edges would double the wind.
"""

from collections import deque
from collections.abc import Mapping

from gateway.sensors.tally import Tally
from gateway.sensors.traffic import KMH_PER_MPS
from sensorhub.reading import NS_PER_S

GUST_NS = 3 * NS_PER_S
"""What a gust is a mean of (WMO No. 8)."""


class AnemometerTally(Tally):
    """Counts closures, and follows the wind between them on a line.

    Arguments:
        constants: `kmh_per_hz`: wind at one closure a second.
    """

    def __init__(self, constants: Mapping[str, float]) -> None:
        self._m_per_closure = constants["kmh_per_hz"] / KMH_PER_MPS
        self._recent_ns: deque[int] = deque()
        self._closures = 0
        self._gust = 0.0

    def observe(self, channel: int, clock_ns: int, level: bool) -> None:
        self._recent_ns = deque([clock_ns])

    def lose(self, clock_ns: int) -> None:
        self._recent_ns.clear()

    def edge(self, channel: int, clock_ns: int, level: bool) -> None:
        if not level:
            return
        self._closures += 1
        recent = self._recent_ns
        recent.append(clock_ns)
        from_ns = clock_ns - GUST_NS
        while len(recent) > 1 and recent[1] <= from_ns:
            recent.popleft()
        if len(recent) > 1 and recent[0] <= from_ns:
            part_of_first = (from_ns - recent[0]) / (recent[1] - recent[0])
            self._gust = max(self._gust, len(recent) - 1 - part_of_first)

    def values(self, observed_ns: int) -> Mapping[str, float]:
        return {
            "wind_speed": self._closures * self._m_per_closure * NS_PER_S / observed_ns,
            "wind_gust": self._gust * self._m_per_closure * NS_PER_S / GUST_NS,
        }

    def empty(self) -> None:
        self._closures = 0
        self._gust = 0.0


def tally(constants: Mapping[str, float]) -> Tally:
    """Counts closures."""
    return AnemometerTally(constants)
