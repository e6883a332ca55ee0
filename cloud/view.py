"""What the pages show at one instant: sensors, gateways, and the hub itself."""

from dataclasses import dataclass
from enum import StrEnum

from cloud.history import Sum, Value
from sensorhub.states import Judgement
from sensorhub.status import Fault, GatewayState, RecordingStatus


@dataclass(frozen=True, slots=True)
class Shown:
    """What a row shows of one quantity: the newest value, or the sum of what adds up; None where there is none."""

    quantity: str
    value: Value | Sum | None


class Source(StrEnum):
    """Where readings come from: a road, a world that is simulated as if it were now, or what has a clock of its own."""

    ROAD = ""
    SIMULATED = "simulated"
    PLAYED = "played"


@dataclass(frozen=True, slots=True)
class SensorNow:
    """One sensor as it is now.

    Arguments:
        gateway, sensor: its ids.
        kind: as its gateway says; empty before its first status.
        title: what it watches, from its gateway's status.
        period_us: its interval or heartbeat, in the time of its readings.
        judgement: its state, and why.
        fault: its open fault.
        gateway_state: what its gateway says of itself.
        gateway_since_us: since when it says so; None where the hub did not see the change.
        source: where its gateway's readings come from.
        backlog: its gateway's records without a receipt.
        newest_us: time of its newest reading; of a recording, the recording's own.
        age_from_us: when that reading was made here.
        active_us: until when something was seen.
        oldest_us: how far back its readings are at hand.
        shown: its main quantities, three at most.
        bars: the first of these in each of the last intervals, oldest first; of a held contact the share of the time
            that it was held; None where one is missing.
        unseen: how many of them are from before the first reading that is known.
        uncommitted: whether the newest reading still waits for the commit.
    """

    gateway: str
    sensor: str
    kind: str
    title: str
    period_us: int
    judgement: Judgement
    fault: Fault | None
    gateway_state: GatewayState | None
    gateway_since_us: int | None
    source: Source
    backlog: int
    newest_us: int | None
    age_from_us: int | None
    active_us: int | None
    oldest_us: int | None
    shown: tuple[Shown, ...]
    bars: tuple[float | None, ...]
    unseen: int
    uncommitted: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence about what somebody should look at: lost records, a conflict, a security event."""

    text: str
    act: bool
    """Whether something is lost or wrong for good, not only to be watched."""


@dataclass(frozen=True, slots=True)
class GatewayNow:
    """One gateway as it is now.

    Arguments:
        gateway: its id.
        state: what it says of itself; None before its first status.
        since_us: since when it says so; None where the hub did not see the change.
        used_share: how full its spool is, 0 to 1; None where it does not say.
        hours_left: how long it can keep what it measures without the hub; None where it does not say.
        backlog: its records without a receipt that are overdue.
        trouble: what keeps it from accepting or sending, in a sentence; empty while nothing does.
        notices: what else is known against it.
        plays: the title of what it plays; empty where it measures on the road.
        health: what it measures of itself; None where it does not.
    """

    gateway: str
    state: GatewayState | None
    since_us: int | None
    used_share: float | None
    hours_left: float | None
    backlog: int
    trouble: str
    notices: tuple[Notice, ...]
    plays: str = ""
    health: SensorNow | None = None


@dataclass(frozen=True, slots=True)
class Playing:
    """What gateways play in place of a road, under which title, and how many sensors that reaches."""

    recording: RecordingStatus
    source: Source
    title: str
    sensors: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why no data is taken, in a sentence, and since when."""

    what: str
    since_us: int


@dataclass(frozen=True, slots=True)
class LiveView:
    """Everything the first page shows, at one instant.

    Arguments:
        now_us: that instant.
        sensors: those that their gateway's newest status names, but for what a gateway measures of itself.
        gateways: all that are named and have said something, with what is known against them.
        playing: what is played; gateways that play parts of one recording are one.
        unnamed: gateways that nobody named, with the messages of each that were forgotten.
        trouble: why no data is taken.
        warning: what will be a trouble if nobody does anything, in a sentence; empty where there is nothing.
        behind_us: how old the newest reading was when it came; None before the first.
        heard_us: when readings came last.
        hidden: sensors beyond the limit.
    """

    now_us: int
    sensors: tuple[SensorNow, ...] = ()
    gateways: tuple[GatewayNow, ...] = ()
    playing: tuple[Playing, ...] = ()
    unnamed: tuple[tuple[str, int], ...] = ()
    trouble: Trouble | None = None
    warning: str = ""
    behind_us: int | None = None
    heard_us: int | None = None
    hidden: int = 0
