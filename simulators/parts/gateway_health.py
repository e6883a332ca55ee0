"""`gateway-health`: the processor, power and uptime of a simulated gateway."""

from firmware_config.sensor import SensorConfig
from sensorhub.reading import NS_PER_S
from simulators.instants import Instants, true_mean
from simulators.parts.part import SimulatedPart, Truth
from simulators.wires.system import LOW_VOLTAGE
from simulators.wires.wires import Wires
from simulators.world.place import Place

FLAGS = ("throttled", "under_voltage")
"""A simulated gateway is throttled for want of power."""


class GatewayHealth(SimulatedPart):
    """What the system tells of itself; what only the gateway knows is true in the gateway alone."""

    def __init__(self, period_s: int, wires: Wires, place: Place) -> None:
        self._period_s = period_s
        self._wires = wires
        self._place = place
        self._instants = Instants(period_s)

    def settle(self, clock_ns: int) -> None:
        time_us, tamper = self._wires.wall_us(clock_ns), self._wires.tamper
        system = self._place.system(time_us)
        flags = dict.fromkeys(FLAGS, float(system.throttled))
        true = {"cpu_temperature": system.cpu_temperature, **flags}
        self._instants.note(clock_ns, time_us, {**true, "uptime": clock_ns / NS_PER_S})
        if tamper.dead(clock_ns):
            self._wires.bench.system.remove()
        else:
            temperature = tamper.value("cpu_temperature", clock_ns, system.cpu_temperature)
            self._wires.bench.system.set(temperature, LOW_VOLTAGE if system.throttled else 0, clock_ns / NS_PER_S)

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        truths = self._instants.means(from_ns, until_ns, {"cpu_temperature": (0.001, "it tells thousandths")})
        for flag in FLAGS:
            truths += true_mean(flag, map(max, self._instants.by_interval(flag, from_ns, until_ns)), 0.0, "")
        if ends := self._instants.by_interval("uptime", from_ns, until_ns):
            truths.append(Truth("uptime", "last", ends[-1][-1], self._period_s, "the interval may not have ended"))
        return truths


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    return GatewayHealth(sensor.period_s, wires, place)
