"""The report: results of the targets, as tables in docs/delivery.md and README.md."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sensorhub.clock import rfc3339, wall_us

ROOT = Path(__file__).parent.parent.parent
BEGIN, END = "<!-- results begin -->", "<!-- results end -->"
TARGETS = ("simulated", "kill", "power", "mutations", "peers")
"""Each is a module beside this one that writes its JSON object with `--output`."""

Result = Mapping[str, Any]


class MarkersMissing(Exception):
    """A page has no place for the results."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Where and when the results were made.

    Arguments:
        day: as in 2026-11-25.
        cores: of the machine.
        memory_gb: rounded.
        kernel, python: their versions.
    """

    day: str
    cores: int
    memory_gb: int
    kernel: str
    python: str

    @classmethod
    def here(cls) -> "Machine":
        """This one, today."""
        memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        day = rfc3339(wall_us())[:10]
        cores = os.cpu_count() or 1
        return cls(day, cores, round(memory_bytes / 2**30), platform.release(), platform.python_version())

    def __str__(self) -> str:
        return (
            f"{self.day}, on a machine with {self.cores} cores, {self.memory_gb} GB of memory, Linux {self.kernel} and "
            f"Python {self.python}"
        )


def read_results(folder: Path) -> dict[str, Result]:
    """The results there are in a folder, by target."""
    found = {name: folder / f"{name}.json" for name in TARGETS}
    return {name: json.loads(path.read_text()) for name, path in found.items() if path.exists()}


def run_targets(folder: Path) -> None:
    """Run all targets at their usual size."""
    for name in TARGETS:
        print(f"Running {name}.", flush=True)
        command = [sys.executable, "-m", f"tests.delivery.{name}", "--output", str(folder / f"{name}.json")]
        subprocess.run(command, cwd=ROOT, check=False)


def for_page(results: Mapping[str, Result], machine: Machine) -> str:
    """What stands between the markers of docs/delivery.md."""
    parts = [f"Written by `make chaos-report` on {machine}.", _table(_HEADS, _rows(results))]
    if copies := results.get("simulated", {}).get("lost_to_copies"):
        parts.append(f'Beside these, {copies:,} records went between a card and its copy in T1 ("Its limits" above).')
    if peers := results.get("peers"):
        parts += ["### The same kills against what people use today", _peers(peers), *_how(peers)]
    if mutations := results.get("mutations"):
        parts += [
            "### Broken on purpose",
            f"{mutations['caught']} of {mutations['mutations']} mutations were noticed.",
            _mutations(mutations),
        ]
    return "\n\n".join(parts)


def for_readme(results: Mapping[str, Result], machine: Machine) -> str:
    """What stands between the markers of README.md."""
    rows = [[row[0].partition(" (")[0], row[2], row[3], row[4], row[5]] for row in _rows(results)]
    for peer in results.get("peers", {}).get("peers", ()):
        if peer["peer"] != "ours" and not peer["skipped"]:
            what = f"beside it, {peer['peer']} with {peer['broker']}"
            rows.append([what, f"{peer['kills']:,} kills", *_peer_counts(peer)[1:]])
    parts = [_table(["What is done to it", "How often", "Accepted", "Lost", "Twice"], rows)]
    if mutations := results.get("mutations"):
        parts.append(
            f"The proof can fail: broken on purpose in {mutations['mutations']} ways, the product was caught in "
            f"{mutations['caught']}."
        )
    parts.append(f"Measured on {machine}; [how, and what is not promised](docs/delivery.md).")
    return "\n\n".join(parts)


_HEADS = [
    "What",
    "Command",
    "How often",
    "Accepted",
    "Lost",
    "Twice",
    "Altered",
    "Failed starts",
    "Other findings",
    "s",
]


def _rows(results: Mapping[str, Result]) -> list[list[str]]:
    rows = []
    if result := results.get("simulated"):
        rows.append(
            _row("faults of every kind, simulated (T1)", "chaos-simulated", f"{result['seeds']:,} seeds", result)
        )
    if result := results.get("kill"):
        kills = sum(result.get("kills", {}).values())
        how = f"{result['seeds']:,} seeds, {kills:,} kills"
        rows.append(_row("real processes killed, cut off, filled up (T2)", "chaos-kill", how, result))
    if result := results.get("power"):
        if "skipped" in result:
            rows.append(["power cuts (T3)", "`make chaos-power`", f"not run: {result['skipped']}", *[""] * 7])
        else:
            how = ", ".join(f"{count:,} of {name}" for name, count in result["cuts"].items())
            counted = {**result, "accepted": result["accepted_checked"]}
            rows.append(_row("power cuts of card and hub (T3)", "chaos-power", how, counted))
    return rows


def _row(what: str, target: str, how: str, result: Result) -> list[str]:
    named = _counts(result, "accepted", "lost", "duplicated", "altered", "failed_starts")
    other = str(len(result.get("broken", ())))
    return [what, f"`make {target}`", how, *named, other, f"{result.get('seconds', 0):,.0f}"]


def _counts(result: Result, *names: str) -> list[str]:
    return [f"{result.get(name, 0):,}" for name in names]


def _peers(result: Result) -> str:
    rows = [
        [
            row["peer"],
            row["broker"],
            *(["", f"not run: {row['skipped']}", "", ""] if row["skipped"] else _peer_counts(row)),
        ]
        for row in result["peers"]
    ]
    return _table(["Who", "Broker", "Kills", "Accepted", "Lost", "Twice"], rows)


def _peer_counts(peer: Result) -> list[str]:
    counts = _counts(peer, "kills", "accepted", "lost", "duplicated")
    # Where the store's key is series and time, what is written twice cannot be seen.
    return [*counts[:-1], "hidden by the key"] if peer["peer"].startswith("telegraf") else counts


def _how(result: Result) -> Iterable[str]:
    if how := result.get("how"):
        yield "\n".join(f"- {peer}: {text}." for peer, text in how.items())


def _mutations(result: Result) -> str:
    rows = [
        [
            row["mutation"],
            row["breaks"],
            f"{row['tier']}, {row['where']}" if row["caught"] else row.get("skipped", "nobody"),
            f"{row['seconds']:.1f}",
        ]
        for row in result["table"]
    ]
    return _table(["Mutation", "What it breaks", "Noticed by", "s"], rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *([cell.replace("|", "/") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)


def put(text: str, block: str, page: str) -> str:
    """`text` with `block` between its markers, in place of what stood there.

    Raises:
        MarkersMissing: it has none.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise MarkersMissing(f"{page} has no lines {BEGIN} and {END}: put them where the results belong.")
    return f"{before}{BEGIN}\n\n{block}\n\n{END}{after}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write both pages; 1 where a result is missing or tells of a finding, 2 where a page has no place for them."""
    parser = argparse.ArgumentParser(prog="python -m tests.delivery.report", description=__doc__)
    parser.add_argument("--from", dest="folder", type=Path, help="results of the targets (default: run them all now)")
    parser.add_argument("--root", type=Path, default=ROOT, help="of the pages (default: this project)")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as own:
        if asked.folder is None:
            run_targets(Path(own))
        results = read_results(asked.folder or Path(own))
    machine = Machine.here()
    pages = {"docs/delivery.md": for_page(results, machine), "README.md": for_readme(results, machine)}
    try:
        written = {name: put((asked.root / name).read_text(), block, name) for name, block in pages.items()}
    except MarkersMissing as missing:
        print(missing)
        return 2
    for name, text in written.items():
        (asked.root / name).write_text(text)
        print(f"Written into {name}.")
    missing_targets = [name for name in TARGETS if name not in results]
    if missing_targets:
        print(f"No results of {', '.join(missing_targets)}: run make chaos first.")
    found = sum(_findings(result) for result in results.values())
    print(json.dumps({"target": "chaos-report", "results": sorted(results), "findings": found}))
    return 1 if missing_targets or found else 0


def _findings(result: Result) -> int:
    counted = sum(result.get(name, 0) for name in ("lost", "duplicated", "altered", "failed_starts"))
    return int(counted + len(result.get("broken", ())) + len(result.get("wrong", ())))


if __name__ == "__main__":
    sys.exit(main())
