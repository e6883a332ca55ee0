"""`air-climate`: a BME280 in the air of its place."""

from firmware_config.sensor import SensorConfig
from simulators.parts.part import SimulatedPart
from simulators.wires.air_part import AirPart
from simulators.wires.chips.bme280 import FakeBme280
from simulators.wires.wires import Wires
from simulators.world.place import Place

TOLERANCES = {
    "air_temperature": (0.008, "a count is 0.005 Cel, and one is left out"),
    "relative_humidity": (0.02, "a count is 0.01 %RH"),
    "air_pressure": (0.03, "a count is 0.03 hPa"),
}


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    chip = FakeBme280(wires.tamper)
    return AirPart(sensor, wires, place, chip, chip.set, TOLERANCES)
