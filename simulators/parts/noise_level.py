"""`noise-level`: a sound level meter module at a street, its voltage on an MCP3008."""

import math
from collections.abc import Sequence

from firmware_config.sensor import SensorConfig
from simulators.instants import Instants, true_mean
from simulators.parts.part import SimulatedPart, Truth
from simulators.wires.adc import COUNT_V, NOISE_V, FakeAdc
from simulators.wires.wires import Wires
from simulators.world.place import Place


class NoiseLevel(SimulatedPart):
    """One meter module."""

    def __init__(self, sensor: SensorConfig, adc: FakeAdc, wires: Wires, place: Place) -> None:
        self._channel = sensor.channels["level"]
        self._constants = sensor.constants
        self._adc = adc
        self._wires = wires
        self._place = place
        self._instants = Instants(sensor.period_s)

    def settle(self, clock_ns: int) -> None:
        time_us = self._wires.wall_us(clock_ns)
        true = self._place.noise_db(time_us)
        self._instants.note(clock_ns, time_us, {"laeq": true})
        sensed = self._wires.tamper.value("laeq", clock_ns, true)
        voltage = (sensed - self._constants["offset_db"]) / self._constants["db_per_volt"]
        voltage += self._wires.chance.gauss(0.0, NOISE_V)
        self._adc.set(self._channel, voltage, clock_ns, self._wires.tamper)

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        intervals = self._instants.by_interval("laeq", from_ns, until_ns)
        count_db, noise_db = (voltage * self._constants["db_per_volt"] for voltage in (COUNT_V, NOISE_V))
        return [
            *true_mean("laeq", map(_energy_mean, intervals), count_db / 2 + noise_db, "half a count, and noise"),
            *true_mean("la10", map(_exceeded, intervals), count_db + noise_db, "a count, and noise"),
            # The highest of many is one that noise has lifted.
            *true_mean("lamax", map(max, intervals), count_db + 4 * noise_db, "a count, and noise"),
        ]


def _energy_mean(levels: Sequence[float]) -> float:
    return 10 * math.log10(math.fsum(10 ** (level / 10) for level in levels) / len(levels))


def _exceeded(levels: Sequence[float]) -> float:
    """The level that no more than a tenth of them exceed."""
    return sorted(levels, reverse=True)[len(levels) // 10]


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    assert sensor.bus is not None
    return NoiseLevel(sensor, wires.bench.adc(sensor.bus), wires, place)
