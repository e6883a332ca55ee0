"""What to write instead of a value that pydantic refused, in our words."""

import typing

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from sensorhub.fields import Place, bounds_at, field_at, models_in

_WRITE = {
    "string_type": "write a text in quotes",
    "path_type": "write a path in quotes",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "finite_number": "write a number",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "date_type": "write a date without quotes, as in 2027-03-31",
    "list_type": "write a list, [...]",
    "tuple_type": "write a list, [...]",
    "model_type": "write a table, as in [name]",
    "model_attributes_type": "write a table, as in [name]",
    "dict_type": "write a table, as in [name]",
}

_LENGTHS = {
    "too_short": ("least", ""),
    "too_long": ("most", ""),
    "string_too_short": ("least", " character"),
    "string_too_long": ("most", " characters"),
}
_BOUNDS = {"least": "min_length", "most": "max_length"}
_RANGES = ("greater_than", "greater_than_equal", "less_than", "less_than_equal")


def write_instead(detail: ErrorDetails, at: Place, model: type[BaseModel]) -> str:
    """What to write at a place in `model`."""
    kind, quoted = detail["type"], isinstance(detail["input"], str)
    if kind in _LENGTHS:
        bound, what = _LENGTHS[kind]
        return f"write at {bound} {detail['ctx'][_BOUNDS[bound]]}{what}"
    if kind == "tuple_type" and (written := tables(at, model)):
        return f"write {written}"
    if kind in _RANGES:
        return f"write {_range(at, model)}"
    unquoted = " without quotes" if quoted and kind in ("int_type", "float_type", "bool_type") else ""
    return _WRITE.get(kind, f"write another{description(at, model)}") + unquoted


def _range(at: Place, model: type[BaseModel]) -> str:
    low, high, above = bounds_at(at, model)
    if low is None:
        return f"at most {high}"
    if above:
        return f"more than {low}{f', at most {high}' if high is not None else ''}"
    return f"{low} or more" if high is None else f"{low} to {high}"


def description(location: Place, model: type[BaseModel]) -> str:
    """What a key is, after a colon; empty where it is not known."""
    field = field_at(location, model)
    return f": {field.description}" if field is not None and field.description else ""


def tables(location: Place, model: type[BaseModel]) -> str:
    """How a list of tables is written; empty for what is none."""
    field = field_at(location, model)
    if field is None or typing.get_origin(field.annotation) is not tuple or not any(models_in(field.annotation)):
        return ""
    return f"[[{'.'.join(part for part in location if isinstance(part, str))}]] and its keys, once for each"
