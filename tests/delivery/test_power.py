"""Power cuts: nothing that was accepted is gone, and the check that says so can fail."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simulators.programs import find_program

ROOT = Path(__file__).parent.parent.parent


def _cut(*arguments: str) -> tuple[int, dict[str, Any], str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.delivery.power", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout, done.stderr
    outcome = json.loads(done.stdout.splitlines()[-1])
    if "skipped" in outcome:
        assert done.returncode == 0
        pytest.skip(outcome["skipped"])
    return done.returncode, outcome, done.stdout


@pytest.mark.parametrize("writer", ["spool", "duckdb", "state"])
def test_power_cuts_take_nothing_that_was_accepted(writer: str) -> None:
    code, outcome, said = _cut("--cuts", "3", "--writer", writer)

    assert code == 0, said
    assert outcome["cuts"] == {writer: 3}
    assert outcome["accepted_checked"] > 0


@pytest.mark.parametrize("writer", ["spool", "state"])
def test_power_cuts_find_that_nothing_is_synced(writer: str) -> None:
    if find_program("eatmydata") is None:
        pytest.skip("eatmydata is not installed")

    code, outcome, said = _cut("--cuts", "20", "--writer", writer, "--preload", "libeatmydata.so")

    assert code == 1, said
    assert outcome["lost"] > 0
    assert "seed 1" in said
