"""Readings a second from pin to store: the recorded junction as fast as it goes, over both stores.

`python -m benchmarks.bench_path [--passes 5]`; InfluxDB is left out where no influxd is found on the PATH.
"""

import argparse
import csv
import gzip
import json
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

RECORDING = Path(__file__).parent.parent / "simulators" / "recordings" / "detector_events.csv.gz"
HOURS = 2
SPEED = "100000"


def longer(passes: int, folder: Path) -> Path:
    """The shipped recording, so many times end to end, as a file."""
    path = folder / "longer.csv"
    with gzip.open(RECORDING, "rt") as source:
        rows = list(csv.reader(source))
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(rows[0])
        for number in range(passes):
            shift = timedelta(hours=HOURS * number)
            writer.writerows([(datetime.fromisoformat(time) + shift).isoformat(), *rest] for time, *rest in rows[1:])
    return path


def run(recording: Path, store: str, folder: Path) -> dict[str, float]:
    """Play it once; returns what the ledger says."""
    command = [sys.executable, "-m", "sensorhub", "demo", "--once", "--json", "--speed", SPEED]
    command += ["--recording", str(recording), "--store", store, "--data", str(folder / store)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    ledger = json.loads(done.stdout)
    closures = sum(ledger["stored"].values())
    return {
        "readings": ledger["readings"],
        "closures": closures,
        "seconds": ledger["seconds"],
        "readings_per_s": round(ledger["readings"] / ledger["seconds"], 1),
        "edges_per_s": round(2 * closures / ledger["seconds"], 1),
        "lost": ledger["lost"],
        "duplicated": ledger["duplicated"],
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passes", type=int, default=5, help="how often the two hours are played (default 5)")
    parser.add_argument("--store", choices=("duckdb", "influxdb"), help="one store only")
    options = parser.parse_args()
    passes = options.passes
    stores = [options.store] if options.store else ["duckdb", *(["influxdb"] if shutil.which("influxd") else [])]
    with tempfile.TemporaryDirectory() as name:
        recording = longer(passes, Path(name))
        results = {store: run(recording, store, Path(name)) for store in stores}
    for store, result in results.items():
        times = HOURS * 3_600 * passes / result["seconds"]
        print(
            f"{store:9} {result['readings_per_s']:9,.0f} readings/s  {result['edges_per_s']:9,.0f} edges/s  "
            f"{times:7,.0f} times real time, starts and stops included; "
            f"lost {result['lost']}, duplicated {result['duplicated']}"
        )
    if len(results) == 2:
        print(f"duckdb / influxdb: {results['influxdb']['seconds'] / results['duckdb']['seconds']:.2f} times as fast")
    print(json.dumps({"benchmark": "path", "passes": passes, **results}))


if __name__ == "__main__":
    main()
