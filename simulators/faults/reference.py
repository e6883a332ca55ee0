"""`python -m simulators.faults.reference [FOLDER]`: write keys and faults of scenarios into the developer's page."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from firmware_config.reference.tables import table
from simulators.faults.kinds import FAULT_KINDS
from simulators.faults.plan import FOREVER_S, TAKEN_BY, FaultPlan
from simulators.faults.scenario import Scenario

PAGE = "docs/developer.md"
BEGIN, END = "<!-- scenario keys begin -->\n", "<!-- scenario keys end -->\n"

_TYPES = {"string": "text", "integer": "whole number", "number": "number"}


def scenario_keys() -> str:
    """The tables: keys of a scenario, keys of one of its faults, and the faults there are."""
    faults = ((f"`{name}`", f"{kind.what}", kind.whose) for name, kind in FAULT_KINDS.items())
    return "\n".join(
        [
            "Made from the models by `python -m simulators.faults.reference`; change it there.\n",
            _keys(Scenario),
            "Keys of each `[[faults]]`:\n",
            _keys(FaultPlan),
            table(("Fault", "What goes wrong", "What can have it"), faults),
        ]
    )


def with_keys(page: str) -> str:
    """The developer's page with the tables as they are now."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{scenario_keys()}\n{END}{rest.partition(END)[2]}"


def _keys(model: type[BaseModel]) -> str:
    about: Mapping[str, Mapping[str, Any]] = model.model_json_schema()["properties"]
    rows = [
        (
            f"`{key}`",
            _value(about[key]),
            "must be there" if field.is_required() else _left_out(field.default),
            f"{field.description}{_taken_by(key) if model is FaultPlan else ''}",
        )
        for key, field in model.model_fields.items()
    ]
    return table(("Key", "Value", "If left out", "What it is"), rows)


def _value(about: Mapping[str, Any]) -> str:
    """What may be written, in words."""
    about = next(iter(about.get("anyOf", ())), about)
    if about.get("type") == "array":
        return f"list of {_value(about['items'])}"
    if "$ref" in about:
        return "tables"
    if "enum" in about:
        return "a fault, see below" if len(about["enum"]) == len(FAULT_KINDS) else ", ".join(map(_toml, about["enum"]))
    return _TYPES[about["type"]]


def _left_out(default: object) -> str:
    return "" if default in (None, "", FOREVER_S) else _toml(default)


def _toml(value: object) -> str:
    return f'`"{value}"`' if isinstance(value, str) else f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def _taken_by(key: str) -> str:
    faults = TAKEN_BY.get(key)
    return f" Only for {', '.join(faults)}." if faults else ""


def main(folder: Path) -> None:
    """Write the page where it has changed, and name it."""
    path = folder / PAGE
    text = path.read_text()
    if with_keys(text) != text:
        path.write_text(with_keys(text))
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
