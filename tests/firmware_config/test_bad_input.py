"""Bad input: each key with each wrong type, out of range, left out, unknown; files cut and files that are none.

Every case ends with a finding that names file and key, never with a traceback; what is wrong elsewhere is still found.
"""

import copy
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from firmware_config.checks.finding import Finding
from firmware_config.checks.run import check_path
from firmware_config.schema import Schema, schema
from tests.firmware_config.toml import toml_text

TODAY = date(2026, 11, 25)
DAY = date(2020, 1, 1)

GATEWAY: dict[str, Any] = {
    "gateway": "g",
    "title": "Here",
    "site": "s",
    "board": "4b",
    "interfaces": ["i2c-1"],
    "broker": {"host": "broker.example"},
    "sensors": [
        {"id": "first", "pin": 5, "stuck_inactive": [{"hours": 12}]},
        {"id": "neighbour", "pin": 6, "calibration_due": DAY},
    ],
}
SITES: dict[str, Any] = {
    "sites": [
        {"id": "s", "name": "S", "latitude": 51.7, "longitude": 0.5, "strands": ["transport"]},
        {"id": "elsewhere", "name": "Southend", "latitude": 51.54, "longitude": 0.71, "strands": ["transport"]},
    ]
}
DEPLOYMENT: dict[str, Any] = {"name": "D", "area": "essex"}
OTHER = 'gateway = "other"\nsite = "s"\nboard = "4b"\n[[sensors]]\nid = "a"\npin = 4\n[[sensors]]\nid = "b"\npin = 4\n'

PYDANTICS = ("alue error", "nput should", "it should be '")
"""Words in which pydantic tells of a value; ours are to be read."""

NEIGHBOURS = {
    ("g.toml", "sensors[2].calibration_due"),
    ("other.toml", "sensors[2].pin"),
    ("sites.toml", "sites[2].latitude"),
}
"""What is wrong in the files before a case adds its own."""

ROOTS: dict[str, tuple[str, tuple[str | int, ...], str]] = {
    "gateway": ("gateway", (), ""),
    "broker": ("gateway", ("broker",), "BrokerSettings"),
    "sensor": ("gateway", ("sensors", 0), "SensorConfig"),
    "stuck": ("gateway", ("sensors", 0, "stuck_inactive", 0), "StuckRule"),
    "sites": ("sites", (), ""),
    "site": ("sites", ("sites", 0), "Site"),
    "deployment": ("deployment", (), ""),
}
"""Each table that has keys: the file it is in, where it is there, and its name in the schema."""

WRONG_TYPES: dict[str, tuple[object, ...]] = {
    "string": (5, 1.5, True, [], {}, DAY),
    "integer": ("4", 1.5, True, [], {}, DAY),
    "number": ("4", True, [], {}, DAY, float("nan"), float("inf")),
    "boolean": ("true", 1, 0.0, [], {}, DAY),
    "array": ("x", 5, True, {}, DAY, [[]]),
    "object": ("x", 5, True, [], DAY),
    "date": ("2027-01-01", 20270101, True, [], {}),
}


def _model(root: str) -> Schema:
    file, _, name = ROOTS[root]
    whole = schema(file)
    found: Schema = whole["$defs"][name] if name else whole
    return found


def _type_of(about: Schema) -> str:
    if "$ref" in about:
        return "object"
    return "date" if about.get("format") == "date" else str(about["type"])


def _out_of_range(about: Schema) -> Iterator[object]:
    step = 1 if about.get("type") == "integer" else 0.001
    if "minimum" in about:
        yield about["minimum"] - step
    if "exclusiveMinimum" in about:
        yield about["exclusiveMinimum"]
    if "maximum" in about:
        yield about["maximum"] + step
    if "maxLength" in about:
        yield "x" * (about["maxLength"] + 1)
    if "enum" in about:
        yield "nonsense" if _type_of(about) == "string" else 300
    if about.get("minItems"):
        yield []
    if "maxItems" in about:
        yield [{"id": f"s-{at}", "pin": 5} for at in range(about["maxItems"] + 1)]


