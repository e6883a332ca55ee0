"""`sensorhub config`: exit codes, JSON for scripts, and what is asked."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from firmware_config.catalogue import kinds
from firmware_config.schema import schema_text
from sensorhub.cli import app
from sensorhub.errors import AskedWrong
from tests.firmware_config.command import json_of, run
from tests.firmware_config.example import ESSEX, broken, copied

WEIR = "gateways/a127-rayleigh-weir.toml"
GATEWAYS = len(list((ESSEX / "gateways").iterdir()))


def test_check_of_the_example_is_well() -> None:
    told = json_of("check", ESSEX)

    left = {"files_left": 0, "sensors_left": 0, "sites_left": 0, "boards_left": 0}
    seen = {"gateways": GATEWAYS, "sensors": told["sensors"], "sites": told["sites"]}
    assert told == {"well": True, "findings": [], **seen, **left}
    assert (told["sensors"], told["sites"]) > (GATEWAYS, 0)
    assert "nothing wrong" in run("check", ESSEX).stdout


def test_check_of_a_broken_copy_exits_with_1_and_tells_a_script_all(tmp_path: Path) -> None:
    folder = broken(tmp_path, WEIR, "pin = 26", "pin = 21")

    told = json_of("check", folder, code=1)

    assert told["well"] is False
    assert told["findings"] == [
        {
            "severity": "wrong",
            "file": str(folder / WEIR),
            "key": "sensors[7].pin",
            "wrong": "GPIO 21 is used by pair-4 (downstream) already",
            "instead": "take a free one: 7, 8, 9, 10",
        }
    ]
    said = run("check", folder)
    assert said.exit_code == 1
    assert (
        "WRONG   sensors[7].pin (door): GPIO 21 is used by pair-4 (downstream) already; take a free one" in said.stdout
    )
    assert "1 wrong, 0 warnings" in said.stdout


def test_check_with_warnings_alone_is_well(tmp_path: Path) -> None:
    folder = broken(tmp_path, "sites.toml", 'Town Council"\nindoors = true', 'Town Council"')

    told = json_of("check", folder)

    assert told["well"] is True
    assert {finding["severity"] for finding in told["findings"]} == {"warning"}


def test_check_of_one_file(tmp_path: Path) -> None:
    assert json_of("check", ESSEX / WEIR)["gateways"] == 1
    assert json_of("check", ESSEX / "sites.toml")["gateways"] == GATEWAYS  # the file of all of them


def test_check_of_sites_alone_says_what_comes_next(tmp_path: Path) -> None:
    (tmp_path / "sites.toml").write_text((ESSEX / "sites.toml").read_text())

    assert "nothing wrong. Next: sensorhub config new" in run("check", tmp_path).stdout


def test_check_without_sites_says_to_write_them(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "sites.toml").unlink()

    assert "it is missing; write it, with a table [[sites]] for each place" in run("check", folder).stdout


def test_check_wraps_a_finding_beside_its_sign_in_a_terminal(tmp_path: Path) -> None:
    folder = broken(tmp_path, WEIR, "pin = 26", "pin = 21")

    said = CliRunner().invoke(app, ["config", "check", str(folder)], env={"TERM": "dumb", "FORCE_COLOR": "1"})

    sentence = said.stdout.partition("WRONG   ")[2].partition(f"\n{GATEWAYS} gateways")[0].splitlines()
    assert len(sentence) == 2
    assert sentence[1].startswith(" " * 9 + "take a free one")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "nowhere"), "nowhere is not there"),
        (("check", "."), ". is no deployment"),
        (("wiring", "g"), "gateways/g.toml is not there"),
        (("catalogue", "lop"), "did you mean 'loop'?"),
        (("schema", "gatway"), "Invalid value"),
        (("new", "g", "--site", "x"), ". is no deployment"),
    ],
)
def test_what_is_asked_wrong_exits_with_2_and_a_sentence(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sensorhub", "config", *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [("check",), ("wiring", "a127-rayleigh-weir", "--deployment")])
def test_colours_come_and_go_with_the_environment(tmp_path: Path, command: tuple[str, ...]) -> None:
    folder = broken(tmp_path, WEIR, "pin = 26", "pin = 21")
    arguments = ["config", *command, str(folder)]

    coloured = CliRunner().invoke(app, arguments, env={"TERM": "xterm", "FORCE_COLOR": "1"}).stdout
    plain = CliRunner().invoke(app, arguments, env={"TERM": "xterm", "FORCE_COLOR": "1", "NO_COLOR": "1"}).stdout

    assert re.search(r"\x1b\[[0-9;]*3[0-7]m", coloured)
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", plain)


def test_schema_is_printed_for_each_file() -> None:
    assert run("schema").stdout == schema_text("gateway")
    assert run("schema", "sites").stdout == schema_text("sites")


def test_wiring_is_drawn_and_written(tmp_path: Path) -> None:
    drawn = run("wiring", "a127-rayleigh-weir", "--deployment", ESSEX)
    assert drawn.exit_code == 0
    assert "pair-1" in drawn.stdout

    picture = tmp_path / "weir.svg"
    assert run("wiring", ESSEX / WEIR, "--svg", picture).stdout == f"Wrote {picture}.\n"
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")

    told = json_of("wiring", "canvey-gullies", "--deployment", ESSEX)
    assert {"sensor", "pin", "carries", "end", "to", "colour", "part", "input"} == set(told["wires"][0])
    assert {"sensor", "start", "to", "colour", "part"} == set(told["links"][0])
    unwritable = run("wiring", ESSEX / WEIR, "--svg", tmp_path / "no" / "weir.svg")
    assert isinstance(unwritable.exception, AskedWrong)


def test_catalogue_lists_every_kind_and_tells_all_of_one() -> None:
    listed = run("catalogue").stdout
    assert all(kind in listed for kind in kinds())
    assert {each["kind"] for each in json_of("catalogue")} == set(kinds())
    assert json_of("catalogue", "rain-gauge")["constants"][0]["name"] == "mm_per_tip"
    assert "mm_per_tip" in run("catalogue", "rain-gauge").stdout
