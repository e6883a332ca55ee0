"""Simulated hours per hour: the Essex example in its county, by itself and through the whole product.

`python -m benchmarks.bench_world [--hours 6] [--deployment DIR]`: the world and its parts alone (moves made, parts
settled), then with agents on their pins and buses, spools, broker, hubs and stores. The second figure is of the CPU of
the process that holds world and gateways, so it says how fast one core is.
"""

import argparse
import contextlib
import io
import json
import resource
import tempfile
import time
from functools import partial
from pathlib import Path
from uuid import uuid4

from benchmarks.report import Report
from firmware_config.deployment import Deployment, load_deployment
from sensorhub.clock import parse_time_us
from sensorhub.reading import NS_PER_S
from simulators.county.cabinet import Cabinet
from simulators.county.places import site_place
from simulators.county.run import START, WorldOptions, run_world
from simulators.county.shipped import shipped_deployment
from simulators.pace import START_NS, Pace
from simulators.parts.tamper import Tamper
from simulators.world.county import World

GOAL = 200.0
SEED = 7
S_PER_H = 3_600


def alone(deployment: Deployment, names: list[str], hours: float, folder: Path) -> tuple[float, int]:
    """CPU seconds, and moves: every cabinet is driven without a gateway."""
    pace = Pace(wall_us=parse_time_us(START), machine_ns=0, machine_wall_us=0, speed=None)
    world = World(SEED, pace.wall_us)
    until_ns = START_NS + round(hours * S_PER_H) * NS_PER_S
    began_s, moves = time.process_time(), 0
    for name in names:
        config = deployment.gateways[name]
        place = partial(world.place, site_place(deployment.site_of(config)))
        cabinet = Cabinet(config, folder / name, pace, uuid4(), SEED, place, lambda _: Tamper())
        for move in cabinet.moves():
            if move.clock_ns >= until_ns:
                break
            cabinet.clock.advance_to(move.clock_ns)
            cabinet.drive(move)
            moves += 1
        for sensor in config.sensors:
            if sensor.sample_s is not None:
                for clock_ns in range(START_NS, until_ns, round(sensor.sample_s * NS_PER_S)):
                    cabinet.settle(sensor.id, clock_ns)
        cabinet.close()
    return time.process_time() - began_s, moves


def through(deployment: Deployment, names: list[str], hours: float, folder: Path) -> dict[str, float]:
    """What the whole run took; CPU is of all its processes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = run_world(
            WorldOptions(
                deployment.folder, seed=SEED, hours=hours, gateways=tuple(names), data=folder / "run", json=True
            )
        )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = json.loads(said.getvalue())
    return {
        "seconds": told["seconds"],
        "cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "readings": told["readings"],
        "lines": len(told["ledger"]),
        "code": code,
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=6.0, help="hours of the world (default 6)")
    parser.add_argument("--deployment", type=Path, default=shipped_deployment(), help="default: the worked example")
    parser.add_argument("--gateway", action="append", default=[], help="only this one; may be repeated")
    options = parser.parse_args()
    deployment, hours, report = load_deployment(options.deployment), options.hours, Report("world")
    names = options.gateway or list(deployment.gateways)
    sensors = sum(len(deployment.gateways[name].sensors) for name in names)
    with tempfile.TemporaryDirectory() as name:
        cpu_s, moves = alone(deployment, names, hours, Path(name) / "alone")
        whole = through(deployment, names, hours, Path(name))
    per_core = hours * S_PER_H / whole["cpu_s"]
    report.say(f"{len(names)} gateways, {sensors} sensors, {hours:g} hours of the world")
    report.table(
        ["", "simulated h per h of CPU", "CPU s", "wall s"],
        [
            ["world and parts alone", f"{hours * S_PER_H / cpu_s:,.0f}", f"{cpu_s:.1f}", ""],
            [
                "gateways, broker, hubs, stores too",
                f"{per_core:,.0f}",
                f"{whole['cpu_s']:.1f}",
                f"{whole['seconds']:.1f}",
            ],
        ],
    )
    report.say(f"the whole costs {whole['cpu_s'] / cpu_s:.1f} times the world alone; {whole['readings']:,} readings")
    report.goal("simulated hours per hour on one core", per_core, ">=", GOAL, "h/h")
    report.end(alone_cpu_s=round(cpu_s, 2), moves=moves, hours=hours, **whole)


if __name__ == "__main__":
    main()
