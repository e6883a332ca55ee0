"""`make chaos-kill`: real processes under kills and faults; exit code 1 when anything is lost or wrong."""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn

from simulators.programs import find_program
from tests.delivery.kill.parts import bound_to_us
from tests.delivery.kill.rig import draw_plan
from tests.delivery.kill.seed import DRAIN_S, FAULTS_S, SeedResult, run_seed

TARGET = "chaos-kill"
SEED_S_MAX = FAULTS_S + 3 * DRAIN_S + 60
"""A seed that is not through by then has a process that hangs; it is ended, and counts as broken."""

JOBS = min(2, os.cpu_count() or 1)
"""A seed mostly waits, and keeps half of a processor busy."""

_children: set["subprocess.Popen[str]"] = set()

FIELDS = ("lost", "duplicated", "altered", "accepted", "stored", "closures")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the seeds that were asked for; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.delivery.kill", description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="how many (default 3)")
    parser.add_argument("--from", dest="first", type=int, default=1, help="the first of them (default 1)")
    parser.add_argument("--seed", type=int, help="this one alone")
    parser.add_argument("--store", choices=("duckdb", "influxdb", "both"), default="both", help="both: in turn")
    parser.add_argument("--jobs", type=int, default=JOBS, help=f"so many seeds at a time (default {JOBS})")
    parser.add_argument("--output", type=Path, help="a file for the JSON object as well")
    asked = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _end)
    if asked.seed is not None:
        return _alone(asked.seed, asked.store)
    began_s = time.monotonic()
    left_out = []
    if asked.store == "both" and find_program("influxd") is None:
        left_out.append("influxd is not on the PATH: every seed is on DuckDB")
        asked.store = "duckdb"
    if find_program("faketime") is None:
        left_out.append("faketime is not on the PATH: no wall clock is made to jump")
    seeds = range(asked.first, asked.first + asked.seeds)
    lock = threading.Lock()
    with ThreadPoolExecutor(max(1, asked.jobs)) as pool:
        results = list(pool.map(lambda seed: _child(seed, asked.store, lock), seeds))
    total = _sum(results)
    total["skipped"] += left_out
    total["seconds"] = round(time.monotonic() - began_s, 1)
    if asked.output is not None:
        asked.output.write_text(json.dumps(total) + "\n")
    print(json.dumps(total), flush=True)
    return 0 if total["clean"] else 1


def _end(*_: object) -> NoReturn:
    """SIGTERM: leave by way of everything that ends what was started."""
    for child in _children:
        child.terminate()
    raise SystemExit(128 + signal.SIGTERM)


def _alone(seed: int, store: str) -> int:
    result = run_seed(draw_plan(seed, store), lambda text: print(f"[{seed}] {text}", flush=True))
    fields = _fields(result)
    for what in fields["broken"] + fields["failed"]:
        print(f"[{seed}] {what}", flush=True)
    print(json.dumps(fields), flush=True)
    return 0 if result.is_clean else 1


def _fields(result: SeedResult) -> dict[str, Any]:
    verdict = result.verdict
    return {
        "target": TARGET,
        "seeds": 1,
        "seed": result.seed,
        **{name: getattr(verdict, name) for name in FIELDS},
        "broken": [f"seed {result.seed}: {what}" for what in verdict.broken],
        "failed_starts": len(result.failed_starts),
        "failed": [f"seed {result.seed}: {what}" for what in result.failed_starts],
        "kills": dict(result.kills),
        "faults": dict(result.faults),
        "restarts": result.restarts,
        "captures": result.captures,
        "bad_messages": result.bad_messages,
        "skipped": result.skipped,
        "drain_s": round(result.drain_s, 1),
        "seconds": round(result.seconds, 1),
        "clean": result.is_clean,
    }


def _child(seed: int, store: str, lock: threading.Lock) -> dict[str, Any]:
    """Run one seed as a process of its own, so that nothing of it outlives its time."""
    command = [sys.executable, "-m", "tests.delivery.kill", "--seed", str(seed), "--store", store]
    with subprocess.Popen([*bound_to_us(), *command], stdout=subprocess.PIPE, text=True) as process:
        _children.add(process)
        timer = threading.Timer(SEED_S_MAX, process.kill)
        timer.start()
        last = ""
        assert process.stdout is not None
        for line in process.stdout:
            last = line
            if not line.startswith("{"):
                with lock:
                    print(line, end="", flush=True)
        timer.cancel()
    _children.discard(process)
    try:
        fields: dict[str, Any] = json.loads(last)
    except ValueError:
        why = f"seed {seed}: it ended with {process.returncode} and without a result: {last.strip()}"
        fields = {"seed": seed, "broken": [why], "clean": False, "seeds": 1}
    with lock:
        said = ", ".join(f"{fields.get(name, 0)} {name}" for name in FIELDS)
        print(f"Seed {seed}: {said}; {fields.get('seconds', 0)} s, drained in {fields.get('drain_s', 0)} s", flush=True)
    return fields


def _sum(results: list[dict[str, Any]]) -> dict[str, Any]:
    counts = {name: sum(one.get(name, 0) for one in results) for name in FIELDS}
    tallies: dict[str, Counter[str]] = {name: Counter() for name in ("kills", "faults")}
    for one in results:
        for name, tally in tallies.items():
            tally.update(one.get(name, {}))
    return {
        "target": TARGET,
        "seeds": len(results),
        **counts,
        "broken": [what for one in results for what in one["broken"]],
        "failed_starts": sum(one.get("failed_starts", 0) for one in results),
        "failed": [what for one in results for what in one.get("failed", [])],
        **{name: dict(tally) for name, tally in tallies.items()},
        **{name: sum(one.get(name, 0) for one in results) for name in ("restarts", "captures", "bad_messages")},
        "skipped": sorted({one["skipped"] for one in results if one.get("skipped")}),
        "bad_seeds": [one["seed"] for one in results if not one["clean"]],
        "drain_s_max": max((one.get("drain_s", 0.0) for one in results), default=0.0),
        "clean": all(one["clean"] for one in results),
    }


if __name__ == "__main__":
    sys.exit(main())
