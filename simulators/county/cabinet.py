"""One simulated cabinet: the parts of a gateway wired to its pins and buses, as the world moves them."""

import heapq
import random
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from uuid import UUID

from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from simulators.pace import Pace
from simulators.parts.part import PinMove, SimulatedPart, Truth
from simulators.parts.tamper import Tamper
from simulators.pins import PlayerClock, PlayerFactory
from simulators.wires.wires import Bench, Wires
from simulators.world.place import Place


def part_of(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor, by the module of its kind."""
    part: SimulatedPart = import_module(f"simulators.parts.{sensor.entry.module}").part(sensor, wires, place)
    return part


class Cabinet:
    """The pins, buses and parts of one gateway.

    Arguments:
        config: what is connected.
        folder: for files that stand for system files.
        pace: the clocks.
        boot_id: the boot that it plays.
        seed: of the world.
        place: what the world is like where a sensor stands, by the sensor's id.
        tamper: what is wrong with a sensor, by its id.
    """

    def __init__(
        self,
        config: GatewayConfig,
        folder: Path,
        pace: Pace,
        boot_id: UUID,
        seed: int,
        place: Callable[[str], Place],
        tamper: Callable[[str], Tamper],
    ) -> None:
        self.clock = PlayerClock(boot_id, pace.start_ns)
        self.factory = PlayerFactory(self.clock)
        self.bench = Bench(folder, self.clock, self.factory, pace.start_ns, pace.wall_us)
        self._parts: dict[str, SimulatedPart] = {}
        self._low_when_active: dict[int, bool] = {}
        for sensor in config.sensors:
            chance = random.Random(f"{seed} {config.gateway} {sensor.id}")
            wires = Wires(self.bench, chance, tamper(sensor.id))
            self._parts[sensor.id] = part_of(sensor, wires, place(sensor.id))
            for each, pin in zip(sensor.entry.inputs, sensor.pin_of.values(), strict=True):
                if sensor.entry.reads != "samples":
                    self._low_when_active[pin] = (each.active == "low") == (sensor.active == "closed")
        for pin in self._low_when_active:
            self.drive(PinMove(pace.start_ns, pin, active=False))

    def moves(self) -> Iterator[PinMove]:
        """All moves of its pins from the start of the world on, in the order of time."""
        return heapq.merge(*(part.moves() for part in self._parts.values()))

    def drive(self, move: PinMove) -> None:
        """Make what is connected to a pin active or idle now."""
        self.factory.contact(move.pin).move(move.active == self._low_when_active[move.pin])

    def settle(self, sensor: str, clock_ns: int) -> None:
        """Put what is true of a sensor on the wire, before it is read."""
        self._parts[sensor].settle(clock_ns)

    def truths(self, sensor: str, from_ns: int, until_ns: int) -> list[Truth]:
        """What truly happened to a sensor in [from_ns, until_ns)."""
        return self._parts[sensor].truths(from_ns, until_ns)

    def close(self) -> None:
        """Give all back; may be called twice."""
        for part in self._parts.values():
            part.close()
        self.bench.close()
