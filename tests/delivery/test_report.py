"""The report is written the same each time, and what docs/delivery.md says of tests is true."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.report import BEGIN, END, Machine, MarkersMissing, for_page, for_readme, main, put, read_results

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "delivery.md").read_text()
MACHINE = Machine("2026-11-25", 2, 24, "6.1.0", "3.11.7")
FAULTS = [f"F{number}" for number in range(1, 43)]

RESULTS: dict[str, dict[str, Any]] = {
    "simulated": {
        "target": "chaos-simulated",
        "seeds": 10_000,
        "lost": 0,
        "duplicated": 0,
        "altered": 0,
        "failed_starts": 0,
        "broken": [],
        "accepted": 1_234_567,
        "seconds": 601.2,
    },
    "kill": {"seeds": 20, "kills": {"gateway": 70, "hub": 30}, "accepted": 54_321, "lost": 0, "seconds": 900.0},
    "power": {"cuts": {"spool": 100, "state": 100}, "lost": 0, "accepted_checked": 9_876, "seconds": 60.0},
    "peers": {
        "how": {"telegraf-memory": "its memory buffer"},
        "peers": [
            {"peer": "ours", "broker": "b", "kills": 4, "accepted": 50, "lost": 0, "duplicated": 0, "skipped": ""},
            {"peer": "telegraf-memory", "broker": "b", "kills": 4, "accepted": 50, "lost": 7, "skipped": ""},
            {"peer": "telegraf-disk", "broker": "b", "kills": 0, "skipped": "it is not installed"},
        ],
    },
    "mutations": {
        "mutations": 2,
        "caught": 1,
        "table": [
            {"mutation": "a", "breaks": "b", "caught": True, "tier": "T1", "where": "seed 7", "seconds": 1.2},
            {
                "mutation": "c",
                "breaks": "d|e",
                "caught": False,
                "tier": "T3",
                "where": "",
                "seconds": 0,
                "skipped": "no",
            },
        ],
    },
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with two pages, and results of all targets."""
    (tmp_path / "docs").mkdir()
    for name in ("README.md", "docs/delivery.md"):
        (tmp_path / name).write_text(f"# Before\n\n{BEGIN}\nold\n{END}\n\nAfter.\n")
    for name, result in RESULTS.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(result))
    return tmp_path


def test_report_written_twice_is_the_same(folder: Path) -> None:
    pages = [folder / "README.md", folder / "docs" / "delivery.md"]

    assert main(["--from", str(folder), "--root", str(folder)]) == 0
    once = [page.read_text() for page in pages]
    assert main(["--from", str(folder), "--root", str(folder)]) == 0

    assert [page.read_text() for page in pages] == once
    assert all(text.startswith("# Before\n") and text.endswith("\n\nAfter.\n") and "old" not in text for text in once)


def test_report_tells_the_figures_of_every_target(folder: Path) -> None:
    page, readme = for_page(read_results(folder), MACHINE), for_readme(read_results(folder), MACHINE)

    for text in ("10,000 seeds", "1,234,567", "20 seeds, 100 kills", "100 of spool, 100 of state", "9,876", "| 7 |"):
        assert text in page
        assert text in readme
    assert "2026-11-25, on a machine with 2 cores, 24 GB of memory, Linux 6.1.0 and Python 3.11.7" in page
    assert "| a | b | T1, seed 7 | 1.2 |" in page
    assert "not run: it is not installed" in page
    assert "1 of 2 mutations" in page
    for table in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
        assert len({line.count("|") for line in table.splitlines()}) == 1, table


def test_report_of_what_was_not_run_or_found_something_fails(folder: Path) -> None:
    (folder / "power.json").write_text(json.dumps({**RESULTS["power"], "lost": 3}))
    assert main(["--from", str(folder), "--root", str(folder)]) == 1

    (folder / "power.json").unlink()
    assert main(["--from", str(folder), "--root", str(folder)]) == 1


def test_report_of_power_cuts_that_cannot_be_made_says_why(folder: Path) -> None:
    (folder / "power.json").write_text(json.dumps({"cuts": {}, "skipped": "Images cannot be mounted: no."}))

    assert "not run: Images cannot be mounted: no." in for_page(read_results(folder), MACHINE)


def test_page_without_markers_is_named() -> None:
    with pytest.raises(MarkersMissing, match=r"README\.md has no lines"):
        put("nothing here", "block", "README.md")


def test_both_pages_have_a_place_for_results() -> None:
    for name in ("README.md", "docs/delivery.md"):
        put((ROOT / name).read_text(), "block", name)


def test_every_fault_has_its_line() -> None:
    assert re.findall(r"^\| (F\d+) \|", PAGE, re.MULTILINE) == FAULTS


def test_tests_named_on_the_page_exist() -> None:
    named = re.findall(r"`(tests/[\w/.]+\.py)(?:::(\w+))?`", PAGE)
    missing = [
        f"{file}::{test}" if test else file
        for file, test in named
        if not (ROOT / file).exists() or (test and f"def {test}(" not in (ROOT / file).read_text())
    ]

    assert named
    assert missing == []


def test_nemeses_named_on_the_page_exist() -> None:
    known = (ROOT / "tests/delivery/simulated/plan.py").read_text() + (
        ROOT / "tests/delivery/kill/nemesis.py"
    ).read_text()
    named = re.findall(r"T[12] `([a-z-]+)`", PAGE)

    assert named
    assert [name for name in named if f'"{name}"' not in known and f"    {name.replace('-', '_')}: " not in known] == []
