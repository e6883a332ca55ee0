"""`sensorhub config`: exit codes, JSON for scripts, and what is asked."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner, Result

from firmware_config.catalogue import kinds
from firmware_config.checks.run import check_path
from firmware_config.schema import schema_text
from sensorhub.cli import app
from sensorhub.errors import AskedWrong
from tests.firmware_config.example import ESSEX, TODAY, broken, copied

WEIR = "gateways/a127-rayleigh-weir.toml"
GATEWAYS = len(list((ESSEX / "gateways").iterdir()))


def _run(*arguments: object, asked: str = "") -> Result:
    return CliRunner().invoke(app, ["config", *map(str, arguments)], input=asked)


def _json(*arguments: object, code: int = 0) -> Any:
    result = _run(*arguments, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def test_check_of_the_example_is_well() -> None:
    told = _json("check", ESSEX)

    assert told == {"well": True, "sites": told["sites"], "gateways": GATEWAYS, "findings": []}
    assert "nothing wrong" in _run("check", ESSEX).stdout


def test_check_of_a_broken_copy_exits_with_1_and_tells_a_script_all(tmp_path: Path) -> None:
    folder = broken(tmp_path, WEIR, "pin = 26", "pin = 21")

    told = _json("check", folder, code=1)

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
    said = _run("check", folder)
    assert said.exit_code == 1
    assert (
        "WRONG   sensors[7].pin (door): GPIO 21 is used by pair-4 (downstream) already; take a free one" in said.stdout
    )
    assert "1 wrong, 0 warnings" in said.stdout


def test_check_with_warnings_alone_is_well(tmp_path: Path) -> None:
    folder = broken(tmp_path, "sites.toml", 'Town Council"\nindoors = true', 'Town Council"')

    told = _json("check", folder)

    assert told["well"] is True
    assert {finding["severity"] for finding in told["findings"]} == {"warning"}


def test_check_of_one_file(tmp_path: Path) -> None:
    assert _json("check", ESSEX / WEIR)["gateways"] == 1
    assert _json("check", ESSEX / "sites.toml")["gateways"] == GATEWAYS  # the file of all of them


def test_check_of_sites_alone_says_what_comes_next(tmp_path: Path) -> None:
    (tmp_path / "sites.toml").write_text((ESSEX / "sites.toml").read_text())

    assert "nothing wrong. Next: sensorhub config new" in _run("check", tmp_path).stdout


def test_check_without_sites_says_to_write_them(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    (folder / "sites.toml").unlink()

    assert "it is missing; write it, with a table [[sites]] for each place" in _run("check", folder).stdout


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
    assert _run("schema").stdout == schema_text("gateway")
    assert _run("schema", "sites").stdout == schema_text("sites")


def test_wiring_is_drawn_and_written(tmp_path: Path) -> None:
    drawn = _run("wiring", "a127-rayleigh-weir", "--deployment", ESSEX)
    assert drawn.exit_code == 0
    assert "pair-1" in drawn.stdout

    picture = tmp_path / "weir.svg"
    assert _run("wiring", ESSEX / WEIR, "--svg", picture).exit_code == 0
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")

    told = _json("wiring", "canvey-gullies", "--deployment", ESSEX)
    assert {"sensor", "pin", "carries", "end", "to", "colour", "part"} == set(told["wires"][0])
    assert {"sensor", "start", "to", "colour", "part"} == set(told["links"][0])
    unwritable = _run("wiring", ESSEX / WEIR, "--svg", tmp_path / "no" / "weir.svg")
    assert isinstance(unwritable.exception, AskedWrong)


def test_catalogue_lists_every_kind_and_tells_all_of_one() -> None:
    listed = _run("catalogue").stdout
    assert all(kind in listed for kind in kinds())
    assert {each["kind"] for each in _json("catalogue")} == set(kinds())
    assert _json("catalogue", "rain-gauge")["constants"][0]["name"] == "mm_per_tip"
    assert "mm_per_tip" in _run("catalogue", "rain-gauge").stdout


def test_new_takes_flags_and_passes_check(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    flags = ("--site", "canvey-gullies", "--board", "4b", "--title", "Second cabinet", "--kind", "gully-level")
    more = ("--kind", "road-temperature", "--device", "road-temperature-1=28-0316a2700000")
    constants = ("--constant", "gully-level-1.mounting_height_mm=1200")

    told = _json("new", "canvey-2", "--deployment", folder, *flags, *more, *constants)

    assert told["well"] is True
    assert told["file"] == str(folder / "gateways" / "canvey-2.toml")
    assert [table["id"] for table in told["sensors"]] == ["gully-level-1", "road-temperature-1"]
    assert check_path(folder, TODAY)[1] == []


def test_new_asks_for_what_no_flag_says(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    answers = [
        "canvey-2",
        "canvey-gullies",
        "cm4",
        "",
        "gully-level",
        "road-temperature",
        "",
        "1200",
        "28-0316a2700000",
    ]

    result = _run("new", "--deployment", folder, asked="\n".join([*answers, ""]))

    assert result.exit_code == 0, result.output
    assert "Height above the datum" in result.output
    assert "Wrote" in result.output
    assert check_path(folder, TODAY)[1] == []


def test_new_asks_again_where_an_answer_does_not_fit(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    rounds = [
        ("Canvey 2", "cannot name a gateway"),
        ("canvey-gullies", "canvey-gullies.toml is there already"),
        ("canvey-2", ""),
        ("canvey", "did you mean 'canvey-gullies'?"),
        ("canvey-gullies", ""),
        ("6", "The board '6' is not known; there are"),
        ("cm4", ""),
        ("The second", ""),
        ("gully", "did you mean 'gully-level'?"),
        ("gully-level", ""),
        ("road-temperature", ""),
        ("", ""),
        ("high", "'high' is no number for mounting_height_mm"),
        ("99999", "99999 does not fit mounting_height_mm; write -1000 to 20000."),
        ("1200", ""),
        ("28-0316A2700000", "is no 1-wire device"),
        ("28-0316a2700000", ""),
    ]

    result = _run("new", "--deployment", folder, asked="\n".join([*(answer for answer, _ in rounds), ""]))

    assert result.exit_code == 0, result.output
    assert all(said in result.output for _, said in rounds)
    assert check_path(folder, TODAY)[1] == []


def test_new_without_anybody_to_ask_names_its_help(tmp_path: Path) -> None:
    result = _run("new", "canvey-2", "--deployment", copied(tmp_path))

    assert result.exit_code == 2
    assert "Nobody answers. Give it as an option" in result.output


def test_new_without_a_site_says_so_before_it_asks(tmp_path: Path) -> None:
    (tmp_path / "sites.toml").write_text("")

    assert "has no site" in str(_run("new", "--deployment", tmp_path).exception)


def test_new_that_would_be_wrong_writes_nothing(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    flags = ("--site", "canvey-gullies", "--board", "4b", "--title", "", "--kind", "activity")

    told = _json("new", "canvey-2", "--deployment", folder, *flags, code=1)

    assert (told["well"], told["file"]) == (False, None)
    assert told["findings"][0]["key"] == "site"
    assert not (folder / "gateways" / "canvey-2.toml").exists()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--site", "nowhere"), "The site 'nowhere' is not known"),
        (("--board", "4B"), "The board '4B' is not known; did you mean '4b'"),
        (("--kind", "lop"), "did you mean 'loop'"),
        (("--constant", "loop-1.loop_length_m"), "as in rain-gauge-1.mm_per_tip=0.2"),
        (("--constant", "loop-1.loop_length_m=long"), "'long' is no number"),
        (("--constant", "loop-2.loop_length_m=2"), "as in loop-1.NAME=2.5"),
        (("--constant", "loop-1.loop_length_m=99"), "99 does not fit; write 0.5 to 20"),
        (("--device", "28-0316a2700000"), "as in road-temperature-1=28-0316a2798aff"),
        (("--device", "road-1=28-0316a2700000"), "--device road-1: there is no such sensor; there are loop-1."),
    ],
)
def test_new_with_a_flag_that_does_not_fit_says_so(tmp_path: Path, flags: tuple[str, ...], said: str) -> None:
    folder = copied(tmp_path)
    usual = {"--site": "canvey-gullies", "--board": "4b", "--title": "T", "--kind": "loop"}
    told = [part for pair in {**usual, flags[0]: flags[1]}.items() for part in pair]

    result = _run("new", "g", "--deployment", folder, *told)

    assert said in str(result.exception)
    assert isinstance(result.exception, AskedWrong)
    assert not (folder / "gateways" / "g.toml").exists()
