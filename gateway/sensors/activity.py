"""`activity`: a movement detector in a room: how much of the interval somebody moved; never single events."""

from collections.abc import Mapping

from gateway.sensors.contact_tally import ContactTally
from gateway.sensors.tally import Tally


class ActivityTally(ContactTally):
    """Share of the observed time during which the detector's output is active."""

    def values(self, observed_ns: int) -> Mapping[str, float]:
        return {"activity": self.occupancy(observed_ns)}


def tally(constants: Mapping[str, float]) -> Tally:
    """Measures activity."""
    return ActivityTally()
