"""Configurations: read whole, and every finding at once with what to write instead."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, field_validator

from sensorhub.config import ConfigPath, load_toml
from sensorhub.errors import ConfigInvalid


class _Pin(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    number: int = Field(ge=2, le=27, description="The pin.")


class _Box(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="Name of the box.")
    place: ConfigPath = Path("here")
    dry: bool = True
    height_m: float = 1.0
    pins: tuple[_Pin, ...] = ()
    lid: _Pin | None = None

    @field_validator("name")
    @classmethod
    def _lower(cls, name: str) -> str:
        if name != name.lower():
            raise ValueError(f"{name!r} is not in lower case")
        return name


def _findings(folder: Path, text: str | bytes, options: dict[str, Any] | None = None) -> list[str]:
    path = folder / "box.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigInvalid) as caught:
        load_toml(path, _Box, options)
    assert str(path) in str(caught.value)
    return caught.value.findings


def test_good_file_is_read_with_paths_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "box.toml").write_text('name = "a"\nplace = "data"\n[[pins]]\nid = "x"\nnumber = 4\n')

    box = load_toml(tmp_path / "box.toml", _Box)

    assert (box.name, box.place, box.pins[0].number) == ("a", tmp_path / "data", 4)


def test_options_win_over_the_file_and_stand_alone(tmp_path: Path) -> None:
    (tmp_path / "box.toml").write_text('name = "a"\n[lid]\nid = "x"\nnumber = 4\n')

    box = load_toml(tmp_path / "box.toml", _Box, {"name": "b", "lid": {"number": 5}, "place": Path("data")})

    assert (box.name, box.place) == ("b", Path("data").absolute())
    assert box.lid == _Pin(id="x", number=5)
    assert load_toml(None, _Box, {"name": "c"}).name == "c"


def test_every_finding_is_told_at_once(tmp_path: Path) -> None:
    findings = _findings(
        tmp_path,
        'nmae = "a"\nplace = 5\ndry = "perhaps"\nheight_m = "tall"\nlid = 3\n'
        '[[pins]]\nid = "x"\nnumber = 4\n[[pins]]\nid = 7\nnumber = 99\ncolour = "red"\n',
    )

    assert findings == [
        "name: is missing; add it: Name of the box.",
        "place: 5 does not fit; write a path in quotes",
        "dry: 'perhaps' does not fit; write true or false",
        "height_m: 'tall' does not fit; write a number",
        "pins[2].id: 7 does not fit; write a text in quotes",
        "pins[2].number: 99 does not fit; write 2 to 27",
        "pins[2].colour: this key is not known; the known keys here are id, number",
        "lid: 3 does not fit; write a table, as in [name]",
        "nmae: this key is not known; did you mean 'name'?",
    ]


def test_own_check_speaks_in_its_own_words(tmp_path: Path) -> None:
    assert _findings(tmp_path, 'name = "A"') == ["name: 'A' is not in lower case"]


def test_long_value_is_shown_shortened(tmp_path: Path) -> None:
    (finding,) = _findings(tmp_path, f'name = "a"\ndry = "{"x" * 5_000}"')

    assert len(finding) < 200


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name = ", "it is not TOML"),
        (b"name = '\xff'", "is not UTF-8"),
        ('name = "a"\nname = "b"', "name is given twice, the second time in line 2; leave one of them out"),
        ("[lid]\n[lid]\n", "lid is given twice, the second time in line 2"),
        ('pins = []\n[[pins]]\nid = "a"\n', "pins is given twice, the second time in line 2"),
        ('lid = { id = "a", id = "b" }', "id is given twice, the second time in line 1"),
        ("x = " + "1" * 4_301, "it is not TOML"),
        ("x = " + "[" * 5_000, "it is not TOML"),
        ('[name]\nx = "a"', "name: "),
    ],
    ids=[
        "cut",
        "not UTF-8",
        "twice",
        "table twice",
        "list twice",
        "inline twice",
        "4,301 digits",
        "deep",
        "table for a text",
    ],
)
def test_file_that_is_no_configuration_is_refused(tmp_path: Path, text: str | bytes, reason: str) -> None:
    assert any(finding.startswith(reason) or reason in finding for finding in _findings(tmp_path, text))


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match=r"none\.toml cannot be used:\n  it cannot be read: No such file"):
        load_toml(tmp_path / "none.toml", _Box)
    assert ConfigInvalid.exit_code == 2
