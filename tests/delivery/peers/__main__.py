"""`make chaos-peers`: the same kills against what people use today, and what each loses and doubles, beside ours."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.delivery.kill.rig import PartMissing, draw_plan
from tests.delivery.peers.run import HOW, OURS, PEERS, PeerResult, run_peer

TARGET = "chaos-peers"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every peer on every seed, with and without persistence of the broker; the exit code, which ours decides."""
    parser = argparse.ArgumentParser(prog="python -m tests.delivery.peers", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2, help="how many (default 2)")
    parser.add_argument("--from", dest="first", type=int, default=1, help="the first of them (default 1)")
    parser.add_argument("--seconds", type=float, default=26.0, help="time with kills, for each run (default 26)")
    parser.add_argument("--jobs", type=int, default=2, help="so many runs at a time (default 2)")
    parser.add_argument("--output", type=Path, help="a file for the JSON object as well")
    asked = parser.parse_args(arguments)
    began_s = time.monotonic()
    runs = [
        (peer, replace(draw_plan(seed, "duckdb"), persistent=persistent))
        for seed in range(asked.first, asked.first + asked.seeds)
        for persistent in (False, True)
        for peer in PEERS
    ]
    with ThreadPoolExecutor(max(1, asked.jobs)) as pool:
        results = list(pool.map(lambda run: _one(run[0], run[1], asked.seconds), runs))
    rows = [_row(peer, persistent, results) for persistent in (False, True) for peer in PEERS]
    for text in _table(rows):
        print(text)
    print()
    for peer, how in HOW.items():
        print(f"{peer}: {how}.")
    for row in rows:
        if row["skipped"]:
            print(f"Left out, {row['peer']} with {row['broker']}: {row['skipped']}.")
    ours = [row for row in rows if row["peer"] == OURS]
    total = {
        "target": TARGET,
        "seeds": asked.seeds,
        "seconds": round(time.monotonic() - began_s, 1),
        "lost": sum(row["lost"] for row in ours),
        "duplicated": sum(row["duplicated"] for row in ours),
        "peers": rows,
        "how": HOW,
        "runs": [result.as_fields() for result in results],
    }
    if asked.output is not None:
        asked.output.write_text(json.dumps(total) + "\n")
    print(json.dumps(total), flush=True)
    return 1 if any(row["lost"] or row["duplicated"] or row["skipped"] for row in ours) else 0


def _one(peer: str, plan: Any, seconds: float) -> PeerResult:
    try:
        result = run_peer(peer, plan, seconds, lambda _text: None)
    except PartMissing as error:
        result = PeerResult(peer, plan.seed, plan.persistent, skipped=f"it did not run: {error}")
    said = result.skipped or f"{result.accepted} accepted, {result.lost} lost, {result.duplicated} duplicated"
    print(f"Seed {plan.seed}, {_broker(plan.persistent)}, {peer}: {said}", flush=True)
    return result


def _row(peer: str, persistent: bool, results: list[PeerResult]) -> dict[str, Any]:
    mine = [result for result in results if result.peer == peer and result.persistent == persistent]
    sums = {name: sum(getattr(one, name) for one in mine) for name in ("accepted", "stored", "lost", "duplicated")}
    kills = sum(sum(one.kills.values()) for one in mine)
    skipped = next((one.skipped for one in mine if one.skipped), "")
    return {"peer": peer, "broker": _broker(persistent), **sums, "kills": kills, "skipped": skipped}


def _broker(persistent: bool) -> str:
    return "mosquitto saving every second" if persistent else "mosquitto without persistence"


def _table(rows: list[dict[str, Any]]) -> list[str]:
    heads = ("peer", "broker", "kills", "accepted", "lost", "duplicated")
    lines = [heads, *((*(str(row[head]) for head in heads),) for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(heads))]
    return ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines]


if __name__ == "__main__":
    sys.exit(main())
