"""Generated documents are what the catalogue and the models say now."""

import re
from pathlib import Path

import pytest

from firmware_config.catalogue import entry, kinds
from firmware_config.gateway import GatewayConfig
from firmware_config.reference.__main__ import main
from firmware_config.reference.documents import documents
from firmware_config.sensor import SensorConfig
from firmware_config.site import Site

ROOT = Path(__file__).parent.parent.parent
STALE = "is stale: run python -m firmware_config.reference"


@pytest.mark.parametrize("name", documents())
def test_document_is_not_stale(name: str) -> None:
    assert (ROOT / name).read_text() == documents()[name], f"{name} {STALE}"


@pytest.mark.parametrize("kind", kinds())
def test_kinds_are_described_with_their_constants_and_warnings(kind: str) -> None:
    text, known = documents()["docs/sensors.md"], entry(kind)
    section = text.partition(f"\n### {kind}\n")[2].partition("\n### ")[0]

    assert known.what_for in section
    assert known.reference.rstrip(".") in section
    for told in (*known.quantities, *(each.name for each in known.constants), *(each.name for each in known.inputs)):
        assert f"`{told}`" in section
    for sentence in (*known.cautions(*known.choices), known.broken_cable):
        assert " ".join(sentence.split()) in section


def test_every_key_is_described() -> None:
    keys = set(re.findall(r"^\| `(\w+)` \|", documents()["docs/configuration.md"], re.MULTILINE))

    for model in (GatewayConfig, SensorConfig, Site):
        assert set(model.model_fields) <= keys
        assert all(field.description for field in model.model_fields.values())


def test_writing_again_writes_only_what_has_changed(tmp_path: Path) -> None:
    for name, text in documents().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    stale = tmp_path / "docs" / "sensors.md"
    stale.write_text("old")
    before = {name: (tmp_path / name).stat().st_mtime_ns for name in documents()}

    main(tmp_path)

    assert stale.read_text() == documents()["docs/sensors.md"]
    assert {name for name in documents() if (tmp_path / name).stat().st_mtime_ns != before[name]} == {"docs/sensors.md"}
