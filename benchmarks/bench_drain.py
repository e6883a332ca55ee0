"""How fast an hour of backlog goes out, and what it does to live readings meanwhile.

`python -m benchmarks.bench_drain [--minutes 60] [--live-seconds 8] [--rounds 2]`: 20 sensors at 1 Hz were without a
connection for so long; then a real gateway process, which goes on measuring (20 contacts, intervals of 1 s, packs held
open for 0.1 s only, so that nothing hides behind the wait for a pack), meets a real mosquitto and a real hub, over
DuckDB and, where influxd is on the PATH, over InfluxDB.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from uuid import uuid4

from benchmarks.observer import Observer, record_times
from benchmarks.report import Report
from benchmarks.servers import GatewayFiles, broker_and_hub, why_no_broker, write_gateway
from benchmarks.usage import rss_mb
from firmware_config.gateway import gateway_config
from gateway.recorder.kinds import settings_of
from gateway.spool import Anchor, AnchorKind, Measured, ReadingEntry, RealDisk, Spool
from gateway.spool_limits import limits_of
from sensorhub.clock import wall_ns
from sensorhub.reading import NS_PER_S, US_PER_S
from simulators.programs import find_program
from tests.influxd import Influxd

GATEWAY = "drained"
EDGES_PER_S = 20.0
PACK_S = 0.1
EPOCH = "5f0c2a9e41d07b36"
DRAIN_S_MAX = 300.0
POLL_S = 0.02
TIMES_MIN = 100.0
RSS_MB_MAX = 64.0

DELAY_TIMES_MAX = 1.25
DELAY_S_MAX = 0.1
"""Unchanged: not above this many times, or so much over, what it is without a backlog; two such stretches of a quiet
machine differ by as much."""


@dataclass(frozen=True, slots=True)
class Delays:
    """From the end of a live reading's interval to the receipt that names it, seconds."""

    number: int
    p50_s: float
    p95_s: float

    @classmethod
    def of(cls, delays_s: list[float]) -> "Delays":
        """Of as many as there are; a small backlog may be out before the first comes: then all are 0."""
        if len(delays_s) < 2:
            return cls(len(delays_s), sum(delays_s), sum(delays_s))
        return cls(len(delays_s), median(delays_s), quantiles(delays_s, n=20)[-1])


@dataclass(frozen=True, slots=True)
class Drained:
    """What the runs over one store gave: medians, and the delays of all of them."""

    records: int
    took_s: float
    times_real: float
    draining: Delays
    after: Delays
    rss_mb: float
    rss_most_mb: float


@dataclass(frozen=True, slots=True)
class Turn:
    """One run: how long it took, s, the delays of live readings, s, and the memory of the gateway, MB."""

    records: int
    took_s: float
    draining_s: list[float]
    after_s: list[float]
    rss_mb: float
    rss_most_mb: float


def sum_up(turns: list[Turn], seconds: int) -> Drained:
    """All runs over one store."""
    took_s = median(turn.took_s for turn in turns)
    return Drained(
        turns[0].records,
        took_s,
        seconds / took_s,
        Delays.of([delay for turn in turns for delay in turn.draining_s]),
        Delays.of([delay for turn in turns for delay in turn.after_s]),
        max(turn.rss_mb for turn in turns),
        max(turn.rss_most_mb for turn in turns),
    )


def make_backlog(files: GatewayFiles, seconds: int) -> int:
    """A spool as an outage leaves it, of an earlier boot: one reading of each sensor a second; returns its records."""
    config = gateway_config(files.config, {}, {}, [])
    limits = limits_of(config)
    spool = Spool.open(
        RealDisk(config.spool), config.gateway, uuid4(), limits=limits, new_epoch=lambda: "5f0c2a9e41d07b36"
    )
    spool.define([settings_of(sensor) for sensor in config.sensors])
    end_wall_s = wall_ns() // NS_PER_S - 60
    spool.append([Anchor(0, (end_wall_s - seconds) * NS_PER_S, 0, AnchorKind.NTP)])
    for second in range(1, seconds + 1):
        spool.append(
            [
                ReadingEntry(sensor.id, second * NS_PER_S, (Measured("actuation_count", float((second * 7 + at) % 3)),))
                for at, sensor in enumerate(config.sensors)
            ]
        )
    records = spool.next - 1
    spool.close()
    return records


def drain(work: Path, seconds: int, live_s: float, *options: str) -> Turn:
    """One run over one store."""
    with broker_and_hub(work, *options) as (broker, hub):
        files = write_gateway(work, GATEWAY, hub, broker, period_s=1, pack_s=PACK_S)
        records = make_backlog(files, seconds)
        observer = Observer(broker, GATEWAY, files.key)
        command = [sys.executable, "-m", "benchmarks.driven", "pace", str(files.config), str(EDGES_PER_S)]
        gateway = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            end_s = time.monotonic() + DRAIN_S_MAX
            while not observer.received(1, records):
                if time.monotonic() > end_s or gateway.poll() is not None:
                    raise SystemExit("the backlog did not go out")
                time.sleep(POLL_S)
            time.sleep(live_s)
            resident, most = rss_mb(gateway.pid), rss_mb(gateway.pid, "VmHWM")
        finally:
            gateway.terminate()
            gateway.wait()
            observer.close()
    begun_us, ended_us = _span(observer, records)
    draining_s, after_s = _live_delays(observer, records, begun_us, ended_us)
    return Turn(records, (ended_us - begun_us) / US_PER_S, draining_s, after_s, resident, most)


