"""Sensors on I2C and SPI: the gateway's part on the simulated one, with whatever is wrong between them."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from uuid import UUID

from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses
from gateway.sensors.part import Part, Sample
from simulators.parts.part import SimulatedPart
from simulators.parts.tamper import Tamper
from simulators.pins import PlayerClock, PlayerFactory
from simulators.wires.wires import Bench, Wires
from simulators.world.place import Place
from tests.simulators.parts_place import ChangingPlace

START_NS = 7_000_000_000_000
START_US = 1_764_000_000_000_000
"""A whole number of hours and of all periods."""

CELL = {"working_zero_mv": 231.0, "auxiliary_zero_mv": 238.0, "sensitivity_mv_per_ppb": 0.31, "n_t": 1.3}

SENSORS = {
    config.kind: config
    for config in (
        SensorConfig(id="a-1", kind="air-climate", bus="i2c-1"),
        SensorConfig(id="a-2", kind="air-climate-sht", bus="i2c-1", address=0x45),
        SensorConfig(id="a-3", kind="room-climate", bus="i2c-1"),
        SensorConfig(id="a-4", kind="no2", bus="i2c-1", channels={"working": 2, "auxiliary": 0}, calibration=CELL),
        SensorConfig(
            id="a-5", kind="noise-level", bus="spi-0.0", channels={"level": 5}, calibration={"offset_db": -1.5}
        ),
        SensorConfig(
            id="a-6", kind="wind-vane", bus="spi-0.1", channels={"vane": 1}, calibration={"north_offset_deg": 33.0}
        ),
    )
}


class Wrong(Tamper):
    """Frames are changed on the way, each by its number from 0; `frames` are those that were sent.

    Arguments:
        change: what reaches the gateway in place of the frame of a number.
        is_dead: whether the part does not answer.
    """

    def __init__(
        self, change: Callable[[int, bytes], bytes] = lambda number, frame: frame, is_dead: bool = False
    ) -> None:
        self.frames: list[bytes] = []
        self._change = change
        self.is_dead = is_dead

    def frame(self, clock_ns: int, frame: bytes) -> bytes:
        self.frames.append(frame)
        return self._change(len(self.frames) - 1, frame)

    def dead(self, clock_ns: int) -> bool:
        return self.is_dead


@dataclass
class Rig:
    """One sensor on both sides."""

    sensor: SensorConfig
    part: Part
    simulated: SimulatedPart

    def read(self, clock_ns: int = START_NS) -> Sample:
        """Settle and read, as the world does."""
        self.simulated.settle(clock_ns)
        sample = self.part.read(clock_ns)
        assert sample is not None
        return sample


def bench(folder: Path) -> Bench:
    """Pins and buses of a gateway with nothing on them."""
    clock = PlayerClock(UUID(int=1), START_NS)
    return Bench(folder, clock, PlayerFactory(clock), START_NS, START_US)


def rig(sensor: SensorConfig, folder: Path, tamper: Tamper | None = None, place: Place | None = None) -> Rig:
    """A sensor, its simulated part, and the part that reads it.

    Arguments:
        folder: for files of the bench.
        tamper: what is wrong between them.
        place: where it stands.
    """
    shared = bench(folder)
    wires = Wires(shared, random.Random(7), tamper or Tamper())
    simulated: SimulatedPart = import_module(f"simulators.parts.{sensor.entry.module}").part(
        sensor, wires, place or ChangingPlace(START_US)
    )
    part: Part = import_module(f"gateway.sensors.{sensor.entry.module}").part(
        sensor, Buses(shared.factory, shared.bus_world())
    )
    return Rig(sensor, part, simulated)
