"""`particulates-pms`: a PMS5003 in the air of its place."""

from firmware_config.sensor import SensorConfig
from gateway.buses.chips.pms5003 import FRAME
from simulators.instants import Instants
from simulators.parts.part import SimulatedPart, Truth
from simulators.wires.pty import Pty
from simulators.wires.wires import Wires
from simulators.world.place import Place

SIZES = ("pm1", "pm2_5", "pm10")
TOLERANCE = 0.5, "it sends whole numbers"

_COUNTS = (0, 0, 0, 0, 0, 0)
_VERSION_AND_ERROR = 0x9700


def frame_of(pm1: int, pm2_5: int, pm10: int) -> bytes:
    """A frame with these values in ug/m3, for factory and for atmospheric air."""
    words = (pm1, pm2_5, pm10) * 2 + _COUNTS + (_VERSION_AND_ERROR,)
    told = FRAME.start + b"".join(word.to_bytes(2, "big") for word in words)
    return told + sum(told).to_bytes(2, "big")


class ParticulatesPms(SimulatedPart):
    """One PMS5003, which sends all the time."""

    def __init__(self, line: Pty, period_s: int, wires: Wires, place: Place) -> None:
        self._line = line
        self._wires = wires
        self._place = place
        self._instants = Instants(period_s)

    def settle(self, clock_ns: int) -> None:
        time_us, tamper = self._wires.wall_us(clock_ns), self._wires.tamper
        air = self._place.air(time_us)
        true = {name: getattr(air, name) for name in SIZES}
        self._instants.note(clock_ns, time_us, true)
        if not tamper.dead(clock_ns):
            sensed = [max(0, round(tamper.value(name, clock_ns, value))) for name, value in true.items()]
            self._line.send(tamper.frame(clock_ns, frame_of(*sensed)))

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        return self._instants.means(from_ns, until_ns, dict.fromkeys(SIZES, TOLERANCE))


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    assert sensor.bus is not None
    return ParticulatesPms(wires.bench.pty(sensor.bus), sensor.period_s, wires, place)
