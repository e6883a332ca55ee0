"""`wind-vane`: where the wind comes from, by the resistors of a vane with 16 positions on an MCP3008.

A magnet closes one or two of eight switches, each with a resistor; with 10 kohm to 3.3 V each position has its voltage.
"""

import math
from collections.abc import Sequence

from firmware_config.sensor import SensorConfig
from gateway.buses.adc import Adc
from gateway.buses.buses import Buses
from gateway.sensors.part import Part, PartFault, Sample
from gateway.spool.entries import Measured
from sensorhub.reading import Quality

STEP_DEG = 22.5

POSITIONS = (785, 406, 461, 83, 93, 66, 184, 126, 287, 244, 630, 599, 945, 827, 887, 702)
"""Counts of 10 bits in steps of 22.5 degrees from the vane's zero mark (SparkFun Weather Meter Kit, 12 bits >> 2)."""

APART_COUNTS = 12
"""How far a reading may be from the nearest: resistors of 1 % give up to 5 counts, cable and converter some more."""

CANCELLED = 1e-6
"""A mean of unit vectors shorter than this points nowhere."""


def position(counts: int) -> int | None:
    """Which of the 16 positions gives `counts`; None where none is near."""
    nearest = min(range(len(POSITIONS)), key=lambda at: abs(POSITIONS[at] - counts))
    return nearest if abs(POSITIONS[nearest] - counts) <= APART_COUNTS else None


def mean_direction(directions: Sequence[float]) -> float | None:
    """The mean by vectors, 0 up to but not 360 degrees; None where the directions cancel each other out."""
    north = sum(math.cos(math.radians(direction)) for direction in directions) / len(directions)
    east = sum(math.sin(math.radians(direction)) for direction in directions) / len(directions)
    if math.hypot(north, east) < CANCELLED:
        return None
    # The sum of sines is off in its last digits: without rounding, wind from 0 would come from 360.
    return round(math.degrees(math.atan2(east, north)), 6) % 360


class WindVane(Part):
    """One vane on a channel of a converter."""

    def __init__(self, adc: Adc, north_offset_deg: float) -> None:
        self._adc = adc
        self._north_offset_deg = north_offset_deg

    def read(self, clock_ns: int) -> Sample:
        counts = self._adc.raw()
        at = position(counts)
        if at is None:
            raise PartFault(
                f"The wind vane reads {counts} of 1,023, which is none of its 16 positions: look at its cable (1,023: "
                "open, 0: short or no converter) and at the resistor of 10 kohm to 3.3 V."
            )
        return [Measured("wind_direction", (at * STEP_DEG + self._north_offset_deg) % 360)]

    def summary(self, samples: Sequence[Sample]) -> Sample:
        directions = [measured.value for sample in samples for measured in sample]
        found = mean_direction(directions)
        if found is None:
            return [Measured("wind_direction", directions[-1], Quality.SUSPECT)]
        return [Measured("wind_direction", found)]


def part(sensor: SensorConfig, buses: Buses) -> Part:
    """The part of a sensor of this kind."""
    assert sensor.bus is not None
    return WindVane(buses.adc(sensor.bus, sensor.channels["vane"]), sensor.constants["north_offset_deg"])
