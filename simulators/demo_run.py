"""What a demo plays and drives: the run of a recording, and the order of a county, each written into its folder."""

from pathlib import Path
from uuid import uuid4

from firmware_config.deployment import Deployment
from sensorhub.broker import BrokerSettings
from sensorhub.clock import boot_ns, wall_us
from sensorhub.reading import NS_PER_S, US_PER_S
from simulators.county.gateway import boots_of
from simulators.county.order import Order, read_order, write_order
from simulators.demo_checks import DemoOptions
from simulators.folder import care_folder, county_folder, gateway_folder, key_file
from simulators.kept import KeptUnreadable
from simulators.pace import Pace
from simulators.progress import read_progress
from simulators.recording import Recording
from simulators.run import Run, aligned_us, file_hash, read_run_if_any, write_run

COUNTY_INTERVAL_S = 10
"""Intervals of the county's sensors: a page that is watched should move, and a laptop should stay cool."""

COUNTY_SEED = 1


def begin_run(data: Path, options: DemoOptions, recording: Recording, broker: BrokerSettings) -> None:
    """Write the run of a recording that begins now."""
    for gateway in recording.gateways:
        gateway_folder(data, gateway.id).mkdir(parents=True, exist_ok=True)
    now_us, now_ns = wall_us(), boot_ns()
    if options.once:
        begin_us, shown_us, begin_ns = recording.span(options.interval).start_us, now_us, now_ns
    else:
        # The interval that holds now: its first seconds are caught up at once.
        played_us = _reached_us(data, read_run_if_any(data), options.interval)
        begin_us = shown_us = max(aligned_us(now_us, options.interval), played_us)
        begin_ns = now_ns + (begin_us - now_us) * NS_PER_S // US_PER_S
    run = Run(
        boot_id=uuid4(),
        wall_us=begin_us,
        machine_ns=begin_ns,
        machine_wall_us=shown_us,
        speed=options.speed or 1.0,
        interval_s=options.interval,
        once=options.once,
        recording=recording.path.absolute(),
        sha256=file_hash(recording.path),
        broker=broker,
    )
    write_run(data, run)


def begin_county(data: Path, options: DemoOptions, deployment: Deployment, broker: BrokerSettings) -> None:
    """Write the order of a county that begins now, in real time, and goes on for ever."""
    folder, interval_s = county_folder(data), max(COUNTY_INTERVAL_S, options.interval)
    folder.mkdir(exist_ok=True)
    now_us, now_ns = wall_us(), boot_ns()
    begin_us = max(aligned_us(now_us, interval_s), _reached_us(folder, _order_if_any(folder), interval_s))
    order = Order(
        wall_us=begin_us,
        machine_ns=now_ns + (begin_us - now_us) * NS_PER_S // US_PER_S,
        machine_wall_us=begin_us,
        speed=1.0,
        boots=boots_of(list(deployment.gateways.values()), uuid4()),
        deployment=deployment.folder.absolute(),
        seed=COUNTY_SEED,
        seconds=None,
        interval_s=interval_s,
        keys=key_file(data, "any").parent,
        care_keys=key_file(care_folder(data), "any").parent,
        broker=broker,
    )
    write_order(folder, order)


def _order_if_any(folder: Path) -> Order | None:
    try:
        return read_order(folder)
    except KeptUnreadable:
        return None  # none yet, or of another version: a new one takes its place


def _reached_us(folder: Path, pace: Pace | None, interval_s: int) -> int:
    """The interval after what an earlier run in this folder has come to: no time is played twice."""
    progress = read_progress(folder)
    if pace is None or progress is None:
        return 0
    return aligned_us(pace.wall_us_at(progress.clock_ns), interval_s) + interval_s * US_PER_S
