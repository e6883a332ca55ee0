"""`footfall`: people through two beams across an entrance."""

from collections.abc import Iterator

from firmware_config.sensor import SensorConfig
from simulators.parts.part import SimulatedPart, Truth
from simulators.wires.contact import Change, ContactPart, counted, in_order
from simulators.wires.wires import Wires
from simulators.wires.zones import Over, over_zones
from simulators.world.place import Place

BEAMS_M = (0.0, 0.1)
"""One body breaks both at once."""


class Footfall(ContactPart):
    """Two beams.

    Arguments:
        sensor, wires, place: what, connected to what, where.
    """

    def _changes(self) -> Iterator[Change]:
        return in_order(over.changes(self._pins) for over in self._overs())

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        intervals = self._intervals(from_ns, until_ns)
        groups = intervals.groups((over.left_ns, over) for over in self._overs())
        overs = [over for group in groups for over in group]
        went = sum(over.passage.reverse for over in overs)
        unsure = sum(not self._seen_whole(*over.span_ns) for over in overs)
        return [
            counted("people_in_count", len(overs) - went, unsure),
            counted("people_out_count", went, unsure),
        ]

    def _overs(self) -> Iterator[Over]:
        return over_zones(self._place.people(), self._wires, 0.0, BEAMS_M, self._rest_ns)


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    return Footfall(sensor, wires, place)
