"""What a process of a simulation is to do, kept as one file: one that is started again goes on with it."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from sensorhub.errors import AskedWrong
from simulators.files import write_whole

Told = TypeVar("Told", bound=BaseModel)


class KeptUnreadable(AskedWrong):
    """A folder whose run cannot be gone on with."""


def keep(path: Path, told: BaseModel) -> None:
    """Keep `told` in place of what was kept before."""
    write_whole(path, told.model_dump_json(indent=1).encode() + b"\n")


def kept(path: Path, model: type[Told]) -> Told:
    """Read what is kept.

    Raises:
        KeptUnreadable: there is nothing, or it is not from this version.
    """
    try:
        return model.model_validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise KeptUnreadable(
            f"{path} cannot be read: {error}. Choose a new folder; sensorhub demo and simulate write this file."
        ) from None
