"""Seconds for `config check` of a thousand gateways, beside only parsing their TOML.

`python -m benchmarks.bench_config_check [--gateways 1000] [--rounds 3]`; goal: 1,000 in less than 2 s.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

from benchmarks.report import Report
from firmware_config.deployment import load_deployment

EXAMPLE = Path(__file__).parent.parent / "deployments" / "essex"
GOAL_S = 2.0
GOAL_GATEWAYS = 1_000


def grown(folder: Path, gateways: int) -> int:
    """Make a deployment of copies of the example's gateways, each at a site of its own; returns its sensors."""
    example = load_deployment(EXAMPLE)
    names = list(example.gateways)
    told = {each["id"]: each for each in tomllib.loads((EXAMPLE / "sites.toml").read_text())["sites"]}
    (folder / "gateways").mkdir(parents=True)
    tables, sensors = [], 0
    for at in range(gateways):
        name = names[at % len(names)]
        config = example.gateways[name]
        text = (EXAMPLE / "gateways" / f"{name}.toml").read_text()
        for key, value in (("gateway", name), ("site", config.site)):
            text = text.replace(f'{key} = "{value}"', f'{key} = "{value}-{at}"')
        (folder / "gateways" / f"{name}-{at}.toml").write_text(text)
        tables.append({**told[config.site], "id": f"{config.site}-{at}"})
        sensors += len(config.sensors)
    (folder / "sites.toml").write_text("\n".join(map(_table, tables)))
    return sensors


def _table(site: dict[str, object]) -> str:
    return "\n".join(["[[sites]]", *(f"{key} = {json.dumps(value)}" for key, value in site.items()), ""])


def check_s(folder: Path) -> float:
    """Seconds of the whole command, its start included."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "sensorhub", "config", "check", str(folder)]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def parse_s(folder: Path) -> float:
    """Seconds of parsing the same files and nothing else."""
    begun = time.perf_counter()
    for path in folder.rglob("*.toml"):
        with path.open("rb") as file:
            tomllib.load(file)
    return time.perf_counter() - begun


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gateways", type=int, default=GOAL_GATEWAYS, help="how many (default 1,000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often it is measured; the median counts (default 3)")
    options = parser.parse_args()
    report = Report("config_check")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "deployment"
        sensors = grown(folder, options.gateways)
        checked = statistics.median(check_s(folder) for _ in range(options.rounds))
        parsed = statistics.median(parse_s(folder) for _ in range(options.rounds))
    head = ("", "s", "gateways/s")
    report.table(
        head,
        [
            ("config check", f"{checked:.2f}", f"{options.gateways / checked:,.0f}"),
            ("only parsing the TOML", f"{parsed:.2f}", f"{options.gateways / parsed:,.0f}"),
        ],
    )
    report.say(f"{options.gateways:,} gateways with {sensors:,} sensors; ratio {checked / parsed:.2f}")
    if options.gateways == GOAL_GATEWAYS:
        report.goal("config check of 1,000 gateways", checked, "<=", GOAL_S, "s")
    report.end(
        gateways=options.gateways,
        sensors=sensors,
        check_s=round(checked, 3),
        parse_s=round(parsed, 3),
        ratio=round(checked / parsed, 2),
    )


if __name__ == "__main__":
    main()
