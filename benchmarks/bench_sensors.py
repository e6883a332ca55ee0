"""CPU of a gateway with 20 mixed sensors, each read and reported once a second, beside a detector-only gateway.

`python -m benchmarks.bench_sensors [--seconds 30]`: loops, pairs of loops, rain and wind by edges, and parts on I2C,
SPI, UART and 1-wire. The simulated road lives in the same process; what it costs without a gateway is measured beside
it and taken off.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from uuid import uuid4

from benchmarks.report import Report
from benchmarks.servers import broker_and_hub, why_no_broker
from benchmarks.usage import cpu_s, rss_mb
from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from sensorhub.broker import BrokerSettings
from sensorhub.clock import boot_ns, wall_us
from sensorhub.reading import NS_PER_S, US_PER_S
from simulators.county.cabinet import Cabinet
from simulators.county.gateway import CountyGateway
from simulators.county.order import Order, read_order, write_order
from simulators.parts.tamper import Tamper
from simulators.world.county import World
from simulators.world.site import SitePlace

GOAL_PERCENT = 3.0
WARM_S = 6.0
SITE = SitePlace("bench", 51.58, 0.54, "A127", "eastbound")
SEED = 3


def mixed() -> list[SensorConfig]:
    """20 sensors of eleven kinds."""
    found = [
        SensorConfig(id=f"pair-{at}", kind="loop-pair", pins={"upstream": 4 + 2 * at, "downstream": 5 + 2 * at})
        for at in (0, 6, 7, 9)
    ]
    found += [SensorConfig(id=f"loop-{pin}", kind="loop", pin=pin) for pin in (12, 13, 20, 21)]
    found += [
        SensorConfig(id="rain", kind="rain-gauge", pin=24),
        SensorConfig(id="wind", kind="anemometer", pin=25),
        SensorConfig(id="vane", kind="wind-vane", bus="spi-0.0", channels={"vane": 0}),
        SensorConfig(id="noise", kind="noise-level", bus="spi-0.0", channels={"level": 1}),
    ]
    found += [SensorConfig(id=f"air-{at}", kind="air-climate", bus="i2c-1", address=at) for at in (0x76, 0x77)]
    found += [SensorConfig(id=f"sht-{at}", kind="air-climate-sht", bus="i2c-1", address=at) for at in (0x44, 0x45)]
    found += [
        SensorConfig(id=f"level-{at}", kind="gully-level", bus=f"uart-{at}", calibration={"mounting_height_mm": 2_000})
        for at in (0, 2)
    ]
    found += [
        SensorConfig(id=f"road-{at}", kind="road-temperature", bus="1-wire", device=f"28-00000000000{at}")
        for at in (1, 2)
    ]
    return found


def detectors() -> list[SensorConfig]:
    """20 detectors, which are edges alone."""
    return [SensorConfig(id=f"detector-{pin}", kind="detector", pin=pin) for pin in range(4, 24)]


SETS = {"mixed": mixed, "detectors": detectors}


def config_of(which: str) -> GatewayConfig:
    """A gateway with one of the sets."""
    return GatewayConfig(gateway="bench", sensors=tuple(SETS[which]()))


def order_of(folder: Path, broker: BrokerSettings, keys: Path) -> Order:
    """Real time, from now on, for ever; every interval and every read takes a second."""
    now_us = wall_us() // US_PER_S * US_PER_S
    return Order(
        wall_us=now_us,
        machine_ns=boot_ns(),
        machine_wall_us=now_us,
        speed=1.0,
        boots={"bench": uuid4()},
        deployment=folder,
        seed=SEED,
        seconds=None,
        interval_s=1,
        keys=keys,
        care_keys=keys,
        broker=broker,
    )


async def with_gateway(which: str, folder: Path) -> None:
    """Run the gateway until this process is ended."""
    order = read_order(folder)
    world = World(SEED, order.wall_us)
    await CountyGateway(folder, order, config_of(which), partial(world.place, SITE), [], 0).run()


async def without(which: str, folder: Path) -> None:
    """Drive the same pins and settle the same parts, with nobody to see it, until this process is ended."""
    order, config = read_order(folder), config_of(which)
    world = World(SEED, order.wall_us)
    cabinet = Cabinet(config, folder / "cabinet", order, uuid4(), SEED, partial(world.place, SITE), lambda _: Tamper())
    sampled = [sensor.id for sensor in config.sensors if sensor.sample_s is not None]
    moves = cabinet.moves()
    move = next(moves)
    while True:
        now_ns = order.measured_ns(boot_ns()) or 0
        while move.clock_ns <= now_ns:
            cabinet.clock.advance_to(move.clock_ns)
            cabinet.drive(move)
            move = next(moves)
        cabinet.clock.advance_to(now_ns)
        for sensor in sampled:
            cabinet.settle(sensor, now_ns)
        await asyncio.sleep(1 - now_ns % NS_PER_S / NS_PER_S)


def measure(which: str, how: str, folder: Path, seconds: float) -> tuple[float, float]:
    """CPU in percent of a core, and memory in MB, of one process."""
    command = [
        sys.executable,
        "-m",
        "benchmarks.bench_sensors",
        "--inner",
        how,
        "--which",
        which,
        "--folder",
        str(folder),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(max(3.0, min(WARM_S, seconds)))
        before, began_s = cpu_s(process.pid), time.monotonic()
        time.sleep(seconds)
        percent = (cpu_s(process.pid) - before) / (time.monotonic() - began_s) * 100
        memory = rss_mb(process.pid)
        process.terminate()
    return percent, memory


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long each is watched (default 30)")
    parser.add_argument("--inner", choices=("gateway", "bare"), help=argparse.SUPPRESS)
    parser.add_argument("--which", choices=tuple(SETS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inner:
        asyncio.run((with_gateway if options.inner == "gateway" else without)(options.which, options.folder))
        return
    report = Report("sensors")
    if reason := why_no_broker():
        report.skip("everything", reason)
        report.end()
        return
    results: dict[str, float] = {}
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with broker_and_hub(folder) as (broker, hub):
            hub.name("bench")
            for which in SETS:
                for how in ("bare", "gateway"):
                    own = folder / f"{which}-{how}"
                    own.mkdir()
                    write_order(own, order_of(own, broker, hub.data / "keys"))
                    results[f"{which}_{how}"], memory = measure(which, how, own, options.seconds)
                taken = results[f"{which}_{how}"] - results[f"{which}_bare"]
                results[which] = taken
                rows.append([which, f"{results[f'{which}_bare']:.2f}", f"{taken:.2f}", f"{memory:.0f}"])
    report.table(["20 sensors at 1 Hz", "road alone, % of a core", "gateway, % of a core", "MB"], rows)
    report.say(f"mixed / detectors: {results['mixed'] / max(results['detectors'], 0.01):.1f} times the CPU")
    report.goal("CPU with 20 mixed sensors at 1 Hz", results["mixed"], "<=", GOAL_PERCENT, "% of a core")
    report.end(**{name: round(value, 3) for name, value in results.items()})


if __name__ == "__main__":
    main()
