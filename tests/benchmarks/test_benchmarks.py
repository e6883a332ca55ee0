"""Each benchmark runs to its end at its smallest size and prints the line of JSON; the figures are not looked at."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import need

ROOT = Path(__file__).parent.parent.parent
TIMEOUT_S = 90.0

SMALLEST = {
    "spool": ("--commits", "2", "--rounds", "1", "--share", "0.01"),
    "edges": ("--seconds", "0.2", "--edges", "400", "--starts", "1", "--no-peer"),
    "drain": ("--minutes", "0.2", "--live-seconds", "2.5", "--rounds", "1", "--store", "duckdb"),
    "wire": ("--seconds", "0.1", "--pack-s", "0.5"),
    "config_check": ("--gateways", "20", "--rounds", "1"),
    "path": ("--passes", "1", "--store", "duckdb"),
    "fleet": ("--gateways", "20", "--seconds", "0.5"),
    "sensors": ("--seconds", "1"),
    "world": ("--hours", "0.1", "--gateway", "army-and-navy"),
}


@pytest.mark.parametrize("name", SMALLEST)
def test_benchmark_ends_with_a_line_of_json(name: str) -> None:
    need("mosquitto")

    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.bench_{name}", *SMALLEST[name]],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=TIMEOUT_S,
    )

    result = json.loads(done.stdout.splitlines()[-1])
    assert result["benchmark"] == name
    assert len(result) > 2


def test_every_benchmark_is_tried() -> None:
    files = {path.stem.removeprefix("bench_") for path in (ROOT / "benchmarks").glob("bench_*.py")}

    assert files == set(SMALLEST)
