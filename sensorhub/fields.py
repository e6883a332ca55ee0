"""What a pydantic model says of the place of a value in a file."""

import inspect
import typing
from collections.abc import Iterator
from typing import Literal

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

Place = tuple[int | str, ...]
"""Keys and positions that lead to a value."""


def field_at(location: Place, model: type[BaseModel]) -> FieldInfo | None:
    """The field that the last part of `location` is, or that lists it; None where it is none."""
    keys = location[:-1] if isinstance(location[-1], int) else location
    owner = owner_of(keys, model)
    return owner.model_fields.get(str(keys[-1])) if owner is not None and keys else None


def bounds_at(location: Place, model: type[BaseModel]) -> tuple[object, object, bool]:
    """The least and the most that a number may be, and whether it must be above the least; None: no bound.

    Arguments:
        location: of a field, or of an item in one that is a table by name.
    """
    field = field_at(location, model) or field_at(location[:-1], model)
    found = [*field.metadata, *_metadata(field.annotation)] if field is not None else []
    low = next((each.ge if isinstance(each, Ge) else each.gt for each in found if isinstance(each, Ge | Gt)), None)
    high = next((each.le if isinstance(each, Le) else each.lt for each in found if isinstance(each, Le | Lt)), None)
    return low, high, any(isinstance(each, Gt) for each in found)


def _metadata(annotation: object) -> Iterator[object]:
    for each in getattr(annotation, "__metadata__", ()):
        yield from each.metadata if isinstance(each, FieldInfo) else (each,)
    for inner in typing.get_args(annotation):
        yield from _metadata(inner)


def owner_of(location: Place, model: type[BaseModel]) -> type[BaseModel] | None:
    """The model whose field the last part of `location` is."""
    owner: type[BaseModel] | None = model
    for part in location[:-1]:
        if isinstance(part, str) and owner is not None:
            field = owner.model_fields.get(part)
            owner = next(models_in(field.annotation), None) if field is not None else None
    return owner


def models_in(annotation: object) -> Iterator[type[BaseModel]]:
    """The models inside an annotation such as `tuple[SensorConfig, ...] | None`."""
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from models_in(inner)


def choices_in(annotation: object) -> list[object]:
    """What a `Literal` inside an annotation allows."""
    if typing.get_origin(annotation) is Literal:
        return list(typing.get_args(annotation))
    return [each for inner in typing.get_args(annotation) for each in choices_in(inner)]
