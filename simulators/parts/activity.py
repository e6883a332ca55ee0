"""`activity`: somebody who moves in a room, and the detector whose output is high meanwhile."""

from collections.abc import Iterator

from firmware_config.sensor import SensorConfig
from simulators.parts.part import SimulatedPart, Truth
from simulators.wires.contact import Change, ContactPart, apart, held
from simulators.wires.wires import Wires
from simulators.world.place import Place


class Activity(ContactPart):
    """One detector."""

    def _changes(self) -> Iterator[Change]:
        return held(self._spans(), self._pin)

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        intervals = self._intervals(from_ns, until_ns)
        return [intervals.share("activity", self._spans(), self._settles_ns)]

    def _spans(self) -> Iterator[tuple[int, int]]:
        stays = self._place.motion()
        spans = ((self._wires.clock_ns(stay.from_us), self._wires.clock_ns(stay.until_us)) for stay in stays)
        return apart(spans, self._rest_ns)


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    return Activity(sensor, wires, place)
