"""What the running gateway last said of itself, in a file that `sensorhub gateway status` reads."""

import fcntl
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from gateway.spool.disk import LOCK_NAME
from sensorhub.status import Status

STATUS_NAME = "status.json"


class Said(BaseModel):
    """One status, and when it was said.

    Arguments:
        written: seconds since 1970 UTC, as the machine believed.
        boot, clock_s: the measurement clock then; tells its age where the machine's time is not known.
        connected: whether the broker is reached.
        percent: how full the spool is, /100.
        status: as the hub gets it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    written: float
    boot: str
    clock_s: float
    connected: bool
    percent: float
    status: Status


def write_said(spool: Path, said: Said) -> None:
    """Put it into the spool's folder, in one step; a disk that refuses, or a power cut, costs only this.

    Not synced: it is written often, and is worth nothing after a power cut.
    """
    temporary = spool / f"{STATUS_NAME}.tmp"
    with suppress(OSError):
        temporary.write_text(said.model_dump_json(exclude_none=True))
        temporary.replace(spool / STATUS_NAME)


def read_said(spool: Path) -> Said | None:
    """What was said last; None where nothing was, or it cannot be read."""
    try:
        return Said.model_validate_json((spool / STATUS_NAME).read_bytes())
    except (OSError, ValidationError):
        return None


def is_running(spool: Path) -> bool:
    """Whether a gateway has this spool now: it holds the lock."""
    try:
        with (spool / LOCK_NAME).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
