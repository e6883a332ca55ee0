"""`air-climate`: a BME280 in the air of its place."""

from firmware_config.sensor import SensorConfig
from simulators.instants import Instants
from simulators.parts.part import SimulatedPart, Truth
from simulators.wires.chips.bme280 import FakeBme280
from simulators.wires.i2c import bus_number
from simulators.wires.wires import Wires
from simulators.world.place import Place

TOLERANCES = {
    "air_temperature": (0.008, "a count is 0.005 Cel, and one is left out"),
    "relative_humidity": (0.02, "a count is 0.01 %RH"),
    "air_pressure": (0.03, "a count is 0.03 hPa"),
}


class AirClimate(SimulatedPart):
    """One BME280."""

    def __init__(self, sensor: SensorConfig, chip: FakeBme280, wires: Wires, place: Place) -> None:
        self._chip = chip
        self._wires = wires
        self._place = place
        self._instants = Instants(sensor.period_s)

    def settle(self, clock_ns: int) -> None:
        time_us = self._wires.wall_us(clock_ns)
        weather = self._place.weather(time_us)
        true = {name: getattr(weather, name) for name in TOLERANCES}
        self._instants.note(clock_ns, time_us, true)
        sensed = {name: self._wires.tamper.value(name, clock_ns, value) for name, value in true.items()}
        self._chip.set(clock_ns, **sensed)

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        return self._instants.means(from_ns, until_ns, TOLERANCES)


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    chip = FakeBme280(wires.tamper)
    wires.bench.i2c(bus_number(sensor.bus)).attach(sensor.unit, chip)
    return AirClimate(sensor, chip, wires, place)
