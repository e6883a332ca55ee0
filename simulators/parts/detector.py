"""`detector`: vehicles over the loop of a stop line, and the card that closes its contact meanwhile."""

from firmware_config.sensor import SensorConfig
from simulators.parts.part import SimulatedPart
from simulators.wires.one_loop import BEGINS, OneLoop
from simulators.wires.wires import Wires
from simulators.world.place import Place

LOOP_LENGTH_M = 2.0
"""Along travel (Siemens Loop Detector Handbook 667/HE/20663/000)."""


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    return OneLoop(sensor, wires, place, LOOP_LENGTH_M, "actuation_count", BEGINS)