def _cases() -> Iterator[tuple[str, str, object]]:
    for root in ROOTS:
        for key, about in _model(root)["properties"].items():
            for value in (*WRONG_TYPES[_type_of(about)], *_out_of_range(about)):
                yield root, key, value


def _check(folder: Path, files: dict[str, Any]) -> list[Finding]:
    (folder / "gateways").mkdir()
    names = {"gateway": "gateways/g.toml", "sites": "sites.toml", "deployment": "deployment.toml"}
    for file, values in files.items():
        text = values if isinstance(values, bytes) else toml_text(values).encode()
        (folder / names[file]).write_bytes(text)
    (folder / "gateways" / "other.toml").write_text(OTHER)
    return check_path(folder, TODAY)[1]


def _files() -> dict[str, Any]:
    return copy.deepcopy({"gateway": GATEWAY, "sites": SITES, "deployment": DEPLOYMENT})


def _table(files: dict[str, Any], root: str) -> dict[str, Any]:
    file, at, _ = ROOTS[root]
    found: Any = files[file]
    for part in at:
        found = found[part]
    assert isinstance(found, dict)
    return found


def _path(root: str, key: str) -> str:
    words = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in (*ROOTS[root][1], key))
    return words.removeprefix(".")


def _places(findings: list[Finding]) -> set[tuple[str, str]]:
    return {(Path(each.file).name, each.fault.key_path) for each in findings}


def _lost(root: str, key: str) -> set[tuple[str, str]]:
    """Neighbours that hang on the broken key itself: a list that is no list has no items to look at."""
    return {
        ("gateway", "sensors"): {("g.toml", "sensors[2].calibration_due")},
        ("sites", "sites"): {("sites.toml", "sites[2].latitude")},
    }.get((root, key), set())


def test_gateway_without_a_sound_sensor_is_looked_at_all_the_same(tmp_path: Path) -> None:
    files = _files()
    files["gateway"]["site"] = "nowhere"
    files["gateway"]["sensors"] = [{"id": "first", "pin": 50}]

    assert {("g.toml", "site"), ("g.toml", "sensors[1].pin")} < _places(_check(tmp_path, files))


def test_lists_of_tables_are_told_as_they_are_written(tmp_path: Path) -> None:
    files = _files()
    files["gateway"]["sensors"] = {"id": "first", "pin": 5}
    files["sites"]["sites"][0]["strands"] = []

    told = {each.fault.key_path: each.fault.instead for each in _check(tmp_path, files)}

    assert told["sensors"] == "write [[sensors]] and its keys, once for each"
    assert told["sites[1].strands"] == "write at least 1"


def test_files_before_they_are_broken_have_the_neighbours_alone(tmp_path: Path) -> None:
    assert _places(_check(tmp_path, _files())) == NEIGHBOURS


@pytest.mark.parametrize(("root", "key", "value"), list(_cases()), ids=lambda each: str(each)[:30])
def test_key_with_a_value_that_does_not_fit_is_named(tmp_path: Path, root: str, key: str, value: object) -> None:
    files = _files()
    _table(files, root)[key] = value

    findings = _check(tmp_path, files)

    own = [each for each in findings if each.fault.key_path.startswith(_path(root, key))]
    assert own, findings
    assert all(each.fault.wrong and each.fault.instead for each in own), own
    assert not any(words in f"{each.fault}" for each in findings for words in PYDANTICS), findings
    assert NEIGHBOURS - _lost(root, key) <= _places(findings)


def _choices() -> Iterator[tuple[str, str, str]]:
    """Each key that takes one of several words, with one of them."""
    for root in ROOTS:
        for key, about in _model(root)["properties"].items():
            words = [word for word in about.get("items", about).get("enum", ()) if word and isinstance(word, str)]
            yield from ((root, key, word) for word in words[:1])


@pytest.mark.parametrize(("root", "key", "word"), list(_choices()))
def test_word_that_is_written_wrongly_finds_its_nearest(tmp_path: Path, root: str, key: str, word: str) -> None:
    files, slip = _files(), word[:-1] + "x" + word[-1]
    _table(files, root)[key] = [slip] if _model(root)["properties"][key]["type"] == "array" else slip

    own = [each for each in _check(tmp_path, files) if each.fault.key_path.startswith(_path(root, key))]

    assert f"did you mean {word!r}?" in {each.fault.instead for each in own}, own
    assert all(repr(slip) in each.fault.wrong for each in own if "did you mean" in each.fault.instead)