def _span(observer: Observer, records: int) -> tuple[int, int]:
    """From the first pack of the backlog to the receipt that names the last of it."""
    begun_us = min(passed.at_us for pack, passed in observer.first_passed().items() if pack.first <= records)
    ended_us = max(at_us for at_us, ranges in observer.receipt_times() if any(first <= records for first, _ in ranges))
    return begun_us, ended_us


def _live_delays(observer: Observer, records: int, begun_us: int, ended_us: int) -> tuple[list[float], list[float]]:
    """Of the readings measured while the backlog went out, and of those measured after that."""
    measured_us: dict[int, int] = {}
    for pack, passed in observer.first_passed().items():
        if pack.first > records:
            measured_us.update(record_times(pack, passed))
    draining: list[float] = []
    after: list[float] = []
    for at_us, ranges in observer.receipt_times():
        for first, last in ranges:
            for sequence in range(max(first, records + 1), last + 1):
                taken_us = measured_us.pop(sequence, None)
                if taken_us is not None and taken_us >= begun_us:
                    (draining if taken_us <= ended_us else after).append((at_us - taken_us) / US_PER_S)
    return draining, after


@contextmanager
def store_options(store: str, work: Path) -> Iterator[tuple[str, ...]]:
    """The hub's options for a store, whose server runs for as long as the block lasts."""
    if store == "duckdb":
        yield ()
        return
    influxd = Influxd(work / "influxd")
    influxd.start()
    try:
        access = influxd.access
        yield (
            *("--store", "influxdb", "--influx-url", access.url, "--influx-org", access.organisation),
            *("--influx-bucket", access.bucket, "--influx-token-file", str(access.token_file)),
        )
    finally:
        influxd.kill()


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="length of the outage (default 60)")
    parser.add_argument("--live-seconds", type=float, default=8.0, help="live readings without a backlog (default 8)")
    parser.add_argument("--rounds", type=int, default=2, help="runs over each store (default 2)")
    parser.add_argument("--store", choices=("duckdb", "influxdb"), help="one store only")
    options = parser.parse_args()
    report = Report("drain")
    if reason := why_no_broker():
        report.skip("everything", reason)
        report.end()
        return
    stores = [options.store] if options.store else ["duckdb", "influxdb"]
    if "influxdb" in stores and find_program("influxd") is None:
        report.skip("InfluxDB", "influxd is not on the PATH")
        stores.remove("influxdb")
    seconds = round(options.minutes * 60)
    turns: dict[str, list[Turn]] = {store: [] for store in stores}
    for _ in range(options.rounds):
        for store in stores:
            with tempfile.TemporaryDirectory() as name, store_options(store, Path(name)) as told:
                turns[store].append(drain(Path(name), seconds, options.live_seconds, *told))
    found = {store: sum_up(taken, seconds) for store, taken in turns.items()}
    tell(report, found)


def tell(report: Report, found: dict[str, Drained]) -> None:
    """Print what was found."""
    rows = [
        [
            *(
                store,
                f"{one.records:,}",
                f"{one.took_s:.1f}",
                f"{one.records / one.took_s:,.0f}",
                f"{one.times_real:,.0f}",
            ),
            *(f"{one.rss_mb:.1f}", f"{one.rss_most_mb:.1f}"),
        ]
        for store, one in found.items()
    ]
    report.table(["", "records", "seconds", "records/s", "times real time", "MB after", "MB at most"], rows)
    rows = [
        [f"{store}, {when}", f"{delays.number:,}", f"{delays.p50_s:.2f}", f"{delays.p95_s:.2f}"]
        for store, one in found.items()
        for when, delays in (("while the backlog goes out", one.draining), ("without a backlog", one.after))
    ]
    report.table(["live, from the end of the interval to the receipt", "readings", "p50, s", "p95, s"], rows)
    for store, one in found.items():
        report.goal(f"{store}: drain", one.times_real, ">=", TIMES_MIN, "times real time")
        for name, live, alone in (
            ("p50", one.draining.p50_s, one.after.p50_s),
            ("p95", one.draining.p95_s, one.after.p95_s),
        ):
            if one.draining.number < 2:
                continue
            limit = max(alone * DELAY_TIMES_MAX, alone + DELAY_S_MAX)
            report.goal(f"{store}: live delay while draining, {name}", live, "<=", round(limit, 3), "s")
        report.goal(f"{store}: memory of the gateway at most", one.rss_most_mb, "<=", RSS_MB_MAX, "MB")
    report.end(**{store: _plain(one) for store, one in found.items()})


def _plain(one: Drained) -> dict[str, float]:
    return {
        "records": one.records,
        "seconds": round(one.took_s, 2),
        "times_real_time": round(one.times_real, 1),
        "live_p50_s": round(one.draining.p50_s, 3),
        "live_p95_s": round(one.draining.p95_s, 3),
        "alone_p50_s": round(one.after.p50_s, 3),
        "alone_p95_s": round(one.after.p95_s, 3),
        "rss_mb": round(one.rss_mb, 1),
        "rss_most_mb": round(one.rss_most_mb, 1),
    }


if __name__ == "__main__":
    main()
