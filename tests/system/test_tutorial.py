"""docs/adding-a-sensor.md, done as it says: its kinds in a copy of the tree, and their own tests there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.tutorial import files_of_the_tutorial, lines_of_the_tutorial

ROOT = Path(__file__).parents[2]
COPIED = ("cloud", "firmware_config", "gateway", "sensorhub", "simulators", "tests", "deployments", "pyproject.toml")
TESTS_S = 120.0


def insert(path: Path, after: str, text: str) -> None:
    """Write `text` behind the one place where `after` stands."""
    whole = path.read_text()
    assert whole.count(after) == 1
    path.write_text(whole.replace(after, after + text))


def test_kinds_of_the_tutorial_work_as_the_page_gives_them(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy(ROOT / name, tree / name)
    files = files_of_the_tutorial()
    for path, text in files.items():
        assert not (tree / path).exists(), path
        (tree / path).write_text(text)

    (line,) = lines_of_the_tutorial()
    insert(tree / "tests/gateway/sensors/bus_rig.py", "    for config in (\n", line)
    insert(tree / "tests/gateway/sensors/test_bad_bus_input.py", "CHECKED = {", '"shade-temperature", ')

    tests = [path for path in files if path.startswith("tests/")]
    assert len(tests) == 2
    tests += ["tests/gateway/sensors/test_bad_bus_input.py", "tests/simulators/test_bus_parts.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        timeout=TESTS_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout
