"""`gully-level`: what measures the water of a gully pot."""

from firmware_config.sensor import SensorConfig
from simulators.parts.part import SimulatedPart
from simulators.wires.chips.water_level import level_part
from simulators.wires.wires import Wires
from simulators.world.place import Place

ECHO_OVER = ("uart",)


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    return level_part(sensor, wires, place)
