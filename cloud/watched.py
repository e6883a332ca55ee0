"""One sensor of any kind as the live feed knows it. Not thread-safe: the live model locks."""

from collections.abc import Iterable

from cloud.history import History, Sum, Value
from cloud.stores.protocol import Query
from cloud.view import SensorNow, Shown
from cloud.watched_gateway import WatchedGateway
from firmware_config.catalogue import entry_of
from sensorhub.quantity import QUANTITIES
from sensorhub.reading import US_PER_S, Reading
from sensorhub.states import (
    Evidence,
    Judgement,
    judge,
    overdue_after_us,
    played_at_us,
    playing_us,
    quiet_window_us,
)
from sensorhub.status import SensorStatus
from sensorhub.topics import PackId

BARS = 40
SHOWN_MAX = 3
PERIOD_DEFAULT_US = 60 * US_PER_S
"""Of a sensor that no status has described yet, and of which fewer than two intervals are known."""
HEARTBEAT_DEFAULT_US = 900 * US_PER_S
"""Of a held contact that no status has described yet."""


def sum_window_us(period_us: int) -> int:
    """Over how long counts and depths are summed: five minutes, or one interval where that is longer."""
    return max(300 * US_PER_S, period_us)


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
        self._kind = ""
        self._complete = False
        self._version = 0
        self._made: tuple[object, SensorNow] | None = None
        self._rest: tuple[object, bool] | None = None

    def described(self) -> None:
        """Its gateway has said what it is: one that is of another kind now begins anew."""
        before, self._kind = self._kind, self._spec.kind if self._spec is not None else self._kind
        if before not in {"", self._kind}:
            self._history = History()
            self._version += 1
            self.arrived_us = self.newest_pack = None

    def take(self, reading: Reading, arrived_us: int, pack: PackId | None) -> bool:
        """Take in a reading of this sensor; True where it is newer than all before."""
        if self._spec is not None and reading.quantity not in self._spec.quantities:
            return False
        self._version += 1
        newer = self._history.add(reading, self._keep_us)
        if newer:
            self.arrived_us, self.newest_pack = arrived_us, pack
        return newer

    @property
    def _spec(self) -> SensorStatus | None:
        return self.gateway.specs.get(self.sensor_id)

    @property
    def _quantities(self) -> list[str]:
        """Those that count, the main ones first: what its gateway names, or what has come before it named any."""
        if self._spec is None:
            return [name for name in QUANTITIES if name in self._history.quantities]
        known = entry_of(self._spec.kind)
        main = known.shown if known is not None else ()
        named = [name for name in self._spec.quantities if name in QUANTITIES]
        return sorted(named, key=lambda name: main.index(name) if name in main else len(main))

    @property
    def _shown(self) -> list[str]:
        known = entry_of(self._kind)
        named = self._quantities
        main = [name for name in named if known is not None and name in known.shown]
        return (main or named)[:SHOWN_MAX]

    @property
    def is_the_gateways(self) -> bool:
        """Whether it tells of the gateway itself."""
        known = entry_of(self._kind)
        return known is not None and known.every_gateway

    @property
    def _held(self) -> bool:
        """Whether it is a held contact, which is told when it changes and as a heartbeat."""
        known = entry_of(self._kind)
        if known is not None:
            return known.reads == "level"
        return any(QUANTITIES[name].held for name in self._quantities[:1])

    @property
    def period_us(self) -> int:
        """Its interval or heartbeat in the time of its readings."""
        if self._spec is not None:
            return round(self._spec.period_s * US_PER_S)
        return HEARTBEAT_DEFAULT_US if self._held else self._history.shortest_step_us() or PERIOD_DEFAULT_US

    @property
    def _keep_us(self) -> int:
        period_us = self.period_us
        return max((BARS + 1) * period_us, sum_window_us(period_us), quiet_window_us(period_us)) + period_us

    @property
    def _period_here_us(self) -> int:
        recording = self.gateway.recording
        return round(self.period_us / recording.speed) if recording is not None else self.period_us

    def lacks(self, length_us: int) -> Query | None:
        """The readings that its bars need and that are further back than `length_us`, until they were read back."""
        newest_us = self._history.newest_us
        if self._complete or self._spec is None or newest_us is None or self._keep_us <= length_us:
            return None
        return Query(self.gateway_id, self.sensor_id, None, newest_us - self._keep_us, newest_us)

    def read_back(self, readings: Iterable[Reading]) -> None:
        """Take in what it lacked."""
        self._complete = True
        for reading in readings:
            self.take(reading, reading.time_us, None)

    def unheard_since(self, resumed_us: int, now_us: int) -> bool:
        """Whether nothing came of it since the hub could hear again, and nothing had to yet."""
        due_us = resumed_us + overdue_after_us(self._period_here_us, self.gateway.pack_us)
        return now_us < due_us and (self.arrived_us is None or self.arrived_us < resumed_us)

    def judge(self, now_us: int, blind: bool, knew_us: int | None) -> Judgement:
        """Its state at this instant; `blind` and `knew_us` as in the evidence for it."""
        status, spec, recording = self.gateway.status, self._spec, self.gateway.recording
        newest_us = self._history.newest_us
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
                at_rest=self._at_rest(),
                ended=recording is not None and recording.ended,
                blind=blind,
                knew_us=knew_us,
            )
        )

    def _at_rest(self) -> bool:
        reason = (self._version, self.gateway.version)
        if self._rest is None or self._rest[0] != reason:
            active = [name for name in self._quantities if QUANTITIES[name].activity]
            held, period_us = self._held, self.period_us
            window_us = quiet_window_us(period_us, held=held)
            self._rest = reason, bool(active) and self._history.at_rest(active, window_us, period_us, held=held)
        return self._rest[1]

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
        newest_us, held = history.newest_us, self._held
        shown = tuple(Shown(name, self._value(name)) for name in self._shown)
        return SensorNow(
            gateway=self.gateway_id,
            sensor=self.sensor_id,
            kind=self._kind,
            title=spec.title if spec is not None else "",
            period_us=self.period_us,
            judgement=judgement,
            fault=spec.fault if spec is not None else None,
            gateway_state=status.state if status is not None else None,
            gateway_since_us=self.gateway.since_us,
            source=self.gateway.source,
            backlog=status.backlog if status is not None else 0,
            newest_us=newest_us,
            age_from_us=None if newest_us is None else played_at_us(self.gateway.recording, newest_us),
            active_us=history.rested_us if held else history.active_us,
            oldest_us=history.oldest_us,
            shown=shown,
            bars=self._bars(shown[0].quantity, end_us, held) if shown else (),
            unseen=history.unseen(end_us, self.period_us, BARS, held=held),
            uncommitted=uncommitted,
        )

    def _value(self, quantity: str) -> Value | Sum | None:
        if QUANTITIES[quantity].adds:
            return self._history.total(quantity, sum_window_us(self.period_us), self.period_us)
        return self._history.newest(quantity)

    def _bars(self, quantity: str, end_us: int, held: bool) -> tuple[float | None, ...]:
        draw = self._history.held_bars if held else self._history.bars
        return draw(quantity, end_us, self.period_us, BARS)
