"""Which sensors of a gateway showed a fault during a run, or it itself a trouble: the words, and when."""

from collections.abc import Mapping

from sensorhub.reading import NS_PER_S
from sensorhub.status import Fault

GATEWAY = "gateway"
"""In place of a sensor: the gateway itself. No sensor has this name."""


class FaultBook:
    """Notes the faults of one gateway.

    Arguments:
        start_ns: when the run begins.
    """

    def __init__(self, start_ns: int) -> None:
        self._start_ns = start_ns
        self._open: dict[str, str] = {}
        self.seen: dict[str, list[tuple[float, str]]] = {}
        """By sensor: seconds after the start, and the fault's words; empty words where it went."""

    def look(self, faults: Mapping[str, Fault], trouble: str, clock_ns: int) -> None:
        """Note what is open now and was not, and what is over.

        Arguments:
            faults: of sensors.
            trouble: of the gateway as a whole, a sentence; empty where it has none.
            clock_ns: measurement clock.
        """
        now = {sensor: fault.text for sensor, fault in faults.items()}
        if trouble:
            now[GATEWAY] = trouble
        if now == self._open:
            return
        since_s = (clock_ns - self._start_ns) / NS_PER_S
        for sensor in now.keys() | self._open.keys():
            text = now.get(sensor, "")
            if text != self._open.get(sensor, ""):
                self.seen.setdefault(sensor, []).append((round(since_s, 1), text))
        self._open = now
