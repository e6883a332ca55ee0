"""`noise-level`: sound levels from a meter module with an A-weighted output in volts, on an MCP3008.

Only levels are read, once a second; the module's output cannot be heard. A module on a converter of 10 bits is no meter
of class 1 or 2: the result is indicative.
"""

import math
from collections.abc import Sequence

from firmware_config.sensor import SensorConfig
from gateway.buses.adc import Adc, volts
from gateway.buses.buses import Buses
from gateway.sensors.part import Part, PartFault, Sample
from gateway.spool.entries import Measured

LOW_V = 0.3
HIGH_V = 2.9
"""The module gives 0.6 V in silence (30 dB) and 2.6 V at its limit (130 dB): outside these it does not work."""


def laeq(levels: Sequence[float]) -> float:
    """The equivalent level of an interval: the mean of the energy, dB (ISO 1996-1)."""
    return 10 * math.log10(sum(10 ** (level / 10) for level in levels) / len(levels))


def la10(levels: Sequence[float]) -> float:
    """The level that a tenth of the samples exceed: the 90th percentile by nearest rank, dB."""
    ranked = sorted(levels)
    return ranked[-1 - len(ranked) // 10]


class NoiseLevel(Part):
    """One meter module on a channel of a converter."""

    def __init__(self, adc: Adc, db_per_volt: float, offset_db: float) -> None:
        self._adc = adc
        self._db_per_volt = db_per_volt
        self._offset_db = offset_db

    def read(self, clock_ns: int) -> Sample:
        output = volts(self._adc.raw())
        if not LOW_V < output < HIGH_V:
            raise PartFault(
                f"The sound level meter gives {output:.2f} V, which is none of its outputs (0.6 to 2.6 V): look at its "
                "supply, its signal wire, and the wires of the SPI bus."
            )
        return [Measured("laeq", output * self._db_per_volt + self._offset_db)]

    def summary(self, samples: Sequence[Sample]) -> Sample:
        levels = [measured.value for sample in samples for measured in sample]
        return [Measured("laeq", laeq(levels)), Measured("la10", la10(levels)), Measured("lamax", max(levels))]


def part(sensor: SensorConfig, buses: Buses) -> Part:
    """The part of a sensor of this kind."""
    assert sensor.bus is not None
    adc = buses.adc(sensor.bus, sensor.channels["level"])
    return NoiseLevel(adc, sensor.constants["db_per_volt"], sensor.constants["offset_db"])
