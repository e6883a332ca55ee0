"""`road-temperature`: a DS18B20 in the road."""

from firmware_config.sensor import SensorConfig
from simulators.instants import Instants
from simulators.parts.part import SimulatedPart, Truth
from simulators.wires.one_wire import scratchpad
from simulators.wires.wires import Wires
from simulators.world.place import Place

TEMPERATURE = "road_temperature"


class RoadTemperature(SimulatedPart):
    """One probe."""

    def __init__(self, device: str, period_s: int, wires: Wires, place: Place) -> None:
        self._device = device
        self._wires = wires
        self._place = place
        self._instants = Instants(period_s)

    def settle(self, clock_ns: int) -> None:
        time_us, tamper = self._wires.wall_us(clock_ns), self._wires.tamper
        true_cel = self._place.weather(time_us).road_temperature
        self._instants.note(clock_ns, time_us, {TEMPERATURE: true_cel})
        read = tamper.frame(clock_ns, scratchpad(tamper.value(TEMPERATURE, clock_ns, true_cel)))
        if tamper.dead(clock_ns) or not read:
            self._wires.bench.one_wire.remove(self._device)
        else:
            self._wires.bench.one_wire.set(self._device, read[:9].ljust(9, b"\xff"))

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        return self._instants.means(from_ns, until_ns, {TEMPERATURE: (0.0313, "it tells sixteenths of a degree")})


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    assert sensor.device is not None
    return RoadTemperature(sensor.device, sensor.period_s, wires, place)
