"""CPU and memory of the gateway process in real time: 23 detectors of a junction, beside a process that only imports.

`python -m benchmarks.bench_gateway [--seconds 60]`; the player lives in the gateway's process and is counted with it.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

IDLE = "import asyncio, aiomqtt, gpiozero, pydantic\nasyncio.run(asyncio.sleep(3600))"
WARM_S = 15.0


def usage(pid: int) -> tuple[float, float]:
    """CPU seconds used so far, and resident memory in MB."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    cpu_s = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return cpu_s, int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def gateway_pid(data: Path, deadline_s: float) -> int:
    """The pid of the demo's gateway, once it runs."""
    while time.monotonic() < deadline_s:
        try:
            return int(json.loads((data / "processes.json").read_text())["gateway"])
        except (OSError, ValueError, KeyError):
            time.sleep(0.1)
    raise SystemExit("the demo did not start a gateway")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to measure (default 60)")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "demo"
        command = [sys.executable, "-m", "sensorhub", "demo", "--data", str(data), "--port", "0"]
        demo = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        idle = subprocess.Popen([sys.executable, "-c", IDLE])
        try:
            pids = {"gateway": gateway_pid(data, time.monotonic() + 60), "imports only": idle.pid}
            time.sleep(WARM_S)
            before = {what: usage(pid) for what, pid in pids.items()}
            time.sleep(seconds)
            after = {what: usage(pid) for what, pid in pids.items()}
        finally:
            demo.send_signal(signal.SIGINT)
            idle.terminate()
            demo.wait()
            idle.wait()
    results = {
        what: {"cpu_percent": round((after[what][0] - before[what][0]) / seconds * 100, 2), "rss_mb": after[what][1]}
        for what in pids
    }
    for what, result in results.items():
        print(f"{what:13} {result['cpu_percent']:6.2f} % of a core   {result['rss_mb']:6.1f} MB")
    print(f"memory: {results['gateway']['rss_mb'] / results['imports only']['rss_mb']:.2f} times that of the imports")
    print(json.dumps({"benchmark": "gateway", "seconds": seconds, **results}))


if __name__ == "__main__":
    main()
