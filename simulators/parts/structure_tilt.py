"""`structure-tilt`: an inclinometer on an RS-485 line."""

from firmware_config.sensor import SensorConfig
from gateway.sensors.structure_tilt import PER_DEGREE
from simulators.instants import Instants
from simulators.parts.part import SimulatedPart, Truth
from simulators.wires.modbus_unit import FakeModbusUnit
from simulators.wires.wires import Wires
from simulators.world.place import Place

TOLERANCE = 0.0051, "it tells hundredths of a degree"


class StructureTilt(SimulatedPart):
    """One inclinometer, mounted a little askew, as its zeros say."""

    def __init__(self, bus: str, sensor: SensorConfig, wires: Wires, place: Place) -> None:
        constants = sensor.constants
        self._register = round(constants["register"])
        self._zeros = {"tilt_x": constants["zero_x_deg"], "tilt_y": constants["zero_y_deg"]}
        self._wires = wires
        self._place = place
        self._now_ns = 0
        self._instants = Instants(sensor.period_s)
        self._unit = FakeModbusUnit(sensor.unit, self._send)
        wires.bench.pty(bus).serve(self._unit.hear)

    def settle(self, clock_ns: int) -> None:
        self._now_ns = clock_ns
        time_us = self._wires.wall_us(clock_ns)
        true = dict(zip(self._zeros, self._place.tilt(time_us), strict=True))
        self._instants.note(clock_ns, time_us, true)
        sensed = [self._wires.tamper.value(name, clock_ns, deg) + self._zeros[name] for name, deg in true.items()]
        words = [round(deg * PER_DEGREE) & 0xFFFF for deg in sensed]
        self._unit.set(dict(enumerate(words, self._register)))

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        return self._instants.means(from_ns, until_ns, dict.fromkeys(self._zeros, TOLERANCE))

    def _send(self, answer: bytes) -> bytes:
        if self._wires.tamper.dead(self._now_ns):
            return b""
        return self._wires.tamper.frame(self._now_ns, answer)


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    assert sensor.bus is not None
    return StructureTilt(sensor.bus, sensor, wires, place)
