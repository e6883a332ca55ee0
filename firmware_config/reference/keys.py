"""docs/configuration.md: every key of a deployment's files, from the models; boards, buses and checks with them."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from firmware_config.boards import Board, boards
from firmware_config.checks.calibration import calibration_is_not_overdue
from firmware_config.checks.run import OF_A_DEPLOYMENT, OF_A_GATEWAY
from firmware_config.header import USABLE_PINS
from firmware_config.reference.tables import table
from firmware_config.schema import Schema, schema
from sensorhub.config import one_of

_HEAD = """# Configuration

Generated from the models by `python -m firmware_config.reference`; change it there.

A deployment is a folder:

```
sites.toml               the sites, a table each
gateways/NAME.toml       a file for each gateway: the same that `sensorhub gateway run --config` takes on its Pi
deployment.toml          name and area; may be left out
```

`sensorhub config check FOLDER` looks at all of it, `sensorhub config new` writes a gateway's file, and
`sensorhub config wiring NAME` draws it. `deployments/essex/` is a worked example. Unknown keys are errors. With
`#:schema ../gateway.schema.json` in the first line of a file, editors complete keys and kinds; `sensorhub config
schema` prints it.
"""

_WORDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


def configuration() -> str:
    """The document."""
    gateway, sites, deployment = schema("gateway"), schema("sites"), schema("deployment")
    tables = gateway["$defs"]
    pieces = [
        _HEAD,
        "## gateways/NAME.toml\n",
        _keys(gateway, gateway),
        "### [broker]\n",
        _keys(tables["BrokerSettings"], gateway),
        "### [[sensors]]\n",
        "What a kind needs of these, and its constants, are in [kinds of sensors](sensors.md).\n",
        _keys(tables["SensorConfig"], gateway),
        "### [[sensors.stuck_inactive]]\n",
        _keys(tables["StuckRule"], gateway),
        "## sites.toml\n",
        "### [[sites]]\n",
        _keys(sites["$defs"]["Site"], sites),
        "## deployment.toml\n",
        _keys(deployment, deployment),
        "## Boards\n",
        *_boards(),
        "## What `config check` looks at\n",
        "Beside each key by itself, and unknown ones:\n",
        *_checks(),
    ]
    return "\n".join(pieces).rstrip() + "\n"


def _keys(model: Schema, whole: Schema) -> str:
    required = model.get("required", [])
    rows = [
        (f"`{key}`", _kind_of(about, whole), _default(key, about, required), about.get("description", ""))
        for key, about in model["properties"].items()
    ]
    return table(("Key", "Value", "If left out", "What it is"), rows)


def _kind_of(about: Schema, whole: Schema) -> str:
    """What may be written, in words."""
    if "$ref" in about:
        return "table"
    if "enum" in about:
        choices = about["enum"]
        return "a kind" if len(choices) > _FEW else ", ".join(f"`{_toml(each)}`" for each in choices)
    if about.get("type") == "array":
        items = about.get("items", {})
        what = "tables" if "$ref" in items else f"{_kind_of(items, whole)}"
        return f"list of {what}"
    if about.get("type") == "object":
        return f"table of {_kind_of(about.get('additionalProperties', {}), whole)} by name"
    if about.get("format") == "path":
        return "path"
    if about.get("format") == "date":
        return "date"
    return _WORDS[about["type"]] + _bounds(about)


_FEW = 12
"""Choices that are listed; there are more kinds than that, and they have a document of their own."""


def _bounds(about: Mapping[str, Any]) -> str:
    low = about.get("minimum", about.get("exclusiveMinimum"))
    high = about.get("maximum")
    above = "above " if "exclusiveMinimum" in about else ""
    if low is not None and high is not None:
        return f", {above}{low:,} to {high:,}"
    if low is not None:
        return f", {above or 'from '}{low:,}"
    if "maxLength" in about:
        return f", at most {about['maxLength']} characters"
    return ""


def _default(key: str, about: Schema, required: list[str]) -> str:
    if key in required:
        return "must be there"
    if about.get("default") in (None, "", [], {}):
        return ""
    return f"`{_toml(about['default'])}`"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return (
        f"{value:,g}".replace(",", "")
        if isinstance(value, float)
        else f'"{value}"'
        if isinstance(value, str)
        else f"{value}"
    )


def _boards() -> Iterator[str]:
    rows = [
        (
            f'`"{each.name}"`',
            each.title,
            f"{each.supply_3v3_ma} mA",
            f"{each.supply_5v_ma:,} mA",
            "yes" if each.clock_battery else "no",
        )
        for each in boards().values()
    ]
    yield table(("`board`", "What it is", "3.3 V at the header", "5 V at the header", "Clock battery"), rows)
    yield (
        "All have the same 40 pins. GPIO 0 and 1 are reserved, GPIO 2 and 3 have a pull-up of 1.8 kilo-ohm. "
        "A pin of an interface that is on is not free for a contact.\n"
    )
    found: dict[tuple[str, str, str, str], list[Board]] = {}
    for board in boards().values():
        for each in board.interfaces:
            pins = ", ".join(f"{end} {pin}" for end, pin in each.pins.items())
            buses = one_of([f"`{bus}`" for bus in each.buses]) or "no sensor"
            found.setdefault((each.name, pins, each.switch, buses), []).append(board)
    rows_of = [
        (
            f"`{name}`",
            pins,
            f"`{switch}`",
            "all" if len(on) == len(boards()) else ", ".join(each.name for each in on),
            buses,
        )
        for (name, pins, switch, buses), on in found.items()
    ]
    yield table(("Interface", "GPIO", "In /boot/firmware/config.txt", "Boards", "`bus` of a sensor on it"), rows_of)
    lines = [(f"{pin}", *(", ".join(board.functions_of(pin)) for board in boards().values())) for pin in USABLE_PINS]
    yield "What else each GPIO can be:\n"
    yield table(("GPIO", *boards()), lines)


def _checks() -> Iterator[str]:
    checks = (*OF_A_GATEWAY, calibration_is_not_overdue, *OF_A_DEPLOYMENT)
    rows = []
    for check in checks:
        said = (inspect.getdoc(check) or "").splitlines()[0]
        rows.append((check.__name__.replace("_", " "), said))
    yield table(("Check", "Why"), rows)
