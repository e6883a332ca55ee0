"""`detector`: a contact that is closed while something stands over a loop.

At a stop line a closure is an actuation, not always one vehicle. Wiring: the detector card's dry contact between
the pin and ground; the pull-up is the Pi's own.
"""

from collections.abc import Mapping

from gateway.sensors.contact_tally import ContactTally
from gateway.sensors.tally import Tally


def tally(constants: Mapping[str, float]) -> Tally:
    """Counts closures."""
    return ContactTally()
