"""`parking-bay`: a ranger before which vehicles come and go."""

from firmware_config.sensor import SensorConfig
from simulators.instants import Instants, mean, true_mean
from simulators.parts.part import SimulatedPart, Truth
from simulators.wires.chips.a02yyuw import FakeA02yyuw
from simulators.wires.wires import Wires
from simulators.world.place import Place

ECHO_OVER = ("uart",)

GROUND_MM = 50
"""How much further than the last distance that counts as occupied the ground is."""


class ParkingBay(SimulatedPart):
    """One bay; a vehicle stands at half the distance below which it is told."""

    def __init__(self, ranger: FakeA02yyuw, sensor: SensorConfig, wires: Wires, place: Place) -> None:
        self._ranger = ranger
        self._vehicle_mm = sensor.constants["occupied_below_mm"] / 2
        self._ground_mm = sensor.constants["occupied_below_mm"] + sensor.constants["hysteresis_mm"] + GROUND_MM
        self._wires = wires
        self._stays = place.bay()
        self._stay = next(self._stays, None)
        self._instants = Instants(sensor.period_s)

    def settle(self, clock_ns: int) -> None:
        time_us = self._wires.wall_us(clock_ns)
        while self._stay is not None and self._stay.until_us <= time_us:
            self._stay = next(self._stays, None)
        occupied = self._stay is not None and self._stay.from_us <= time_us
        distance_mm = self._vehicle_mm if occupied else self._ground_mm
        self._instants.note(clock_ns, time_us, {"bay_occupied": float(occupied), "distance": distance_mm})
        self._ranger.send(clock_ns, distance_mm)

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        truths = self._instants.means(from_ns, until_ns, {"distance": (0.5, "it sends whole millimetres")})
        intervals = self._instants.by_interval("bay_occupied", from_ns, until_ns)
        return truths + true_mean("bay_occupied", (float(mean(values) > 0.5) for values in intervals), 0.0, "")


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    assert sensor.bus is not None
    return ParkingBay(FakeA02yyuw(wires, sensor.bus), sensor, wires, place)
