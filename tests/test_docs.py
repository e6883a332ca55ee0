"""The documents say what is true: examples byte for byte, tables as in the code, links that lead somewhere."""

import ast
import re
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from firmware_config.catalogue import kinds
from firmware_config.catalogue.entry import Entry
from sensorhub.command import Command, Reply, encode_command, encode_reply
from sensorhub.pack import body_hash, decode_pack, encode_pack
from sensorhub.quantity import QUANTITIES
from sensorhub.reading import Marker, Quality, Reading
from sensorhub.receipt import Receipt, encode_receipt
from sensorhub.signing import sign
from sensorhub.status import Status, decode_status
from sensorhub.topics import OPEN_ROOT, PackId, gateway_topic, pack_topic
from tests.tutorial import files_of_the_tutorial

ROOT = Path(__file__).parent.parent
FORMATS = (ROOT / "docs" / "formats.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
PACKAGES = ("sensorhub", "firmware_config", "gateway", "cloud", "simulators")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

GATEWAY = "a127-rayleigh-weir"
PACK = PackId(GATEWAY, "5f0c2a9e41d07b36", 1_200, 4)
RECORDS = (
    Reading("loop-1", "actuation_count", 1_764_000_000_000_000, 12.0),
    Reading("loop-1", "occupancy", 1_764_000_000_000_000, 7.25),
    Reading("loop-2", "mean_on_time", 1_763_999_996_500_000, 0.8, Quality.SUSPECT | Quality.PARTIAL),
    Marker("dropped", 1_763_999_996_000_000, "900-1019 spool-full"),
)


def _example(name: str) -> bytes:
    found = re.search(rf"^```\w+ {name}\n(.*?)\n```$", FORMATS, re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/formats.md has no example {name}"
    return found[1].encode()


def test_example_of_a_pack_is_what_is_sent_and_read() -> None:
    body = encode_pack(GATEWAY, RECORDS)

    assert _example("pack") == body
    assert f"`{pack_topic(OPEN_ROOT, PACK)}` with this body of {len(body)} bytes" in FORMATS
    assert f"Its hash is `{body_hash(body)}`" in FORMATS
    assert [record for _, record in decode_pack(PACK, body).records] == list(RECORDS)


def test_example_of_a_receipt_is_what_is_sent() -> None:
    receipt = Receipt("0123456789abcdef", PACK.epoch, ((PACK.first, PACK.last),), (), "", 1_764_000_010_123_456)

    assert _example("receipt") == sign(
        bytes(range(32)), gateway_topic(OPEN_ROOT, GATEWAY, "receipt"), encode_receipt(receipt)
    )


def test_examples_of_a_command_and_its_reply_are_what_is_sent() -> None:
    command = Command(1_764_000_010_123, "new-epoch", PACK.epoch)
    reply = Reply(command.number, True, f"The epoch {PACK.epoch} is left; 6a1d3b0f52e18c47 begins.")

    assert _example("command") == encode_command(command)
    assert _example("reply") == encode_reply(reply)


def test_example_of_a_status_is_read() -> None:
    assert decode_status(_example("status")) == Status(state="lost", connection="0123456789abcdef")


def test_every_field_of_a_status_is_described() -> None:
    section = FORMATS.partition("\n## Status\n")[2].partition("\n## ")[0]

    assert [name for name in Status.model_fields if f"`{name}`" not in section] == []


def test_every_quantity_is_described_with_its_unit() -> None:
    rows = dict(re.findall(r"^\| `([a-z0-9_]+)` \| `([^`]+)` \|", FORMATS, re.MULTILINE))

    assert {name: rows.get(name) for name in QUANTITIES} == {name: one.unit for name, one in QUANTITIES.items()}


def test_tests_of_the_invariants_exist() -> None:
    named = re.findall(r"`(tests/[^`]+)`", ARCHITECTURE)

    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_module_is_named_under_its_folder_with_what_it_is_for() -> None:
    named = {
        f"{folder}{module}.py"
        for folder, section in re.findall(r"^### (\S+/)\n(.*?)(?=^##)", ARCHITECTURE, re.MULTILINE | re.DOTALL)
        for module in re.findall(r"^\| `(\w+)` \| \S", section, re.MULTILINE)
    }
    there = [path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py")]

    assert named == {path.as_posix() for path in there if path.name != "__init__.py"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_link_to_a_file_leads_somewhere(page: Path) -> None:
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)]+)\)", page.read_text())]
    missing = [target for target in targets if "://" not in target and target and not (page.parent / target).exists()]

    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_modules_that_a_page_says_to_run_exist(page: Path) -> None:
    named = re.findall(r"python -m ((?:benchmarks|tests|simulators)[\w.]*)", page.read_text())
    missing = [
        name
        for name in named
        if not (path := ROOT / name.replace(".", "/")).with_suffix(".py").exists()
        and not (path / "__main__.py").exists()
    ]

    assert missing == []


@pytest.mark.parametrize("page", ["README.md", "docs/field-engineer.md"])
def test_number_of_kinds_is_that_of_the_catalogue(page: str) -> None:
    said = re.findall(r"(\d+) kinds of sensors", (ROOT / page).read_text())

    assert said, f"{page} does not say how many kinds of sensors there are"
    assert set(said) == {str(len(kinds()))}, f"{page} is stale: there are {len(kinds())} kinds of sensors"


def test_kinds_of_the_tutorial_fit_the_catalogue() -> None:
    entries = {path: text for path, text in files_of_the_tutorial().items() if path.endswith(".toml")}

    assert len(entries) == 2
    for path, text in entries.items():
        assert Entry.model_validate(tomllib.loads(text)).kind == Path(path).stem


def test_modules_of_the_tutorial_import_what_there_is() -> None:
    files = {path: text for path, text in files_of_the_tutorial().items() if path.endswith(".py")}
    missing = [
        f"{path} imports {name.name} from {node.module}"
        for path, text in files.items()
        for node in ast.walk(ast.parse(text, path))
        if isinstance(node, ast.ImportFrom) and f"{str(node.module).replace('.', '/')}.py" not in files
        for name in node.names
        if not hasattr(import_module(str(node.module)), name.name)
    ]

    assert len(files) == 8
    assert missing == []
