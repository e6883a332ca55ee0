"""Reads a TOML file into a pydantic model, and says all that is wrong with it at once."""

import difflib
import tomllib
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, Strict, ValidationError, ValidationInfo
from pydantic_core import ErrorDetails

from sensorhub.errors import ConfigInvalid
from sensorhub.fields import Place, choices_in, field_at, models_in, owner_of

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

Whole = Annotated[int, Strict()]
Number = Annotated[float, Strict()]
Switch = Annotated[bool, Strict()]
"""Numbers and switches as TOML writes them: the text "4" is no number, and 1 is not true."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a configuration.

    Arguments:
        at: where it is; empty: the file as a whole.
        wrong: what is wrong, in words that follow the place.
        instead: what to write or do instead.
        name: the `id` of the table of a list that it is in, where it has one.
    """

    at: Place
    wrong: str
    instead: str = ""
    name: str = ""

    @property
    def key_path(self) -> str:
        """`sensors[2].pin`: as one would say where it stands, counting tables of a list from 1."""
        text = ""
        for part in self.at:
            text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
        return text

    def __str__(self) -> str:
        """The fault in one sentence."""
        where = f"{self.key_path}{f' ({self.name})' if self.name else ''}: " if self.at else ""
        return f"{where}{self.wrong}{'; ' if self.instead else ''}{self.instead}"


class Misfit(ValueError):
    """Values that do not fit a model, with each fault; a validator raises it with places from its own field on."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


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
    try:
        values = read_toml(path) if path is not None else {}
    except Misfit as misfit:
        raise ConfigInvalid(str(path), [str(fault) for fault in misfit.faults]) from None
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


def read_toml(path: Path) -> dict[str, Any]:
    """What a TOML file holds.

    Raises:
        Misfit: it cannot be read, or is not TOML.
    """
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise Misfit(Fault((), f"it cannot be read: {error.strerror}", "check the path")) from None
    except UnicodeDecodeError as error:
        raise Misfit(Fault((), f"byte {error.start} is not UTF-8", "save the file as UTF-8")) from None
    except (ValueError, RecursionError) as error:  # a number of more than 4,300 digits, or too deep, among them
        raise Misfit(Fault((), f"it is not TOML: {error}", "write key = value there, text in quotes")) from None


def check(source: str, values: Mapping[str, Any], model: type[Model], folder: Path | None = None) -> Model:
    """Make a `model` of `values`.

    Arguments:
        source: where they are from, for messages.
        folder: what relative paths are taken from (default: where the command runs).

    Raises:
        ConfigInvalid: with a finding for each fault.
    """
    try:
        return fit(values, model, folder)
    except Misfit as misfit:
        raise ConfigInvalid(source, [str(fault) for fault in misfit.faults]) from None


def fit(values: Mapping[str, Any], model: type[Model], folder: Path | None = None) -> Model:
    """Make a `model` of `values`; relative paths are taken from `folder` (default: where the command runs).

    Raises:
        Misfit: with each fault.
    """
    try:
        return model.model_validate(values, context={"folder": folder})
    except ValidationError as error:
        raise Misfit(*(replace(fault, name=_name(fault.at, values)) for fault in faults_of(error, model))) from None


def _name(at: Place, values: Mapping[str, Any]) -> str:
    """The `id` of the table of a list that a place is in; empty where it has none, or that is what is wrong."""
    match at:
        case (str(key), int(number), str(inner), *_) if inner != "id":
            table = values[key][number]
            name = table.get("id") if isinstance(table, Mapping) else None
            return name if isinstance(name, str) else ""
        case _:
            return ""


def faults_of(error: ValidationError, model: type[BaseModel]) -> Iterator[Fault]:
    """Each fault that pydantic found in values for `model`, in our words."""
    details = error.errors()
    for each in details:
        if not _follows(each, details):
            yield from _faults(each, model)


def _follows(fault: ErrorDetails, faults: Sequence[ErrorDetails]) -> bool:
    """Whether a list counts as too short only since its items are faulty."""
    depth = len(fault["loc"])
    return fault["type"] == "too_short" and any(
        len(other["loc"]) > depth and other["loc"][:depth] == fault["loc"] for other in faults
    )


def _faults(detail: ErrorDetails, model: type[BaseModel]) -> Iterator[Fault]:
    at, kind = detail["loc"], detail["type"]
    if kind == "extra_forbidden":
        yield Fault(at, "this key is not known", _nearest(at, model))
    elif kind == "missing":
        yield Fault(at, "is missing", f"add {_tables(at, model) or 'it'}{_description(at, model)}")
    elif kind == "value_error":  # a check of ours, in its own words
        own = detail["ctx"]["error"]
        if isinstance(own, Misfit):
            yield from (replace(fault, at=(*at, *fault.at)) for fault in own.faults)
        else:
            wrong, _, instead = str(own).partition("; ")
            yield Fault(at, wrong, instead)
    elif kind == "literal_error":
        yield _unknown_choice(at, detail["input"], model)
    else:
        yield Fault(at, f"{shown(detail['input'])} does not fit", _instead(detail, model))


def _unknown_choice(at: Place, told: object, model: type[BaseModel]) -> Fault:
    keys = at[:-1] if isinstance(at[-1], int) else at  # an item of a list is described with the list
    field = field_at(keys, model)
    choices = [each for each in choices_in(field.annotation) if each != ""] if field is not None else []
    write = "write " + one_of([f'"{each}"' if isinstance(each, str) else f"{each}" for each in choices])
    if not isinstance(told, str):
        return Fault(at, f"{shown(told)} does not fit", write)
    near = close_to(told, [each for each in choices if isinstance(each, str)])
    return Fault(at, f"{shown(told)} is not known", f"did you mean {near!r}?" if near else write)


def _instead(detail: ErrorDetails, model: type[BaseModel]) -> str:
    at, kind, quoted = detail["loc"], detail["type"], isinstance(detail["input"], str)
    if kind in _LENGTHS:
        bound, what = _LENGTHS[kind]
        return f"write at {bound} {detail['ctx'][_BOUNDS[bound]]}{what}"
    if kind == "tuple_type" and (tables := _tables(at, model)):
        return f"write {tables}"
    rule = (detail["msg"][:1].lower() + detail["msg"][1:]).replace("input should", "it should")
    unquoted = " without quotes" if quoted and kind in ("int_type", "float_type", "bool_type") else ""
    return _INSTEAD.get(kind, rule) + unquoted


def shown(value: object) -> str:
    """A wrong value as a finding repeats it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}..."


