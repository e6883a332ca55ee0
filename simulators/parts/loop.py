"""`loop`: vehicles over a counting loop, and the card that closes its contact meanwhile."""

from firmware_config.sensor import SensorConfig
from simulators.parts.part import SimulatedPart
from simulators.wires.one_loop import ENDS, OneLoop
from simulators.wires.wires import Wires
from simulators.world.place import Place


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    return OneLoop(sensor, wires, place, sensor.constants["loop_length_m"], "vehicle_count", ENDS)
