"""The status of a gateway: a retained message with what the hub needs to judge its sensors."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sensorhub.clock import TIME_MAX_S
from sensorhub.errors import SensorHubError
from sensorhub.names import is_hex16
from sensorhub.sentence import SENTENCE_MAX
from sensorhub.topics import SEQUENCE_MAX

GatewayState = Literal["init", "ready", "disconnected", "sleeping", "lost"]
Hex16 = Annotated[str, Field(pattern=re.compile(r"^[0-9a-f]{16}\Z"))]
SensorId = Annotated[str, Field(pattern=re.compile(r"^[a-z0-9][a-z0-9-]{0,47}\Z"))]
WallSeconds = Annotated[float, Field(ge=0, le=TIME_MAX_S)]
"""Seconds since 1970 UTC, as far as every reader of ours can turn them into a date."""
Sequence = Annotated[int, Field(ge=1, le=SEQUENCE_MAX + 1)]

SENSORS_MAX = 200
RECORDING_SPEED_MIN, RECORDING_SPEED_MAX = 0.001, 1_000_000
"""How fast a recording may be played: beyond it the page's mapping of its times says nothing any more."""
EPOCHS_MAX = 50


class StatusMalformed(SensorHubError):
    """A message on a status topic that is no status."""


class _Part(BaseModel):
    # A newer gateway may say more than this hub knows.
    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Fault(_Part):
    """What is wrong with a sensor, and since when (seconds since 1970 UTC)."""

    text: str = Field(max_length=SENTENCE_MAX)
    since: WallSeconds


class SensorStatus(_Part):
    """One sensor: what it is and how often it speaks."""

    id: SensorId
    kind: str = Field(max_length=48)
    title: str = Field(default="", max_length=120)
    quantities: tuple[str, ...] = Field(max_length=20)
    period_s: float = Field(gt=0, le=86_400)
    fault: Fault | None = None


class EpochStatus(_Part):
    """One spool: the lowest sequence it still keeps, and the next it will give."""

    epoch: Hex16
    lowest: Sequence
    next: Sequence


class ClockStatus(_Part):
    """Where the gateway has its time from, how far it may be off (s), and whether it has any."""

    source: str = Field(default="none", max_length=20)
    error_s: float | None = Field(default=None, ge=0)
    anchored: bool = False


class RecordingStatus(_Part):
    """A recording being played: recorded time r0 was played at w0 (both s since 1970) with this speed.

    Where its readings carry shifted times (played in real time), r0 is such a time too, mostly w0 itself, and the
    recording's own clock is shift_s behind it. A world that is simulated in real time has no clock of its own: r0 is
    w0, and nothing is shifted.
    """

    r0: WallSeconds
    w0: WallSeconds
    speed: float = Field(ge=RECORDING_SPEED_MIN, le=RECORDING_SPEED_MAX)
    shift_s: float = Field(default=0.0, ge=-1e10, le=1e10)
    ended: bool = False
    title: str = Field(default="", max_length=120)


class Status(_Part):
    """What a gateway says of itself: at connect, on change, every 60 s, and as its will."""

    state: GatewayState
    connection: Hex16
    nonce: str = Field(default="", max_length=32)
    boot: str = Field(default="", max_length=40)
    pack_s: float = Field(default=10.0, gt=0, le=3_600)
    epochs: tuple[EpochStatus, ...] = Field(default=(), max_length=EPOCHS_MAX)
    backlog: int = Field(default=0, ge=0)
    spool_used_bytes: int = Field(default=0, ge=0)
    spool_free_bytes: int = Field(default=0, ge=0)
    hours_left: float | None = Field(default=None, ge=0)
    clock: ClockStatus = ClockStatus()
    versions: dict[str, str] = Field(default_factory=dict)
    sensors: tuple[SensorStatus, ...] = Field(default=(), max_length=SENSORS_MAX)
    recording: RecordingStatus | None = None
    trouble: str = Field(default="", max_length=SENTENCE_MAX)
    """What keeps the gateway from accepting or sending, in a sentence; empty while nothing does."""


def encode_status(status: Status) -> bytes:
    """Write a status."""
    return status.model_dump_json(exclude_none=True).encode()


def decode_status(body: bytes) -> Status:
    """Read a status.

    Raises:
        StatusMalformed: with the first faults in words.
    """
    try:
        return Status.model_validate_json(body)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()[:3]
        )
        raise StatusMalformed(f"a status cannot be read: {faults}") from None


def is_nonce(text: str) -> bool:
    """Whether a status wants an answer: wills and farewells carry no nonce."""
    return is_hex16(text)
