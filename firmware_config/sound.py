"""Reads a file as far as it is sound: what is sound is kept, what is not becomes a fault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from sensorhub.config import Fault, Misfit, fit, read_toml
from sensorhub.fields import Place

Model = TypeVar("Model", bound=BaseModel)
Places = Mapping[str, Sequence[int]]
"""By the name of a list: where in the file each of its items that are kept stands."""

Ill = Mapping[int, frozenset[str]]
"""By the place of a table in its list: its keys that are faulty or missing."""


@dataclass(frozen=True)
class Tables:
    """How a table of a list is kept where some of its keys are faulty.

    Arguments:
        model: of a table.
        stand_in: what is taken for keys that must be there.
        needs: keys without which nothing of it can be understood.
    """

    model: type[BaseModel]
    stand_in: Mapping[str, Any]
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sound(Generic[Model]):
    """One file as far as it is sound.

    Arguments:
        says: None where nothing of it is.
        told: all that it holds.
        places: of the items in `says`.
        ill: by the name of a list, what is not sound of the tables in `says`; their ids are as they are told.
        faults: all that is wrong with it.
    """

    says: Model | None = None
    told: Mapping[str, Any] = field(default_factory=dict)
    places: Places = field(default_factory=dict)
    ill: Mapping[str, Ill] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def listed(self, key: str) -> int:
        """How many items a list in the file has."""
        found = self.told.get(key)
        return len(found) if isinstance(found, list) else 0


def read_sound(
    path: Path, model: type[Model], tables: Mapping[str, Tables], stand_in: Mapping[str, Any] | None = None
) -> Sound[Model]:
    """Read a file; faulty keys are left out, of a list's tables too, and so are items of which nothing is sound.

    Arguments:
        tables: by the name of a list.
        stand_in: what is taken for keys that are missing or faulty, and for lists with no sound item, which are then
            empty.
    """
    try:
        told = read_toml(path)
    except Misfit as misfit:
        return Sound(faults=misfit.faults)
    lists = {key: value for key, value in told.items() if isinstance(value, list)}
    try:
        whole = {key: range(len(value)) for key, value in lists.items()}
        return Sound(fit(told, model, path.parent), told, whole)
    except Misfit as misfit:
        faults = misfit.faults
    ill_keys = {fault.at[0] for fault in faults if fault.at and not _in_an_item(fault.at)}
    kept = {key: value for key, value in told.items() if key not in ill_keys}
    places: dict[str, Sequence[int]] = {}
    ill: dict[str, Ill] = {}
    for key in lists.keys() & kept.keys():
        own = {at: [fault.at[2:] for fault in faults if fault.at[:2] == (key, at)] for at in range(len(lists[key]))}
        items = {at: _item(f"{key}[{at + 1}]", lists[key][at], own[at], tables.get(key)) for at in own}
        places[key] = [at for at, item in items.items() if item is not None]
        ill[key] = {at: frozenset(str(each[0]) for each in own[at]) for at in places[key]}
        kept[key] = [items[at] for at in places[key]]
    missing = {key: value for key, value in (stand_in or {}).items() if not kept.get(key)}
    try:
        says = fit({**kept, **missing}, model, path.parent)
    except Misfit:  # what is left is too little
        return Sound(None, told, faults=faults)
    empty: dict[str, tuple[()]] = {key: () for key, value in missing.items() if isinstance(value, list)}
    return Sound(says.model_copy(update=empty), told, {**places, **empty}, ill, faults)


def _in_an_item(at: Place) -> bool:
    return len(at) > 1 and isinstance(at[1], int)


def _item(label: str, told: Any, faults: Sequence[Place], tables: Tables | None) -> Any:
    """An item of a list as far as it is sound; None where nothing of it is.

    Arguments:
        label: what it is called where it has no id.
        faults: places within it.
    """
    if not faults:
        return told
    ill = {str(at[0]) for at in faults if at}
    if tables is None or not isinstance(told, Mapping) or () in faults or ill & tables.needs:
        return None
    sound = {
        key: value
        for key, value in told.items()
        if key not in ill or (isinstance(value, Mapping) and (key,) not in faults)  # an inner table keeps its own
    }
    try:
        part = fit({**tables.stand_in, **sound}, tables.model, partly=True)
    except Misfit:
        return None
    name = told.get("id")
    return part.model_copy(update={"id": name if isinstance(name, str) and name else label})
