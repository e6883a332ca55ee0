"""`loop`: a counting loop away from stop lines: vehicles as they leave it, occupancy, mean on-time."""

from collections.abc import Mapping

from gateway.sensors.contact_tally import ContactTally
from gateway.sensors.tally import Tally


class LoopTally(ContactTally):
    """Counts a vehicle when it leaves, also one that stood there when reading began."""

    def edge(self, channel: int, clock_ns: int, level: bool) -> None:
        super().edge(channel, clock_ns, level)
        self._left += not level

    def values(self, observed_ns: int) -> Mapping[str, float]:
        values = dict(super().values(observed_ns))
        del values["actuation_count"]
        return {"vehicle_count": float(self._left), **values}

    def empty(self) -> None:
        super().empty()
        self._left = 0


def tally(constants: Mapping[str, float]) -> Tally:
    """Counts vehicles."""
    return LoopTally()
