"""What a gateway can take and what it costs: edges a second, CPU at rest and at 40 edges/s, memory, start; and mqtt-io.

`python -m benchmarks.bench_edges [--seconds 20] [--edges 200000]`; a real gateway process each, with 20 contacts, a
real mosquitto and a real hub. mqtt-io is installed from PyPI into an environment that is thrown away.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import mqtt_io
from benchmarks.report import Report
from benchmarks.servers import broker_and_hub, why_no_broker, write_gateway
from benchmarks.usage import Usage, cpu_s, measure
from sensorhub.broker import BrokerSettings
from tests.system.hub_process import HubProcess

EDGES_PER_S = 40.0
WARM_S = 6.0
"""What a start costs, and the first packs, are not what a running gateway costs."""

READY_S_MAX = 30.0
AT_REST, BUSY, DRIVER = "gateway at rest", "gateway, driver, 40 edges/s", "driver alone, 40 edges/s"
ACCEPTS = "watches"
"""In the line that a gateway logs after its first append: the levels of all contacts are in the journal by then."""

GOALS = {"edges/s": 20_000, "cpu": 1.0, "rss": 64.0, "start": 1.0}

MQTT_IO_IS = (
    "mqtt-io: its gpiozero module on gpiozero's mock pins, 20 inputs with `interrupt: both`, the same driver, its log "
    "at WARNING. It publishes each edge at once (QoS 0) and keeps nothing: no debounce here (this module ignores "
    "`bouncetime`), no time of the edge, no interval readings, no journal, no receipt. What it publishes while the "
    "broker is away is lost, and edges that come fast are sent out of order."
)


def environment() -> dict[str, str]:
    """For a gateway on mock pins."""
    return os.environ | {"GPIOZERO_PIN_FACTORY": "mock"}


@dataclass(frozen=True, slots=True)
class Start:
    """From the start of a process to its first accepted samples: seconds, and seconds of CPU in that."""

    took_s: float
    cpu_s: float


def start_gateway(config: Path) -> tuple[subprocess.Popen[str], Start]:
    """Start `sensorhub gateway run` and wait for its first samples."""
    begun_s = time.monotonic()
    command = [sys.executable, "-m", "sensorhub", "gateway", "run", "--config", str(config)]
    process = subprocess.Popen(command, env=environment(), stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if ACCEPTS in line:
            return process, Start(time.monotonic() - begun_s, cpu_s(process.pid))
    raise SystemExit("the gateway did not start")


def time_starts(config: Path, starts: int) -> Start:
    """The medians of so many starts."""
    taken = []
    for _ in range(starts):
        process, start = start_gateway(config)
        taken.append(start)
        _end(process)
    return Start(median(start.took_s for start in taken), median(start.cpu_s for start in taken))


def drive_burst(config: Path, edges: int) -> dict[str, float]:
    """Edges through pin, debounce, sampler and spool of one gateway process, as fast as it accepts them."""
    command = [sys.executable, "-m", "benchmarks.driven", "burst", str(config), str(edges)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def costs(
    work: Path, broker: BrokerSettings, hub: HubProcess, python: Path | None, seconds: float
) -> tuple[dict[str, Usage], dict[str, int]]:
    """CPU and memory of all processes over the same stretch: gateways at rest and driven, driver alone, mqtt-io.

    Returns:
        Beside these how many edges were driven at 40 a second, and how many of them stand in the spool.
    """
    with ExitStack() as stack:

        def driven(gateway: str, *more: str) -> subprocess.Popen[str]:
            config = write_gateway(work, gateway, hub, broker).config
            command = [sys.executable, "-m", "benchmarks.driven", "pace", str(config), str(EDGES_PER_S), *more]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            stack.callback(_end, process)
            assert process.stdout is not None
            process.stdout.readline()  # it moves its contacts from here on
            return process

        at_rest, _ = start_gateway(write_gateway(work, "at-rest", hub, broker).config)
        stack.callback(_end, at_rest)
        busy = driven("driven")
        pids = {AT_REST: at_rest.pid, BUSY: busy.pid, DRIVER: driven("alone", "--bare").pid}
        for what, edges_per_s in (("mqtt-io at rest", 0.0), ("mqtt-io, driver, 40 edges/s", EDGES_PER_S)):
            if python is not None:
                prefix = f"peer-{edges_per_s:.0f}"  # its client id comes from it, and must be its own
                config = mqtt_io.write_config(work / f"{prefix}.yml", broker, prefix)
                peer = mqtt_io.start(python, config, "pace", edges_per_s)
                stack.callback(_end, peer)
                pids[what] = peer.pid
        time.sleep(min(WARM_S, seconds))
        usages = measure(pids, seconds)
        busy.terminate()
        return usages, json.loads(busy.communicate()[0])


def _end(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait()


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long CPU time is watched (default 20)")
    parser.add_argument("--edges", type=int, default=200_000, help="edges as fast as they go (default 200,000)")
    parser.add_argument("--peer-edges", type=int, default=5_000, help="the same for mqtt-io (default 5,000)")
    parser.add_argument("--starts", type=int, default=5, help="starts that are timed (default 5)")
    parser.add_argument("--no-peer", action="store_true", help="leave mqtt-io out")
    options = parser.parse_args()
    report = Report("edges")
    if reason := why_no_broker():
        report.skip("everything", reason)
        report.end()
        return
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        python = None
        try:
            python = None if options.no_peer else mqtt_io.install(work / "peer")
        except mqtt_io.NotInstalled as error:
            report.skip("mqtt-io", f"it cannot be installed here ({error})")
        with broker_and_hub(work) as (broker, hub):
            started = time_starts(write_gateway(work, "starts", hub, broker).config, options.starts)
            ours = drive_burst(write_gateway(work, "burst", hub, broker).config, options.edges)
            peer = None
            if python is not None:
                peer = mqtt_io.burst(
                    python, mqtt_io.write_config(work / "peer.yml", broker), broker, options.peer_edges
                )
            usages, paced = costs(work, broker, hub, python, options.seconds)
    tell(report, ours, paced, peer, started, usages)


def tell(
    report: Report,
    ours: dict[str, float],
    paced: dict[str, int],
    peer: mqtt_io.BurstResult | None,
    started: Start,
    usages: dict[str, Usage],
) -> None:
    """Print what was found."""
    per_s = ours["driven"] / ours["seconds"]
    lost = ours["driven"] - ours["in_spool"] + abs(paced["driven"] - paced["in_spool"])
    rows = [
        [
            "gateway",
            f"{ours['driven']:,}",
            f"{ours['in_spool']:,} in the spool",
            f"{per_s:,.0f}",
            "-",
            f"{started.took_s:.2f}",
        ]
    ]
    if peer is not None:
        rows.append(
            [
                *("mqtt-io", f"{peer.driven:,}", f"{peer.received:,} at a subscriber", f"{peer.edges_per_s:,.0f}"),
                *(f"{peer.out_of_order:,}", f"{peer.start_s:.2f}"),
            ]
        )
    report.table(["", "edges driven", "arrived", "edges/s", "out of order", "start, s"], rows)
    report.table(
        ["", "% of a core", "MB"],
        [[what, f"{usage.cpu_percent:.2f}", f"{usage.rss_mb:.1f}"] for what, usage in usages.items()],
    )
    driver = usages[DRIVER].cpu_percent
    busy = usages[BUSY].cpu_percent - driver
    report.say(
        f"With mock pins the driver lives in the process that it drives: its share, {driver:.2f} %, is taken off below."
    )
    if peer is not None:
        report.say(MQTT_IO_IS)
        report.say(f"edges/s: {per_s / peer.edges_per_s:.1f} times mqtt-io's")
    report.say(f"of the gateway's start {started.cpu_s:.2f} s are CPU time, most of it imports")
    report.say(f"at 40 edges/s: {paced['driven']:,} driven, {paced['in_spool']:,} in the spool")
    report.goal("edges lost", lost, "<=", 0, "edges")
    report.goal("edges through pin, debounce, sampler and spool", per_s, ">=", GOALS["edges/s"], "edges/s")
    report.goal("at rest", usages[AT_REST].cpu_percent, "<=", GOALS["cpu"], "% of a core")
    report.goal("at 40 edges/s, without the driver", busy, "<=", GOALS["cpu"], "% of a core")
    memory = max(usages[AT_REST].rss_mb, usages[BUSY].rss_mb)
    report.goal("memory", memory, "<=", GOALS["rss"], "MB")
    report.goal("start to the first accepted sample", started.took_s, "<=", GOALS["start"], "s")
    report.end(
        burst=ours,
        paced=paced,
        edges_per_s=round(per_s),
        start_s=round(started.took_s, 3),
        start_cpu_s=round(started.cpu_s, 3),
        cpu_at_40_without_driver=round(busy, 3),
        usage={
            what: {"cpu_percent": round(use.cpu_percent, 3), "rss_mb": round(use.rss_mb, 1)}
            for what, use in usages.items()
        },
        mqtt_io=None
        if peer is None
        else {
            "driven": peer.driven,
            "received": peer.received,
            "out_of_order": peer.out_of_order,
            "edges_per_s": round(peer.edges_per_s),
            "start_s": round(peer.start_s, 3),
        },
    )


if __name__ == "__main__":
    main()
