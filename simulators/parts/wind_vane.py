"""`wind-vane`: a vane with 16 positions in the wind, its voltage on an MCP3008."""

from firmware_config.sensor import SensorConfig
from gateway.sensors.wind_vane import mean_direction
from simulators.instants import Instants, true_mean
from simulators.parts.part import SimulatedPart, Truth
from simulators.wires.adc import COUNT_V, NOISE_V, FakeAdc
from simulators.wires.wires import Wires
from simulators.world.place import Place

STEP_DEG = 22.5

POSITIONS_12_BITS = (3143, 1624, 1845, 335, 372, 264, 738, 506, 1149, 979, 2520, 2397, 3780, 3309, 3548, 2810)
"""Voltages with 10 kohm to 3.3 V, as 12 bits of it, in steps of 22.5 degrees (SparkFun Weather Meter Kit)."""

TOLERANCE_DEG = STEP_DEG / 2
REASON = "half of the 22.5 degrees between two positions"


class WindVane(SimulatedPart):
    """One vane."""

    def __init__(self, sensor: SensorConfig, adc: FakeAdc, wires: Wires, place: Place) -> None:
        self._channel = sensor.channels["vane"]
        self._offset_deg = sensor.constants["north_offset_deg"]
        self._adc = adc
        self._wires = wires
        self._place = place
        self._instants = Instants(sensor.period_s)

    def settle(self, clock_ns: int) -> None:
        time_us = self._wires.wall_us(clock_ns)
        true = self._place.weather(time_us).wind_direction % 360
        shown = self._position(true) * STEP_DEG + self._offset_deg
        self._instants.note(clock_ns, time_us, {"wind_direction": true, "shown": shown})
        position = self._position(self._wires.tamper.value("wind_direction", clock_ns, true))
        voltage = (POSITIONS_12_BITS[position] / 4 + 0.5) * COUNT_V + self._wires.chance.gauss(0.0, NOISE_V)
        self._adc.set(self._channel, voltage, clock_ns, self._wires.tamper)

    def _position(self, direction: float) -> int:
        return round((direction - self._offset_deg) / STEP_DEG) % len(POSITIONS_12_BITS)

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        """Directions are told as they lie beside what the vane shows: 359 degrees are -1 where it shows 0."""
        by_interval = self._instants.by_interval
        found = []
        for true, shown in zip(
            by_interval("wind_direction", from_ns, until_ns),
            by_interval("shown", from_ns, until_ns),
            strict=True,
        ):
            direction, beside = mean_direction(true), mean_direction(shown)
            if direction is not None and beside is not None:
                found.append(beside + (direction - beside + 180) % 360 - 180)
        return true_mean("wind_direction", found, TOLERANCE_DEG, REASON)


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    assert sensor.bus is not None
    return WindVane(sensor, wires.bench.adc(sensor.bus), wires, place)
