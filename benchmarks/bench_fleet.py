"""Readings a second that one process of a fleet sends: against receipts without a store, and against a real hub.

`python -m benchmarks.bench_fleet [--gateways 1000] [--seconds 10]`: one process of `sensorhub simulate fleet`, as fast
as receipts come, through a real mosquitto. Beside it plain paho-mqtt publishes packs that were made beforehand, which
nobody checks or answers. Then the same fleet meets a real hub over DuckDB.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.receipt_sink import ReceiptSink
from benchmarks.report import Report
from benchmarks.servers import broker_and_hub, why_no_broker
from benchmarks.usage import cpu_s
from sensorhub.broker import BrokerSettings
from tests.mosquitto import mosquitto

SENSORS = 10
READINGS_PER_S_MIN = 200_000.0
NODELAY = "set_tcp_nodelay true\n"
"""mosquitto else holds small packets back until an acknowledgement of TCP, and each side waits for the other."""


@contextmanager
def sink(folder: Path) -> Iterator[tuple[BrokerSettings, Path, ReceiptSink]]:
    """A broker, and beside it one that gives receipts for the gateways whose keys are in the folder."""
    keys = folder / "keys"
    keys.mkdir()
    with mosquitto(folder, NODELAY) as broker:
        taking = ReceiptSink(broker.settings, keys)
        try:
            yield broker.settings, keys, taking
        finally:
            taking.close()


def fleet(broker: BrokerSettings, keys: Path, gateways: int, seconds: float) -> dict[str, Any]:
    """One process of a fleet; what it says at its end."""
    command = [sys.executable, "-m", "sensorhub", "simulate", "fleet", "--json", "--processes", "1", "--rate", "0"]
    command += ["--keys", str(keys), "--broker-port", str(broker.port), "--sensors", str(SENSORS)]
    command += ["--gateways", str(gateways), "--seconds", str(seconds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def plain(broker: BrokerSettings, seconds: float) -> dict[str, float]:
    """Packs that were made beforehand, published by paho-mqtt."""
    command = [sys.executable, "-m", "benchmarks.plain_publisher", str(broker.port), str(seconds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return {
        "readings_per_s": round(found["readings"] / found["seconds"], 1),
        "per_core": round(found["readings"] / found["cpu_s"], 1),
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gateways", type=int, default=1_000, help="how many (default 1,000)")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each side sends (default 10)")
    options = parser.parse_args()
    report = Report("fleet")
    if reason := why_no_broker():
        report.skip("everything", reason)
        report.end()
        return
    gateways, seconds = options.gateways, options.seconds
    with tempfile.TemporaryDirectory() as name, sink(Path(name)) as (broker, keys, taking):
        alone = fleet(broker, keys, gateways, seconds)
        assert taking.records >= alone["receipted"]
        size = taking.bytes / taking.records
        beside = plain(broker, seconds)
    with tempfile.TemporaryDirectory() as name, broker_and_hub(Path(name), more=NODELAY) as (broker, hub):
        assert hub.process is not None
        stored = fleet(broker, hub.data / "keys", gateways, seconds)
        hub_cpu_s = cpu_s(hub.process.pid)
    rows = [
        [what, f"{one['readings_per_s']:,.0f}", f"{one['per_core']:,.0f}", f"{one.get('resent', 0):,}"]
        for what, one in (
            ("fleet, receipts without a store", alone),
            ("plain paho-mqtt, packs made before", beside),
            ("fleet, hub over DuckDB", stored),
        )
    ]
    report.table(["one process", "readings/s", "per CPU second", "resent"], rows)
    report.say(f"{gateways:,} gateways with {SENSORS} sensors each; {size:.1f} bytes of payload per reading.")
    report.say(
        f"plain publishing is {beside['readings_per_s'] / alone['readings_per_s']:.2f} times as fast, "
        f"{beside['per_core'] / alone['per_core']:.2f} times per CPU second"
    )
    report.say(f"the hub took {hub_cpu_s / stored['receipted'] * 1e6:.1f} us of CPU per reading, its start included")
    report.goal("fleet without a store", alone["readings_per_s"], ">=", READINGS_PER_S_MIN, "readings/s")
    report.end(gateways=gateways, alone=alone, plain=beside, stored=stored, bytes_per_reading=round(size, 2))


if __name__ == "__main__":
    main()
