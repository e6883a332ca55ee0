"""`parking-bay`: whether a vehicle stands in a bay, by the distance to what is before an A02YYUW."""

from collections.abc import Sequence
from dataclasses import replace

from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses
from gateway.buses.chips.a02yyuw import A02yyuw
from gateway.buses.ports import port_of
from gateway.sensors.part import Part, Sample, mean
from gateway.spool.entries import Measured

OCCUPIED = "bay_occupied"


class ParkingBay(Part):
    """One bay.

    Arguments:
        ranger: looks across or down on it.
        occupied_below_mm: a vehicle stands there where the distance is less.
        hysteresis_mm: how much further away it must be than that to have left.
    """

    def __init__(self, ranger: A02yyuw, occupied_below_mm: float, hysteresis_mm: float) -> None:
        self._ranger = ranger
        self._below_mm = occupied_below_mm
        self._hysteresis_mm = hysteresis_mm
        self._occupied = False

    def read(self, clock_ns: int) -> list[Measured]:
        distance_mm = self._ranger.distance_mm(clock_ns)
        self._occupied = distance_mm < self._below_mm + (self._hysteresis_mm if self._occupied else 0)
        return [Measured(OCCUPIED, float(self._occupied)), Measured("distance", float(distance_mm))]

    def summary(self, samples: Sequence[Sample]) -> Sample:
        """Occupied by most samples; the mean distance."""
        return [
            replace(each, value=float(each.value > 0.5)) if each.quantity == OCCUPIED else each
            for each in mean(samples)
        ]


def part(sensor: SensorConfig, buses: Buses) -> Part:
    """The ranger on its UART."""
    constants = sensor.constants
    ranger = A02yyuw(port_of(sensor, buses))
    return ParkingBay(ranger, constants["occupied_below_mm"], constants["hysteresis_mm"])
