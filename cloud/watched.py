"""One sensor as the live feed knows it. Not thread-safe: the live model locks."""

from dataclasses import dataclass

from cloud.history import History, Sum, Value
from cloud.states import (
    Evidence,
    Judgement,
    judge,
    overdue_after_us,
    played_at_us,
    playing_us,
    quiet_window_us,
)
from cloud.watched_gateway import WatchedGateway
from sensorhub.quantity import QUANTITIES
from sensorhub.reading import US_PER_S, Quality, Reading
from sensorhub.status import Fault, GatewayState, SensorStatus
from sensorhub.topics import PackId

BARS = 40
SUM_US = 300 * US_PER_S
PERIOD_DEFAULT_US = 60 * US_PER_S
"""Of a sensor that no status has described yet, and of which fewer than two intervals are known."""

COUNT, OCCUPANCY, ON_TIME = "actuation_count", "occupancy", "mean_on_time"


@dataclass(frozen=True, slots=True)
class SensorNow:
    """One sensor as it is now.

    Arguments:
        gateway, sensor: its ids.
        title: what it watches, from its gateway's status.
        period_us: its interval, in the time of its readings.
        judgement: its state, and why.
        fault: its open fault.
        gateway_state: what its gateway says of itself.
        gateway_since_us: since when it says so; None where the hub did not see the change.
        backlog: its gateway's records without a receipt.
        newest_us: time of its newest reading; of a recording, the recording's own.
        age_from_us: when that reading was made here.
        active_us: end of the newest interval in which something was seen.
        oldest_us: how far back its readings are at hand.
        closures: in the last five minutes that were measured.
        occupancy, on_time: of the newest interval.
        bars: closures of each of the last intervals, oldest first; None where one is missing.
        quality: of the newest count.
        uncommitted: whether the newest reading still waits for the commit.
    """

    gateway: str
    sensor: str
    title: str
    period_us: int
    judgement: Judgement
    fault: Fault | None
    gateway_state: GatewayState | None
    gateway_since_us: int | None
    backlog: int
    newest_us: int | None
    age_from_us: int | None
    active_us: int | None
    oldest_us: int | None
    closures: Sum | None
    occupancy: Value | None
    on_time: Value | None
    bars: tuple[float | None, ...]
    quality: Quality
    uncommitted: bool


class WatchedSensor:
    """The newest readings of a sensor, and what they say of it.

    Arguments:
        gateway_id, sensor_id: its ids.
        gateway: who reports it.
    """

    def __init__(self, gateway_id: str, sensor_id: str, gateway: WatchedGateway) -> None:
        self.gateway_id = gateway_id
        self.sensor_id = sensor_id
        self.gateway = gateway
        self.arrived_us: int | None = None
        self.newest_pack: PackId | None = None
        self.knew_us: int | None = None
        """The last instant at which the hub knew its state before data stopped coming to this hub."""
        self._history = History()
        self._version = 0
        self._made: tuple[object, SensorNow] | None = None

    def take(self, reading: Reading, arrived_us: int, pack: PackId | None) -> bool:
        """Take in a reading of this sensor; True where it is newer than all before."""
        self._version += 1
        period_us = self.period_us
        keep_us = max((BARS + 1) * period_us, SUM_US, quiet_window_us(period_us)) + period_us
        newer = self._history.add(reading, keep_us)
        if newer:
            self.arrived_us, self.newest_pack = arrived_us, pack
        return newer

    @property
    def _spec(self) -> SensorStatus | None:
        return self.gateway.specs.get(self.sensor_id)

    @property
    def period_us(self) -> int:
        """Its interval in the time of its readings."""
        if self._spec is not None:
            return round(self._spec.period_s * US_PER_S)
        return self._history.shortest_step_us() or PERIOD_DEFAULT_US

    @property
    def _period_here_us(self) -> int:
        recording = self.gateway.recording
        return round(self.period_us / recording.speed) if recording is not None else self.period_us

    def unheard_since(self, resumed_us: int, now_us: int) -> bool:
        """Whether nothing came of it since the hub could hear again, and nothing had to yet."""
        due_us = resumed_us + overdue_after_us(self._period_here_us, self.gateway.pack_us)
        return now_us < due_us and (self.arrived_us is None or self.arrived_us < resumed_us)

    def judge(self, now_us: int, blind: bool, knew_us: int | None) -> Judgement:
        """Its state at this instant; `blind` and `knew_us` as in the evidence for it."""
        status, spec, recording = self.gateway.status, self._spec, self.gateway.recording
        newest_us, period_us = self._history.newest_us, self.period_us
        named = spec.quantities if spec is not None else (COUNT, OCCUPANCY)
        active = [name for name in named if name in QUANTITIES and QUANTITIES[name].activity]
        return judge(
            Evidence(
                now_us=now_us,
                period_us=self._period_here_us,
                pack_us=self.gateway.pack_us,
                newest_us=None if newest_us is None else played_at_us(recording, newest_us),
                arrived_us=self.arrived_us,
                gateway=None if status is None else status.state,
                backlog=0 if status is None else status.backlog,
                anchored=status is None or status.clock.anchored,
                faulty=spec is not None and spec.fault is not None,
                at_rest=bool(active) and self._history.at_rest(active, quiet_window_us(period_us), period_us),
                ended=recording is not None and recording.ended,
                blind=blind,
                knew_us=knew_us,
            )
        )

    def now(self, now_us: int, judgement: Judgement, uncommitted: bool) -> SensorNow:
        """Everything that is shown of it; the same object again as long as nothing has changed."""
        end_us = self._last_interval_us(judgement.as_of_us or now_us)
        reason = (self._version, self.gateway.version, judgement, uncommitted, end_us)
        if self._made is None or self._made[0] != reason:
            self._made = (reason, self._describe(judgement, uncommitted, end_us))
        return self._made[1]

    def _last_interval_us(self, now_us: int) -> int:
        """The end of its newest interval, or of the newest one that should have come by now."""
        recording, newest_us = self.gateway.recording, self._history.newest_us
        if recording is not None and recording.ended and newest_us is not None:
            return newest_us
        due_us = playing_us(recording, now_us - overdue_after_us(0, self.gateway.pack_us))
        due_us = due_us // self.period_us * self.period_us
        return due_us if newest_us is None else max(due_us, newest_us)

    def _describe(self, judgement: Judgement, uncommitted: bool, end_us: int) -> SensorNow:
        spec, status, history = self._spec, self.gateway.status, self._history
        newest_us, count = history.newest_us, history.newest(COUNT)
        return SensorNow(
            gateway=self.gateway_id,
            sensor=self.sensor_id,
            title=spec.title if spec is not None else "",
            period_us=self.period_us,
            judgement=judgement,
            fault=spec.fault if spec is not None else None,
            gateway_state=status.state if status is not None else None,
            gateway_since_us=self.gateway.since_us,
            backlog=status.backlog if status is not None else 0,
            newest_us=newest_us,
            age_from_us=None if newest_us is None else played_at_us(self.gateway.recording, newest_us),
            active_us=history.active_us,
            oldest_us=history.oldest_us,
            closures=history.total(COUNT, SUM_US, self.period_us),
            occupancy=history.newest(OCCUPANCY),
            on_time=history.newest(ON_TIME),
            bars=history.bars(COUNT, end_us, self.period_us, BARS),
            quality=count.quality if count is not None else Quality.GOOD,
            uncommitted=uncommitted,
        )
