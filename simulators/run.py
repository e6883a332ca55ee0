"""A run of a recording: what must stay the same when the process that plays it is killed and started again.

Kept as one file, written once. Boot id and measurement clock belong to the run, not to a process.
"""

import hashlib
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from sensorhub.broker import BrokerSettings
from sensorhub.errors import AskedWrong
from sensorhub.reading import NS_PER_US, US_PER_S
from simulators.files import write_whole

_NAME = "run.json"

START_NS = 60_000_000_000
"""Boot clock at the start of a span: a boot that is a minute old, as a gateway's is when its first edges come."""


class RunUnreadable(AskedWrong):
    """A folder whose run cannot be gone on with."""


class Run(BaseModel):
    """One run.

    `start_ns` of the boot clock, `wall_us` of the readings' times and `machine_ns` of this machine's boot clock are
    the same instant: the start of the recording's span. From there the measurement clock runs `speed` times as fast
    as the machine's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    boot_id: UUID
    start_ns: int = START_NS
    wall_us: int
    machine_ns: int
    machine_wall_us: int = Field(description="Wall time of this machine at that instant.")
    speed: float = Field(gt=0)
    interval_s: int = Field(ge=1)
    once: bool
    recording: Path
    sha256: str
    broker: BrokerSettings

    def measured_ns(self, machine_ns: int) -> int:
        """Where the measurement clock may stand when this machine's boot clock is at `machine_ns`."""
        return self.start_ns + round((machine_ns - self.machine_ns) * self.speed)

    def machine_s_until(self, clock_ns: int, machine_ns: int) -> float:
        """Seconds of this machine from `machine_ns` until the measurement clock may stand at `clock_ns`."""
        return (clock_ns - self.measured_ns(machine_ns)) / self.speed / 1e9

    def wall_us_at(self, clock_ns: int) -> int:
        """The readings' time at a boot clock, microseconds since 1970 UTC."""
        return self.wall_us + (clock_ns - self.start_ns) // NS_PER_US


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
