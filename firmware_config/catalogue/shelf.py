"""Finds the entries of the catalogue: a file `KIND.toml` each, read when it is asked for."""

from functools import cache
from pathlib import Path

from firmware_config.catalogue.entry import Entry
from sensorhub.config import load_toml, nearest
from sensorhub.errors import AskedWrong
from sensorhub.sentence import ended

FOLDER = Path(__file__).parent


class KindUnknown(AskedWrong, ValueError):
    """A kind that the catalogue does not have."""


@cache
def kinds() -> tuple[str, ...]:
    """All kinds, by name."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def entry(kind: str) -> Entry:
    """What the catalogue says of a kind.

    Raises:
        KindUnknown: with the nearest one that there is.
        ConfigInvalid: its file has faults.
    """
    if kind not in kinds():
        instead = nearest(kind, kinds(), "there are")
        raise KindUnknown(ended(f"The kind {kind!r} is not in the catalogue; {instead}"))
    found = load_toml(FOLDER / f"{kind}.toml", Entry)
    if found.kind != kind:
        raise KindUnknown(f"{kind}.toml in the catalogue says that it is {found.kind!r}.")
    return found


def entry_of(kind: str) -> Entry | None:
    """The same; None where there is none, as for what a newer gateway reports."""
    return entry(kind) if kind in kinds() else None