def one_of(choices: Sequence[str]) -> str:
    """`a, b or c`."""
    return " or ".join(filter(None, (", ".join(choices[:-1]), *choices[-1:])))


def close_to(name: str, known: Sequence[str]) -> str:
    """The one that is spelled much like `name`; empty where none is."""
    return next(iter(difflib.get_close_matches(name.lower(), known, n=1)), "")


def nearest(name: str, known: Sequence[str], otherwise: str) -> str:
    """`did you mean 'gateway'?`, or, where none is near, `otherwise` and all that there are."""
    near = close_to(name, known)
    return f"did you mean {near!r}?" if near else f"{otherwise} {', '.join(known) or 'none'}"


def _nearest(location: Place, model: type[BaseModel]) -> str:
    owner = owner_of(location, model)
    known = list(owner.model_fields) if owner is not None else []
    return nearest(str(location[-1]), known, "the known keys here are")


def _description(location: Place, model: type[BaseModel]) -> str:
    field = field_at(location, model)
    return f": {field.description}" if field is not None and field.description else ""


def _tables(location: Place, model: type[BaseModel]) -> str:
    """How a list of tables is written; empty for what is none."""
    field = field_at(location, model)
    if field is None or typing.get_origin(field.annotation) is not tuple or not any(models_in(field.annotation)):
        return ""
    return f"[[{'.'.join(part for part in location if isinstance(part, str))}]] and its keys, once for each"
