"""All that is wired to one simulated gateway, and the buses as its code finds them."""

import random
from dataclasses import dataclass, field
from pathlib import Path

from gateway.buses.buses import BusWorld
from sensorhub.clock import ns_from_us
from sensorhub.reading import NS_PER_US
from simulators.parts.tamper import Tamper
from simulators.pins import PlayerClock, PlayerFactory
from simulators.wires.adc import FakeAdc
from simulators.wires.echo import FakeEcho
from simulators.wires.i2c import FakeI2c
from simulators.wires.one_wire import OneWireTree
from simulators.wires.pty import Pty
from simulators.wires.system import SystemTree

MODBUS_TIMEOUT_S = 5.0
"""A simulated unit answers from a thread, which a busy machine may keep waiting."""


@dataclass
class Bench:
    """The pins and buses of one simulated gateway, shared by its parts.

    Arguments:
        folder: for files that stand for 1-wire and system files.
        clock: the measurement clock.
        factory: the pins.
        start_ns, start_us: the same instant on the measurement clock and in wall time (microseconds since 1970 UTC).
        breaks_ns: when (measurement clock) another process of its gateway took the place of one that had died.
    """

    folder: Path
    clock: PlayerClock
    factory: PlayerFactory
    start_ns: int
    start_us: int
    breaks_ns: tuple[int, ...] = ()
    _i2c: dict[int, FakeI2c] = field(default_factory=dict)
    _ptys: dict[str, Pty] = field(default_factory=dict)
    _adcs: dict[str, FakeAdc] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.one_wire = OneWireTree(self.folder / "w1")
        self.system = SystemTree(self.folder / "system")

    def bus_world(self) -> BusWorld:
        """The buses as the gateway's code opens them."""
        return BusWorld(
            i2c=self.i2c,
            serial_path=lambda bus: str(self.pty(bus).path),
            one_wire=self.one_wire.folder,
            root=self.system.folder,
            modbus_timeout_s=MODBUS_TIMEOUT_S,
        )

    def i2c(self, number: int) -> FakeI2c:
        """The I2C bus of this number; chips are attached to it."""
        return self._i2c.setdefault(number, FakeI2c(number))

    def pty(self, bus: str) -> Pty:
        """The serial line of this name."""
        if bus not in self._ptys:
            self._ptys[bus] = Pty()
        return self._ptys[bus]

    def adc(self, bus: str) -> FakeAdc:
        """The MCP3008 at this SPI device."""
        if bus not in self._adcs:
            self._adcs[bus] = FakeAdc(self.factory, bus)
        return self._adcs[bus]

    def echo(self, trigger: int, echo: int) -> FakeEcho:
        """An HC-SR04 at these pins."""
        return FakeEcho(self.factory, self.clock, trigger, echo)

    def close(self) -> None:
        """Give all back; may be called twice."""
        for pty in self._ptys.values():
            pty.close()


@dataclass(frozen=True)
class Wires:
    """What one part is wired to.

    Arguments:
        bench: pins and buses of its gateway.
        chance: random numbers of its own, seeded by world and sensor; for bounce and noise.
        tamper: what is wrong on the way.
    """

    bench: Bench
    chance: random.Random
    tamper: Tamper = field(default_factory=Tamper)

    def wall_us(self, clock_ns: int) -> int:
        """Wall time at a measurement clock, microseconds since 1970 UTC."""
        return self.bench.start_us + (clock_ns - self.bench.start_ns) // NS_PER_US

    def clock_ns(self, time_us: int) -> int:
        """The measurement clock at a wall time."""
        return self.bench.start_ns + ns_from_us(time_us - self.bench.start_us)
