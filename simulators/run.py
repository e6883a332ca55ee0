"""A run of a recording: what must stay the same when the process that plays it is killed and started again.

Kept as one file, written once. Boot id and measurement clock belong to the run, not to a process.
"""

import hashlib
from pathlib import Path
from uuid import UUID

from pydantic import Field

from sensorhub.broker import BrokerSettings
from sensorhub.errors import AskedWrong
from sensorhub.reading import US_PER_S
from simulators.files import write_whole
from simulators.pace import Pace

_NAME = "run.json"


class RunUnreadable(AskedWrong):
    """A folder whose run cannot be gone on with."""


class Run(Pace):
    """One run: the start is that of the recording's span."""

    boot_id: UUID
    interval_s: int = Field(ge=1)
    once: bool
    recording: Path
    sha256: str
    broker: BrokerSettings


def aligned_us(time_us: int, interval_s: int) -> int:
    """The start of the interval that holds `time_us`."""
    step_us = interval_s * US_PER_S
    return time_us // step_us * step_us


def file_hash(path: Path) -> str:
    """SHA-256 of a recording's file, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_run(data: Path, run: Run) -> None:
    """Keep a run in its folder, in place of an older one."""
    write_whole(data / _NAME, run.model_dump_json(indent=1).encode() + b"\n")


def read_run(data: Path) -> Run:
    """Read the run of a folder.

    Raises:
        RunUnreadable: there is none, or it is not from this version.
    """
    try:
        return Run.model_validate_json((data / _NAME).read_bytes())
    except (OSError, ValueError) as error:
        raise RunUnreadable(
            f"{data / _NAME} cannot be read: {error}. Choose a new folder; sensorhub demo writes this file."
        ) from None


def read_run_if_any(data: Path) -> Run | None:
    """The run of a folder; None where there is none yet.

    Raises:
        RunUnreadable: it is not from this version.
    """
    return read_run(data) if (data / _NAME).exists() else None
