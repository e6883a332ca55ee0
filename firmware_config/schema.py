"""JSON Schemas of the deployment's files, from the models and the catalogue, so that editors complete and explain."""

import json
from typing import Any

from pydantic import BaseModel

from firmware_config.catalogue import Entry, entry, kinds
from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from firmware_config.site import DeploymentFile, SitesFile

FILES: dict[str, type[BaseModel]] = {"gateway": GatewayConfig, "sites": SitesFile, "deployment": DeploymentFile}
"""The files of a deployment, by what they describe."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_FROM_THE_KIND = ("period_s", "sample_s", "debounce_ms")
Schema = dict[str, Any]


def schema(name: str) -> Schema:
    """The schema of one of `FILES`."""
    made: Schema = {"$schema": _DIALECT, **_plain(FILES[name].model_json_schema())}
    sensor = made.get("$defs", {}).get(SensorConfig.__name__)
    if sensor is not None:
        sensor["allOf"] = [_of_kind(entry(kind)) for kind in kinds()]
        for key in _FROM_THE_KIND:
            sensor["properties"][key].pop("default", None)
    return made


def schema_text(name: str) -> str:
    """The same as a file."""
    return json.dumps(schema(name), indent=2) + "\n"


def _plain(node: Any) -> Any:
    """Without what TOML has not (null) and what no reader needs (the models' own titles)."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _plain(value) for key, value in node.items() if not (key == "title" and isinstance(value, str))}
    if "default" in kept and kept["default"] is None:
        del kept["default"]
    choices = [each for each in kept.pop("anyOf", []) if each != {"type": "null"}]
    return {**choices[0], **kept} if len(choices) == 1 else {**kept, **({"anyOf": choices} if choices else {})}


def _of_kind(known: Entry) -> Schema:
    """What holds for the sensors of one kind: its constants, its inputs, whether it is on a bus."""
    keys: Schema = {"calibration": {"properties": {}, "additionalProperties": False}}
    for each in known.constants:
        bounds: Schema = {"type": "number", "minimum": each.low, "maximum": each.high, "description": each.what}
        if each.default is not None:
            bounds["default"] = each.default
        keys["calibration"]["properties"][each.name] = bounds
    required = [each.name for each in known.constants if each.default is None]
    keys["calibration"]["required"] = required
    needed = ["calibration"] if required else []
    if len(known.inputs) > 1:
        inputs = {each.name: {"description": each.what} for each in known.inputs}
        keys["pins"] = {"properties": inputs, "additionalProperties": False, "required": list(inputs)}
        needed.append("pins")
    elif known.inputs:
        keys["pin"] = {"description": f"BCM number of the {known.inputs[0].what}."}
    if known.choices:
        needed.append("bus")
    is_it = {"properties": {"kind": {"const": known.kind}}, "required": ["kind"]}
    return {"if": is_it, "then": {"description": known.what_for, "properties": keys, "required": needed}}
