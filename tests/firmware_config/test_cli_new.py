"""`sensorhub config new`: what options say, what is asked, and what is written."""

from pathlib import Path

import pytest

from firmware_config.checks.run import check_path
from firmware_config.schema import schema_text
from sensorhub.errors import AskedWrong
from tests.firmware_config.command import json_of, run
from tests.firmware_config.example import ESSEX, TODAY, copied


def test_new_takes_flags_and_passes_check(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    flags = ("--site", "canvey-gullies", "--board", "4b", "--title", "Second cabinet", "--kind", "gully-level")
    more = ("--kind", "road-temperature", "--device", "road-temperature-1=28-0316a2700000")
    constants = ("--constant", "gully-level-1.mounting_height_mm=1200", "--bus", "gully-level-1=i2c")

    told = json_of("new", "canvey-2", "--deployment", folder, *flags, *more, *constants)

    assert told["well"] is True
    assert told["file"] == str(folder / "gateways" / "canvey-2.toml")
    assert [(table["id"], table["bus"]) for table in told["sensors"]] == [
        ("gully-level-1", "i2c-1"),
        ("road-temperature-1", "1-wire"),
    ]
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
        "ranger",
        "1200",
        "28-0316a2700000",
    ]

    result = run("new", "--deployment", folder, asked="\n".join([*answers, ""]))

    assert result.exit_code == 0, result.output
    for said in (
        "  canvey-gullies  ",
        "  cm4       Compute Module 4 on its IO Board\n",
        "Kind of a sensor, one at a time; an empty answer ends: ",
        "gully-level-1: ranger on uart, or probe on i2c: ",
        "Height above the datum",
        "Put what you measured on site",
    ):
        assert said in result.output
    assert "activity" not in result.output  # no kind of the site's
    assert f"Wrote {folder / 'gateways' / 'canvey-2.toml'}. " in result.output
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
        ("qqq", "The kind 'qqq' is not in the catalogue; take one of those above."),
        ("loop, rain-gauge", "write one kind at a time"),
        ("road-temperature", ""),
        ("", ""),
        ("spi", "'spi' is no bus for a gully-level; write uart or i2c"),
        ("uart", ""),
        ("high", "'high' is no number for mounting_height_mm"),
        ("99999", "99999 does not fit mounting_height_mm; write -1000 to 20000."),
        ("1200", ""),
        ("28-0316A2700000", "is no 1-wire device"),
        ("28-0316a2700000", ""),
    ]

    result = run("new", "--deployment", folder, asked="\n".join([*(answer for answer, _ in rounds), ""]))

    assert result.exit_code == 0, result.output
    assert all(said in result.output for _, said in rounds)
    assert check_path(folder, TODAY)[1] == []


def test_new_without_anybody_to_ask_names_its_help(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    flags: list[object] = ["new", "canvey-2", "--deployment", folder]

    for option, told in (
        ("--site a127-rayleigh-weir", ("--site", "canvey-gullies")),
        ("--board zero-2-w", ("--board", "4b")),
        ("--kind ", ("--kind", "gully-level", "--kind", "road-temperature")),
        ("--bus gully-level-1=uart or --bus gully-level-1=i2c", ("--bus", "gully-level-1=uart")),
        ("--constant gully-level-1.mounting_height_mm=...", ("--constant", "gully-level-1.mounting_height_mm=900")),
        ("--device road-temperature-1=28-", ("--device", "road-temperature-1=28-0316a2700000")),
    ):
        result = run(*flags)
        assert result.exit_code == 2
        assert f"\nNobody answers. Add {option}" in result.output
        flags += told

    assert run(*flags).exit_code == 0


def test_new_in_a_new_folder_writes_the_schema_too(tmp_path: Path) -> None:
    (tmp_path / "sites.toml").write_text((ESSEX / "sites.toml").read_text())
    flags = ("--site", "a127-fairglen", "--board", "3b-plus", "--kind", "particulates-pms", "--kind", "parking-bay")

    result = run("new", "g", "--deployment", tmp_path, *flags)

    assert "note: parking-bay-1 needs a USB adapter for serial parts of 3.3 V at /dev/ttyUSB0." in result.stdout
    file, schema = tmp_path / "gateways" / "g.toml", tmp_path / "gateway.schema.json"
    assert f"Wrote {file} and {schema}." in result.stdout
    assert file.read_text().startswith("#:schema ../gateway.schema.json\n")
    assert schema.read_text() == schema_text("gateway")


def test_new_without_a_site_says_so_before_it_asks(tmp_path: Path) -> None:
    (tmp_path / "sites.toml").write_text("")

    assert "has no site" in str(run("new", "--deployment", tmp_path).exception)


def test_new_that_would_be_wrong_writes_nothing(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    flags = ("--site", "canvey-gullies", "--board", "4b", "--title", "", "--kind", "activity")

    told = json_of("new", "canvey-2", "--deployment", folder, *flags, code=1)

    assert (told["well"], told["file"]) == (False, None)
    assert told["findings"][0]["key"] == "site"
    assert not (folder / "gateways" / "canvey-2.toml").exists()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--site", "nowhere"), "The site 'nowhere' is not known"),
        (("--board", "4B"), "The board '4B' is not known; did you mean '4b'"),
        (("--kind", "lop"), "did you mean 'loop'"),
        (("--kind", "qqq"), "for this site there are air-climate,"),
        (("--constant", "loop-1.loop_length_m"), "as in loop-1.loop_length_m=2"),
        (("--constant", "loop-1.loop_length_m=long"), "'long' is no number"),
        (("--constant", "loop-2.loop_length_m=2"), "there is no sensor loop-2; write it as in loop-1.loop_length_m=2"),
        (("--constant", "loop-1.length=2"), "loop-1 has no constant length; write it as in loop-1.loop_length_m=2"),
        (("--bus", "loop-1=i2c-1"), "A loop is not on a bus"),
        (("--constant", "loop-1.loop_length_m=99"), "99 does not fit; write 0.5 to 20"),
        (("--device", "28-0316a2700000"), "as in road-temperature-1=28-0316a2798aff"),
        (("--device", "road-1=28-0316a2700000"), "there is no sensor road-1; there are loop-1."),
    ],
)
def test_new_with_a_flag_that_does_not_fit_says_so(tmp_path: Path, flags: tuple[str, ...], said: str) -> None:
    folder = copied(tmp_path)
    usual = {"--site": "canvey-gullies", "--board": "4b", "--title": "T", "--kind": "loop"}
    told = [part for pair in {**usual, flags[0]: flags[1]}.items() for part in pair]

    result = run("new", "g", "--deployment", folder, *told)

    assert said in str(result.exception)
    assert isinstance(result.exception, AskedWrong)
    assert not (folder / "gateways" / "g.toml").exists()
