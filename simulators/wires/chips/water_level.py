"""Simulated water under a ranger, or over a pressure probe."""

from firmware_config.sensor import SensorConfig
from simulators.instants import Instants
from simulators.parts.part import SimulatedPart, Truth
from simulators.wires.chips.a02yyuw import FakeA02yyuw, reaches
from simulators.wires.chips.ads1115 import FakeAds1115, ads1115_at
from simulators.wires.i2c import bus_number
from simulators.wires.wires import Wires
from simulators.world.place import Place

LEVEL = "water_level"


class RangerOverWater(SimulatedPart):
    """A ranger that looks down; where the water is too near or too far, nothing is true that it could tell."""

    def __init__(self, ranger: FakeA02yyuw, sensor: SensorConfig, wires: Wires, place: Place) -> None:
        self._ranger = ranger
        self._height_mm = sensor.constants["mounting_height_mm"]
        self._wires = wires
        self._place = place
        self._instants = Instants(sensor.period_s)

    def settle(self, clock_ns: int) -> None:
        time_us = self._wires.wall_us(clock_ns)
        level_mm = self._place.water_mm(time_us)
        distance_mm = self._height_mm - level_mm
        if reaches(distance_mm):
            self._instants.note(clock_ns, time_us, {LEVEL: level_mm})
        self._ranger.send(clock_ns, distance_mm)

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        return self._instants.means(from_ns, until_ns, {LEVEL: (0.5, "it sends whole millimetres")})


class ProbeInWater(SimulatedPart):
    """A probe on a current loop; where the water is below it, it tells its own height."""

    def __init__(self, chip: FakeAds1115, sensor: SensorConfig, wires: Wires, place: Place) -> None:
        self._chip = chip
        self._channel = sensor.channels["probe"]
        self._height_mm = sensor.constants["mounting_height_mm"]
        self._range_mm = sensor.constants["probe_range_mm"]
        self._shunt_ohm = sensor.constants["shunt_ohm"]
        self._wires = wires
        self._place = place
        self._instants = Instants(sensor.period_s)

    def settle(self, clock_ns: int) -> None:
        time_us = self._wires.wall_us(clock_ns)
        level_mm = max(self._height_mm, self._place.water_mm(time_us))
        self._instants.note(clock_ns, time_us, {LEVEL: level_mm})
        sensed_mm = self._wires.tamper.value(LEVEL, clock_ns, level_mm)
        current_ma = 4 + 16 * (sensed_mm - self._height_mm) / self._range_mm
        self._chip.set(self._channel, current_ma / 1_000 * self._shunt_ohm, clock_ns, self._wires.tamper)

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        count_mm = 0.125 / self._shunt_ohm / 16 * self._range_mm
        return self._instants.means(
            from_ns, until_ns, {LEVEL: (2 * count_mm, "a count of the converter, and its noise")}
        )


def level_part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a kind that measures a level over UART or I2C."""
    assert sensor.bus is not None and sensor.wired is not None
    if sensor.wired.type == "i2c":
        chip = ads1115_at(wires.bench.i2c(bus_number(sensor.bus)), sensor.unit)
        return ProbeInWater(chip, sensor, wires, place)
    return RangerOverWater(FakeA02yyuw(wires, sensor.bus), sensor, wires, place)
