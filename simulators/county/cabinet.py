"""One simulated cabinet: the parts of a gateway wired to its pins and buses, as the world moves them."""

import heapq
import random
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from uuid import UUID

from firmware_config.catalogue.entry import Signal
from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from simulators.pace import Pace
from simulators.parts.part import PinMove, SimulatedPart, Truth
from simulators.parts.tamper import Tamper
from simulators.pins import PlayedPin, PlayerClock, PlayerFactory
from simulators.wires.wires import Bench, Wires
from simulators.world.place import Place

DRIVEN_BOTH_WAYS: tuple[Signal, ...] = ("logic-3v3", "logic-5v")
"""Signals that make a pin high too; all others only pull it low, and a resistor or the board's pull lifts it."""

Levels = Mapping[bool, bool | None]
"""What is connected makes a pin high or low (None: lets go of it) while it is active, and while it is idle."""


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
        self._ends: dict[int, tuple[PlayedPin, Levels]] = {}
        for sensor in config.sensors:
            chance = random.Random(f"{seed} {config.gateway} {sensor.id}")
            wires = Wires(self.bench, chance, tamper(sensor.id))
            self._parts[sensor.id] = part_of(sensor, wires, place(sensor.id))
            if sensor.entry.reads != "samples":
                self._connect(sensor)
        for pin in self._ends:
            self.drive(PinMove(pace.start_ns, pin, active=False))

    def _connect(self, sensor: SensorConfig) -> None:
        """Wire its inputs as the picture shows, with the resistors that its kind needs."""
        for each, number in zip(sensor.entry.inputs, sensor.pin_of.values(), strict=True):
            is_low = each.low_when_active(sensor.active)
            let_go = True if sensor.signal_of[each.name] in DRIVEN_BOTH_WAYS else None
            pin = self.factory.contact(number)
            pin.pull_up(fitted=each.pull == "external")
            self._ends[number] = pin, {is_low: False, not is_low: let_go}

    def moves(self) -> Iterator[PinMove]:
        """All moves of its pins from the start of the world on, in the order of time."""
        return heapq.merge(*(part.moves() for part in self._parts.values()))

    def drive(self, move: PinMove) -> None:
        """Make what is connected to a pin active or idle now."""
        pin, levels = self._ends[move.pin]
        pin.drive(levels[move.active])

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
