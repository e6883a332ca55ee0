"""Power cuts from the command line: `python -m tests.delivery.power --cuts 20`; one JSON object on the last line."""

import argparse
import json
import logging
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from tests.delivery.power.findings import KINDS, Findings
from tests.delivery.power.hub_cuts import DuckdbSubject, StateSubject
from tests.delivery.power.images import CannotMount, lacks, try_out, with_own_mounts, work_folder
from tests.delivery.power.process import watch_children
from tests.delivery.power.rounds import Result, Subject, run_rounds
from tests.delivery.power.spool_cuts import SpoolSubject

SUBJECTS: dict[str, Callable[[Path, int], Subject]] = {
    "spool": SpoolSubject,
    "duckdb": DuckdbSubject,
    "state": StateSubject,
}
HUB = ("duckdb", "state")


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(1)


def main() -> int:
    """Run what the arguments say; 0 where nothing was wrong or nothing could be cut here, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.delivery.power", description=__doc__)
    parser.add_argument("--cuts", type=int, default=20, help="power cuts for each writer (default 20)")
    parser.add_argument("--seed", type=int, default=1, help="of the first round; it rises by one each 10 cuts")
    parser.add_argument("--writer", choices=[*SUBJECTS, "hub", "all"], default="all")
    parser.add_argument("--preload", help="a library to run the writers under, as libeatmydata.so")
    parser.add_argument("--output", type=Path, help="a file for the JSON object as well")
    asked = parser.parse_args()

    began_s = time.monotonic()
    names = {"all": tuple(SUBJECTS), "hub": HUB}.get(asked.writer, (asked.writer,))
    results: dict[str, Result] = {}
    skipped = lacks()
    if skipped is None:
        with_own_mounts([sys.executable, "-m", "tests.delivery.power", *sys.argv[1:]])
        signal.signal(signal.SIGTERM, _end)
        watch_children()
        logging.disable()  # what production code says of damaged cards is no finding
        with tempfile.TemporaryDirectory(prefix="power-", dir=work_folder()) as folder:
            try:
                try_out(Path(folder))
            except CannotMount as error:
                skipped = str(error)
            else:
                for name in names:
                    results[name] = run_rounds(SUBJECTS[name], asked.seed, asked.cuts, Path(folder), asked.preload)
    return _report(results, skipped, time.monotonic() - began_s, asked.output)


def _report(results: dict[str, Result], skipped: str | None, seconds: float, output: Path | None) -> int:
    found = Findings()
    for name, result in results.items():
        found.join(result.found, name)
    for sentence in found.sentences:
        print(sentence)
    outcome: dict[str, object] = {
        "target": "chaos-power",
        "cuts": {name: result.cuts for name, result in results.items()},
        **{kind: found.kinds[kind] for kind in KINDS},
        "accepted_checked": found.checked,
        "seconds": round(seconds, 1),
    }
    if skipped is not None:
        print(skipped)
        outcome["skipped"] = skipped
    if found.moments:
        print("Moments: " + ", ".join(f"{place} {count}" for place, count in sorted(found.moments.items())) + ".")
    text = json.dumps(outcome)
    if output is not None:
        output.write_text(text + "\n")
    print(text)
    return 1 if found.sentences else 0


if __name__ == "__main__":
    sys.exit(main())
