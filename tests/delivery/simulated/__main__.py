"""The command: runs seeds, prints what came of them, and one JSON object on the last line."""

import argparse
import gc
import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.delivery.simulated.world import Result, World

BROKEN_SHOWN = 20
CHUNK = 20
COLLECT_EVERY = 25


def run_seed(seed: int) -> Result:
    """Run one seed, without its log."""
    logging.disable(logging.CRITICAL)
    gc.disable()  # worlds are small and go as a whole
    result = World(seed).run()
    if seed % COLLECT_EVERY == 0:
        gc.collect()
    return result


def _run_all(seeds: Iterable[int], jobs: int) -> Iterator[Result]:
    if jobs == 1:
        yield from map(run_seed, seeds)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(run_seed, seeds, chunksize=CHUNK)


def main() -> int:
    """Returns the exit code: 1 where anything broke."""
    options = argparse.ArgumentParser(prog="python -m tests.delivery.simulated", description=__doc__)
    options.add_argument("--seeds", type=int, default=100, help="how many seeds to run (default 100)")
    options.add_argument("--from", type=int, default=1, dest="first", help="the first of them (default 1)")
    options.add_argument("--seed", type=int, help="this one seed only")
    options.add_argument("--trace", action="store_true", help="print the log of what happens")
    options.add_argument("--jobs", type=int, default=1, help="how many processes (default 1)")
    options.add_argument("--output", type=Path, help="also write the JSON object into this file")
    asked = options.parse_args()
    seeds = [asked.seed] if asked.seed is not None else range(asked.first, asked.first + asked.seeds)
    began_s = time.monotonic()
    if asked.trace:
        logging.disable(logging.CRITICAL)
        results = iter([World(seed, print).run() for seed in seeds])
    else:
        results = _run_all(seeds, asked.jobs)
    counts: Counter[str] = Counter()
    broken: list[Result] = []
    for done, result in enumerate(results, 1):
        counts["accepted"] += result.accepted
        counts["stored"] += result.stored
        counts["closures"] += result.closures
        counts["steps"] += result.steps
        counts["lost_to_copies"] += result.lost_to_copies
        if result.broken:
            broken.append(result)
            print(f"seed {result.seed}: {result.broken}", flush=True)
        if done % 100 == 0:
            print(f"{done:,} of {len(seeds):,} seeds, {len(broken)} broken", file=sys.stderr, flush=True)
    seconds = time.monotonic() - began_s
    kinds = Counter(result.what for result in broken)
    told = {
        "target": "chaos-simulated",
        "seeds": len(seeds),
        "lost": kinds["lost"],
        "duplicated": kinds["duplicated"],
        "altered": kinds["altered"],
        "failed_starts": kinds["failed start"],
        "broken": [f"seed {result.seed}: {result.broken}" for result in broken[:BROKEN_SHOWN]],
        **counts,
        "seconds": round(seconds, 1),
        "per_core_per_s": round(len(seeds) / seconds / max(1, asked.jobs), 1),
    }
    if asked.output is not None:
        asked.output.write_text(json.dumps(told) + "\n")
    print(json.dumps(told))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
