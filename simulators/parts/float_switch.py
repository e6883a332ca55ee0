"""`float-switch`: water that lifts a float, and the contact in it."""

from collections.abc import Iterator

from firmware_config.sensor import SensorConfig
from sensorhub.reading import US_PER_S
from simulators.parts.part import SimulatedPart
from simulators.wires.bounce import REED
from simulators.wires.contact import Change
from simulators.wires.held_contact import HeldContact
from simulators.wires.rising import REST_US
from simulators.wires.wires import Wires
from simulators.world.place import Place

STEP_US = 10 * US_PER_S
TRAVEL_MM = 20.0
"""A float falls back this much lower than it was lifted."""


class FloatSwitch(HeldContact):
    """One float."""

    def _changes(self) -> Iterator[Change]:
        """Looked at every ten seconds; told once a day where nothing changes, so that nobody searches for ever."""
        lifted_mm = self._sensor.constants["lifted_at_mm"]
        lifted = False
        time_us = told_us = self._place.start_us
        while True:
            water_mm = self._place.water_mm(time_us)
            was, lifted = lifted, water_mm >= (lifted_mm - TRAVEL_MM if lifted else lifted_mm)
            if lifted != was or time_us - told_us >= REST_US:
                told_us = time_us
                yield self._wires.clock_ns(time_us), self._pin, lifted
            time_us += STEP_US


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    return FloatSwitch(sensor, wires, place, REED)
