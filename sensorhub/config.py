"""Reads a TOML file into a pydantic model, and says all that is wrong with it at once."""

import difflib
import inspect
import tomllib
import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails

from sensorhub.errors import ConfigInvalid

Model = TypeVar("Model", bound=BaseModel)

_SHOWN_MAX = 80
"""Characters of a wrong value that are repeated in a finding."""

_INSTEAD = {
    "string_type": "write a text in quotes",
    "path_type": "write a path in quotes",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "bool_type": "write true or false",
    "bool_parsing": "write true or false",
    "list_type": "write a list, [...]",
    "tuple_type": "write a list, [...]",
    "model_type": "write a table, as in [name]",
    "model_attributes_type": "write a table, as in [name]",
    "dict_type": "write a table, as in [name]",
}


def _from_its_folder(path: Path, info: ValidationInfo) -> Path:
    folder: Path | None = (info.context or {}).get("folder")
    return path if folder is None else folder / path


ConfigPath = Annotated[Path, AfterValidator(_from_its_folder)]
"""A path in a configuration: a relative one is taken from the folder of the file it stands in."""


def load_toml(path: Path | None, model: type[Model], options: Mapping[str, Any] | None = None) -> Model:
    """Read `path` as `model`.

    Arguments:
        path: a TOML file; None: the options alone.
        options: values of the command line, in the shape of the file; they win over it.

    Raises:
        ConfigInvalid: with a finding for each fault: its key, what is wrong, and what to write instead.
    """
    values = _read(path) if path is not None else {}
    source = str(path) if path is not None else "The command line"
    return check(source, _merged(values, options or {}), model, path.parent if path is not None else None)


def _merged(values: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(values)
    for key, value in over.items():
        if isinstance(value, Mapping):
            inner = merged.get(key, {})
            merged[key] = _merged(inner, value) if isinstance(inner, Mapping) else value
        else:
            merged[key] = value.absolute() if isinstance(value, Path) else value
    return merged


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise ConfigInvalid(str(path), [f"it cannot be read: {error.strerror}; check the path"]) from None
    except UnicodeDecodeError as error:
        raise ConfigInvalid(str(path), [f"byte {error.start} is not UTF-8; save the file as UTF-8"]) from None
    except (ValueError, RecursionError) as error:  # a number of more than 4,300 digits, or too deep, among them
        raise ConfigInvalid(str(path), [f"it is not TOML: {error}"]) from None


def check(source: str, values: Mapping[str, Any], model: type[Model], folder: Path | None = None) -> Model:
    """Make a `model` of `values`.

    Arguments:
        source: where they are from, for messages.
        folder: what relative paths are taken from (default: where the command runs).

    Raises:
        ConfigInvalid: with a finding for each fault.
    """
    try:
        return model.model_validate(values, context={"folder": folder})
    except ValidationError as error:
        faults = error.errors()
        raise ConfigInvalid(
            source, [_finding(fault, model) for fault in faults if not _follows(fault, faults)]
        ) from None


def _follows(fault: ErrorDetails, faults: Sequence[ErrorDetails]) -> bool:
    """Whether a list counts as too short only since its items are faulty."""
    depth = len(fault["loc"])
    return fault["type"] == "too_short" and any(
        len(other["loc"]) > depth and other["loc"][:depth] == fault["loc"] for other in faults
    )


def _finding(fault: ErrorDetails, model: type[BaseModel]) -> str:
    where, kind = _key_path(fault["loc"]), fault["type"]
    if kind == "extra_forbidden":
        return f"{where}: this key is not known; {_nearest(fault['loc'], model)}"
    if kind == "missing":
        return f"{where}: is missing; add it{_description(fault['loc'], model)}"
    if kind == "value_error":  # a check of ours, in its own words
        sentence = fault["msg"].removeprefix("Value error, ")
        return f"{where}: {sentence}" if where else sentence
    if kind in _INSTEAD:
        return f"{where}: {_shown(fault['input'])} does not fit; {_INSTEAD[kind]}"
    rule = fault["msg"][:1].lower() + fault["msg"][1:]
    return f"{where}: {_shown(fault['input'])} does not fit; {rule.replace('input should', 'it should')}"


def _key_path(location: Sequence[int | str]) -> str:
    """`sensors[2].pin`: as one would say where it stands, counting tables of a list from 1."""
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}..."


def _nearest(location: Sequence[int | str], model: type[BaseModel]) -> str:
    owner = _owner(location, model)
    known = list(owner.model_fields) if owner is not None else []
    near = difflib.get_close_matches(str(location[-1]), known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"the known keys here are {', '.join(known)}"


def _description(location: Sequence[int | str], model: type[BaseModel]) -> str:
    owner = _owner(location, model)
    field = owner.model_fields.get(str(location[-1])) if owner is not None else None
    return f": {field.description}" if field is not None and field.description else ""


def _owner(location: Sequence[int | str], model: type[BaseModel]) -> type[BaseModel] | None:
    """The model whose field the last part of `location` is."""
    owner: type[BaseModel] | None = model
    for part in location[:-1]:
        if isinstance(part, str) and owner is not None:
            field = owner.model_fields.get(part)
            owner = next(_models(field.annotation), None) if field is not None else None
    return owner


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    """The models inside an annotation such as `tuple[SensorConfig, ...] | None`."""
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _models(inner)
