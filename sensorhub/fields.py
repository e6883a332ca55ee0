"""What a pydantic model says of the place of a value in a file."""

import inspect
import typing
from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Place = tuple[int | str, ...]
"""Keys and positions that lead to a value."""


def field_at(location: Place, model: type[BaseModel]) -> FieldInfo | None:
    """The field that the last part of `location` is; None where it is none."""
    owner = owner_of(location, model)
    return owner.model_fields.get(str(location[-1])) if owner is not None else None


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
