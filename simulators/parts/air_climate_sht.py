"""`air-climate-sht`: an SHT31 in the air of its place."""

from firmware_config.sensor import SensorConfig
from simulators.parts.part import SimulatedPart
from simulators.wires.air_part import AirPart
from simulators.wires.chips.sht31 import FakeSht31
from simulators.wires.wires import Wires
from simulators.world.place import Place

TOLERANCES = {
    "air_temperature": (0.002, "half a count of 0.0027 Cel"),
    "relative_humidity": (0.001, "half a count of 0.0015 %RH"),
}


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    chip = FakeSht31(wires.tamper)
    return AirPart(sensor, wires, place, chip, chip.set, TOLERANCES)
