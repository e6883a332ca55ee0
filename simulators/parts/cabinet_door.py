"""`cabinet-door`: the door of a cabinet, and its magnet contact."""

from collections.abc import Iterator

from firmware_config.sensor import SensorConfig
from simulators.parts.part import SimulatedPart
from simulators.wires.bounce import REED
from simulators.wires.contact import Change, apart, held
from simulators.wires.held_contact import HeldContact
from simulators.wires.wires import Wires
from simulators.world.place import Place


class CabinetDoor(HeldContact):
    """One door."""

    def _changes(self) -> Iterator[Change]:
        stays = self._place.door()
        spans = ((self._wires.clock_ns(stay.from_us), self._wires.clock_ns(stay.until_us)) for stay in stays)
        return held(apart(spans, self._rest_ns), self._pin)


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    return CabinetDoor(sensor, wires, place, REED)
