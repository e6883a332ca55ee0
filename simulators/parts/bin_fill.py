"""`bin-fill`: an HC-SR04 in the lid of a bin."""

from firmware_config.sensor import SensorConfig
from gateway.sensors.bin_fill import speed_of_sound_mps
from simulators.instants import Instants
from simulators.parts.part import NO_BUS, SimulatedPart, Truth
from simulators.wires.echo import FakeEcho
from simulators.wires.wires import Wires
from simulators.world.place import Place

ECHO_OVER = (NO_BUS,)

TOLERANCES = {
    "fill_level": (0.01, "edges bear whole nanoseconds"),
    "distance": (0.01, "edges bear whole nanoseconds"),
}


class BinFill(SimulatedPart):
    """One bin, in which it is as warm as its constants say."""

    def __init__(self, ranger: FakeEcho, sensor: SensorConfig, wires: Wires, place: Place) -> None:
        constants = sensor.constants
        self._ranger = ranger
        self._empty_mm = constants["empty_mm"]
        self._full_mm = constants["full_mm"]
        self._mm_per_s = speed_of_sound_mps(constants["air_temperature_cel"]) * 1_000
        self._wires = wires
        self._place = place
        self._instants = Instants(sensor.period_s)

    def settle(self, clock_ns: int) -> None:
        time_us, tamper = self._wires.wall_us(clock_ns), self._wires.tamper
        fill = self._place.fill_percent(time_us)
        distance_mm = self._empty_mm - fill / 100 * (self._empty_mm - self._full_mm)
        self._instants.note(clock_ns, time_us, {"fill_level": fill, "distance": distance_mm})
        sensed_mm = tamper.value("distance", clock_ns, distance_mm)
        self._ranger.dead = tamper.dead(clock_ns)
        self._ranger.flight_s = None if tamper.echo_lost(clock_ns) else 2 * sensed_mm / self._mm_per_s

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        return self._instants.means(from_ns, until_ns, TOLERANCES)


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    pins = sensor.pin_of
    return BinFill(wires.bench.echo(pins["trigger"], pins["echo"]), sensor, wires, place)