def test_board_that_is_not_known_is_not_missing_too(tmp_path: Path) -> None:
    files = _files()
    files["gateway"]["board"] = "5b"

    told = [f"{each.fault}" for each in _check(tmp_path, files) if each.fault.at == ("board",)]

    assert told == ["board: the board '5b' is not known; did you mean '5'?"]


def test_word_that_is_like_none_is_told_all_there_are(tmp_path: Path) -> None:
    files = _files()
    files["gateway"] |= {"spool_when_full": "wait", "commit_ms": 300}
    files["sites"]["sites"][0]["direction"] = 5

    told = {each.fault.key_path: f"{each.fault}" for each in _check(tmp_path, files)}

    assert told["spool_when_full"] == 'spool_when_full: \'wait\' is not known; write "reject_new" or "drop_oldest"'
    assert told["commit_ms"] == "commit_ms: 300 does not fit; write 200, 1000 or 5000"
    assert told["sites[1].direction"].startswith(
        'sites[1].direction (s): 5 does not fit; write "northbound", "eastbound",'
    )


@pytest.mark.parametrize("root", ROOTS)
def test_each_key_that_must_be_there_is_missed(tmp_path: Path, root: str) -> None:
    for at, key in enumerate(_model(root).get("required", [])):
        files, folder = _files(), tmp_path / str(at)
        folder.mkdir()
        del _table(files, root)[key]

        findings = _check(folder, files)

        assert [each.fault.wrong for each in findings if each.fault.key_path == _path(root, key)] == ["is missing"]
        assert NEIGHBOURS - _lost(root, key) <= _places(findings)


@pytest.mark.parametrize("root", ROOTS)
def test_each_key_that_is_written_wrongly_finds_its_nearest(tmp_path: Path, root: str) -> None:
    for at, key in enumerate(_model(root)["properties"]):
        files, folder = _files(), tmp_path / str(at)
        folder.mkdir()
        _table(files, root)[f"{key}x"] = 1

        findings = _check(folder, files)

        (own,) = [each for each in findings if each.fault.key_path == _path(root, f"{key}x")]
        assert (own.fault.wrong, own.fault.instead) == ("this key is not known", f"did you mean {key!r}?")
        assert _places(findings) == NEIGHBOURS | {(Path(own.file).name, own.fault.key_path)}


NO_FILES = {
    "null": b"title = null\n",
    "half": b'gateway = "g',
    "twice": b'gateway = "g"\ngateway = "h"\n',
    "not UTF-8": b"title = '\xff'",
    "NUL": b"\x00",
    "4,301 digits": b"x = " + b"1" * 4_301,
    "deep": b"x = " + b"[" * 5_000,
    "UTF-16": 'gateway = "g"'.encode("utf-16"),
}


@pytest.mark.parametrize("case", NO_FILES)
@pytest.mark.parametrize("file", ["gateway", "sites", "deployment"])
def test_file_that_is_no_toml_is_named_and_costs_only_itself(tmp_path: Path, file: str, case: str) -> None:
    files = {**_files(), file: NO_FILES[case]}

    findings = _check(tmp_path, files)

    name = {"gateway": "g.toml", "sites": "sites.toml", "deployment": "deployment.toml"}[file]
    own = [each for each in findings if Path(each.file).name == name]
    assert len(own) == 1
    assert own[0].fault.at == ()
    assert own[0].fault.instead
    assert {each for each in NEIGHBOURS if each[0] != name} <= _places(findings)


def test_file_cut_anywhere_says_what_is_wrong(tmp_path: Path) -> None:
    whole = toml_text(GATEWAY).encode()
    for length in range(0, len(whole), 7):
        folder = tmp_path / str(length)
        folder.mkdir()

        findings = _check(folder, {**_files(), "gateway": whole[:length]})

        assert any(Path(each.file).name == "g.toml" for each in findings), whole[:length]
        assert ("other.toml", "sensors[2].pin") in _places(findings)
