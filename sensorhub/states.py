"""The one function that decides what a sensor is doing now: live, quiet, late or silent.

Every page, export, alarm and command shows its answer.
"""

from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto

from sensorhub.reading import US_PER_S
from sensorhub.status import GatewayState, RecordingStatus

HOLD_EXTRA_US = 10 * US_PER_S
"""Sending, storing and showing may take this long after a gateway has closed a pack."""
AHEAD_US = 5 * US_PER_S
"""A reading from further in the future than this tells of a wrong clock, not of rounding."""
QUIET_US = 300 * US_PER_S
"""Nothing for this long is a quiet road; the gap between two vehicles is not."""
QUIET_PERIODS = 3
SILENT_PERIODS = 3


class State(StrEnum):
    """What a sensor is doing now, worst first."""

    SILENT = "silent"
    LATE = "late"
    LIVE = "live"
    QUIET = "quiet"


STATES = tuple(State)
"""Worst first; a group shows the first of these that a member has."""


class Cause(Enum):
    """Why it is in that state; each has its words beside the state."""

    NONE = auto()
    NEVER_KNOWN = auto()
    NEVER_SEEN = auto()
    NO_TIME = auto()
    FAULT = auto()
    RECORDING_ENDED = auto()
    NOTHING_COMES = auto()
    GATEWAY_GONE = auto()
    CLOCK_AHEAD = auto()
    FILLING = auto()
    SLOW_LINK = auto()
    OVERDUE = auto()
    AT_REST = auto()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a sensor. Times are microseconds since 1970 at the hub, lengths microseconds.

    Arguments:
        now_us: the hub's time.
        period_us: how often it reports at least; of a recording that is played faster, the time that takes here.
        pack_us: how long its gateway holds a pack open.
        newest_us: time of its newest reading that is not bad; of a recording, when that was played.
        arrived_us: when that reading came to the hub.
        gateway: what its gateway says of itself; None where it never said anything.
        backlog: its gateway's records without a receipt.
        anchored: whether its gateway knows the time.
        faulty: whether it has an open fault.
        at_rest: whether good readings cover the window for quiet, and all of its activity is at rest.
        ended: whether it is played from a recording that has ended.
        blind: whether the hub cannot know.
        knew_us: the last instant at which the hub knew; None where it never did.
    """

    now_us: int
    period_us: int
    pack_us: int
    newest_us: int | None = None
    arrived_us: int | None = None
    gateway: GatewayState | None = None
    backlog: int = 0
    anchored: bool = True
    faulty: bool = False
    at_rest: bool = False
    ended: bool = False
    blind: bool = False
    knew_us: int | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A state, why, and as of when where the hub cannot know it now."""

    state: State
    cause: Cause = Cause.NONE
    as_of_us: int | None = None

    @property
    def blind(self) -> bool:
        """Whether the hub cannot know it now."""
        return self.as_of_us is not None or self.cause is Cause.NEVER_KNOWN


def overdue_after_us(period_us: int, pack_us: int) -> int:
    """E: how old the newest reading of a sensor may be before the next one is overdue."""
    return period_us + pack_us + HOLD_EXTRA_US


def quiet_window_us(period_us: int, *, held: bool = False) -> int:
    """Q: how long nothing must have been seen for the sensor to be quiet.

    Arguments:
        period_us: how often it reports; of a held contact, its heartbeat.
        held: whether it is a held contact, which is told as it changes (default False).
    """
    return period_us if held else max(QUIET_PERIODS * period_us, QUIET_US)


def judge(evidence: Evidence) -> Judgement:
    """Decide the state of a sensor: the first line of the table of states that holds."""
    if evidence.blind:
        if evidence.knew_us is None:
            return Judgement(State.SILENT, Cause.NEVER_KNOWN)
        then = max(evidence.knew_us, evidence.arrived_us or evidence.knew_us)
        known = judge(replace(evidence, blind=False, now_us=then))
        return Judgement(known.state, known.cause, then)
    if evidence.newest_us is None or evidence.arrived_us is None:
        timeless = evidence.gateway is not None and not evidence.anchored
        return Judgement(State.SILENT, Cause.NO_TIME if timeless else Cause.NEVER_SEEN)
    if evidence.faulty:
        return Judgement(State.SILENT, Cause.FAULT)
    if evidence.ended:
        return Judgement(State.SILENT, Cause.RECORDING_ENDED)
    return _by_age(evidence, evidence.now_us - evidence.newest_us, evidence.now_us - evidence.arrived_us)


def _by_age(evidence: Evidence, age_us: int, arrived_ago_us: int) -> Judgement:
    overdue_us = overdue_after_us(evidence.period_us, evidence.pack_us)
    silent_us = overdue_us + (SILENT_PERIODS - 1) * evidence.period_us
    gone = evidence.gateway in ("lost", "disconnected", "sleeping")
    if arrived_ago_us > silent_us:
        return Judgement(State.SILENT, Cause.GATEWAY_GONE if gone else Cause.NOTHING_COMES)
    if arrived_ago_us > overdue_us and gone:
        return Judgement(State.SILENT, Cause.GATEWAY_GONE)
    if age_us < -AHEAD_US:
        return Judgement(State.LATE, Cause.CLOCK_AHEAD)
    if age_us > overdue_us:
        if evidence.backlog > 0:
            return Judgement(State.LATE, Cause.FILLING)
        return Judgement(State.LATE, Cause.SLOW_LINK if arrived_ago_us <= overdue_us else Cause.OVERDUE)
    if evidence.at_rest:
        return Judgement(State.QUIET, Cause.AT_REST)
    return Judgement(State.LIVE, Cause.FILLING if evidence.backlog > 0 else Cause.NONE)


def played_at_us(recording: RecordingStatus | None, time_us: int) -> int:
    """When a reading of this time was made here: its own time, or when the recording's player came to it."""
    if recording is None:
        return time_us
    since_us = time_us - round(recording.r0 * US_PER_S)
    return round(recording.w0 * US_PER_S) + round(since_us / recording.speed)


def playing_us(recording: RecordingStatus | None, now_us: int) -> int:
    """The time that readings made now carry: the inverse of `played_at_us`."""
    if recording is None:
        return now_us
    since_us = now_us - round(recording.w0 * US_PER_S)
    return round(recording.r0 * US_PER_S) + round(since_us * recording.speed)
