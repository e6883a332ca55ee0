"""A run of a recording: what must stay the same when the process that plays it is killed and started again.

Kept as one file, written once. Boot id and measurement clock belong to the run, not to a process.
"""

import hashlib
from pathlib import Path
from uuid import UUID

from pydantic import Field

from sensorhub.broker import BrokerSettings
from sensorhub.reading import US_PER_S
from simulators.kept import keep, kept
from simulators.pace import Pace

_NAME = "run.json"


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
    keep(data / _NAME, run)


def read_run(data: Path) -> Run:
    """Read the run of a folder.

    Raises:
        KeptUnreadable: there is none, or it is not from this version.
    """
    return kept(data / _NAME, Run)


def read_run_if_any(data: Path) -> Run | None:
    """The run of a folder; None where there is none yet.

    Raises:
        KeptUnreadable: it is not from this version.
    """
    return read_run(data) if (data / _NAME).exists() else None
