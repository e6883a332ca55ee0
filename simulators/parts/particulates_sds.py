"""`particulates-sds`: an SDS011 in the air of its place, which sleeps and wakes as it is told."""

from firmware_config.sensor import SensorConfig
from gateway.buses.chips.sds011 import SLEEP, WORK
from gateway.sensors.particulates_sds import SLACK_S, WARM_UP_S
from sensorhub.clock import seconds_ns
from simulators.instants import Instants
from simulators.parts.part import SimulatedPart, Truth
from simulators.wires.pty import Pty
from simulators.wires.wires import Wires
from simulators.world.place import Place

SIZES = ("pm2_5", "pm10")
TOLERANCE = 0.05, "it sends tenths"

UNSTEADY_S = 10.0
"""So long after it wakes it sends zeros."""

_ID = b"\xa1\x60"


def frame_of(pm2_5: float, pm10: float) -> bytes:
    """A data frame with these values in ug/m3."""
    told = b"".join(round(value * 10).to_bytes(2, "little") for value in (pm2_5, pm10)) + _ID
    return b"\xaa\xc0" + told + bytes([sum(told) & 0xFF, 0xAB])


class ParticulatesSds(SimulatedPart):
    """One SDS011. It hears at each look what it was told since the last, as of the last: that is when the gateway read
    it. What it sent before it was put to sleep is what was measured."""

    def __init__(self, line: Pty, period_s: int, wires: Wires, place: Place) -> None:
        self._line = line
        self._wires = wires
        self._place = place
        self._now_ns = 0
        self._awake_ns: int | None = 0
        self._sent: dict[str, float] = {}
        self._instants = Instants(period_s)

    def settle(self, clock_ns: int) -> None:
        self._hear()
        self._now_ns = clock_ns
        tamper = self._wires.tamper
        if self._awake_ns is None or tamper.dead(clock_ns):
            return
        air = self._place.air(self._wires.wall_us(clock_ns))
        self._sent = {name: getattr(air, name) for name in SIZES}
        sensed = [tamper.value(name, clock_ns, value) for name, value in self._sent.items()]
        steady = clock_ns - self._awake_ns >= seconds_ns(UNSTEADY_S)
        self._line.send(tamper.frame(clock_ns, frame_of(*(max(0.0, value) if steady else 0.0 for value in sensed))))

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        self._hear()
        return self._instants.means(from_ns, until_ns, dict.fromkeys(SIZES, TOLERANCE))

    def _hear(self) -> None:
        told = self._line.received()
        worked, slept = told.rfind(WORK), told.rfind(SLEEP)
        if slept > worked:
            if self._awake_ns is not None and self._now_ns - self._awake_ns >= seconds_ns(WARM_UP_S - SLACK_S):
                self._instants.note(self._now_ns, self._wires.wall_us(self._now_ns), self._sent)
            self._awake_ns = None
        elif worked > slept and self._awake_ns is None:
            self._awake_ns = self._now_ns


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    assert sensor.bus is not None
    return ParticulatesSds(wires.bench.pty(sensor.bus), sensor.period_s, wires, place)
