"""JSON Schemas: what an editor completes and explains."""

import json

import pytest

from firmware_config.boards import boards
from firmware_config.catalogue import entry, kinds
from firmware_config.gateway import GatewayConfig
from firmware_config.schema import FILES, Schema, schema, schema_text
from firmware_config.sensor import SensorConfig


def _sensor() -> Schema:
    found: Schema = schema("gateway")["$defs"]["SensorConfig"]
    return found


def _of_kind(kind: str) -> Schema:
    (found,) = (each["then"] for each in _sensor()["allOf"] if each["if"]["properties"]["kind"]["const"] == kind)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_key_is_explained_and_none_is_null(name: str) -> None:
    whole = schema(name)
    for model in (whole, *whole.get("$defs", {}).values()):
        assert model["additionalProperties"] is False
        assert all(about.get("description") for about in model["properties"].values())
    text = schema_text(name)
    assert json.loads(text) == whole
    assert "null" not in text
    assert text.endswith("}\n")


def test_kinds_and_boards_are_choices() -> None:
    assert _sensor()["properties"]["kind"]["enum"] == list(kinds())
    assert schema("gateway")["properties"]["board"]["enum"] == list(boards())


def test_keys_are_those_of_the_models() -> None:
    assert set(schema("gateway")["properties"]) == set(GatewayConfig.model_fields)
    assert set(_sensor()["properties"]) == set(SensorConfig.model_fields)


def test_what_comes_from_the_kind_has_no_default() -> None:
    for key in ("period_s", "sample_s", "debounce_ms"):
        assert "default" not in _sensor()["properties"][key]


@pytest.mark.parametrize("kind", kinds())
def test_kind_completes_its_constants_and_inputs(kind: str) -> None:
    known, found = entry(kind), _of_kind(kind)

    constants = found["properties"]["calibration"]
    assert set(constants["properties"]) == {each.name for each in known.constants}
    assert set(constants["required"]) == {each.name for each in known.constants if each.default is None}
    assert ("calibration" in found["required"]) == bool(constants["required"])
    assert ("bus" in found["required"]) == any(bus.type != "file" for bus in known.buses)
    if len(known.inputs) > 1:
        assert set(found["properties"]["pins"]["required"]) == {each.name for each in known.inputs}
