"""A cabinet at a lane on which a vehicle comes every ten seconds, and its files."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from uuid import UUID

from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from sensorhub.broker import BrokerSettings
from sensorhub.reading import NS_PER_S, US_PER_S
from simulators.county.cabinet import Cabinet
from simulators.county.order import Order
from simulators.pace import START_NS, Pace
from simulators.parts.tamper import Tamper
from simulators.world.place import Passage, Place

START_US = 1_768_284_000 * US_PER_S  # a full hour
BOOT = UUID(int=7)
EVERY_S = 10
LOOP = SensorConfig(id="loop", kind="loop", pin=5)
AIR = SensorConfig(id="air", kind="air-climate", bus="i2c-1")


class Lane(Place):
    """The first vehicle comes after ten seconds; a gale blows."""

    def __init__(self) -> None:
        super().__init__(START_US)

    def vehicles(self) -> Iterator[Passage]:
        for number in count(1):
            yield Passage(self.start_us + number * EVERY_S * US_PER_S, 10.0, 4.0)

    def wind_run_m(self, time_us: int) -> float:
        return 30.0 * (time_us - self.start_us) / US_PER_S


def pace(speed: float | None = None) -> Pace:
    """The clocks; the machine's stands at 0 when the world begins."""
    return Pace(wall_us=START_US, machine_ns=0, machine_wall_us=START_US, speed=speed)


def config(folder: Path, *sensors: SensorConfig) -> GatewayConfig:
    """A gateway with these sensors."""
    return GatewayConfig(gateway="street", spool=folder / "spool", sensors=sensors or (LOOP,))


def cabinet(
    folder: Path,
    *sensors: SensorConfig,
    speed: float | None = None,
    tamper: Callable[[str], Tamper] = lambda _: Tamper(),
) -> Cabinet:
    """The cabinet of such a gateway."""
    return Cabinet(config(folder, *sensors), folder / "cabinet", pace(speed), BOOT, 1, lambda _: Lane(), tamper)


def order(folder: Path, seconds: int | None = 3_600) -> Order:
    """An order to run it."""
    return Order(
        **pace().model_dump(),
        boots={"street": BOOT},
        deployment=folder / "deployment",
        seed=1,
        seconds=seconds,
        keys=folder / "keys",
        care_keys=folder / "social-care" / "keys",
        broker=BrokerSettings(),
    )


def clock_s(clock_ns: int) -> float:
    """Seconds since the world began."""
    return (clock_ns - START_NS) / NS_PER_S
