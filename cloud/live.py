"""What the pages show of now: the newest readings of every sensor, in memory, filled by ingest before the commit."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from cloud.stores.protocol import Query, Store, StorePack, StoreUnavailable
from cloud.view import LiveView, Notice, Playing, SensorNow, Trouble
from cloud.watched import WatchedSensor
from cloud.watched_gateway import WatchedGateway
from sensorhub.clock import MachineClock
from sensorhub.reading import US_PER_S, Reading
from sensorhub.states import played_at_us
from sensorhub.status import RecordingStatus, Status
from sensorhub.topics import PackId

SENSORS_MAX = 5_000
"""One page lists them all; a hub with more needs pages of its own for them. Those beyond are counted and said."""
GATEWAYS_MAX = 2_000
"""Named ones only come here, so this is reached by a mistake, not by an attack."""
UNNAMED_MAX = 50
"""Gateways that nobody named are listed up to here: anybody can invent more. The state database has them all."""
PENDING_MAX = 4_096
"""Packs that wait for the commit: a group of ingest is smaller; what conflicts stays until it is pushed out."""
WARM_US = 45 * 60 * US_PER_S
"""Read back at the start: the 40 bars of intervals of a minute, and some to spare."""
WARM_LATER_US = 60 * US_PER_S
"""A reading may be this much newer than its arrival, by a clock that is ahead."""
READ_BACK_AT_ONCE_MAX = 50
"""Slow sensors that are read back in one go: each takes the store some milliseconds."""
UNCOMMITTED_US = 2 * US_PER_S
"""A commit takes less; a reading that waits longer is marked."""
KNEW_UNTIL = "knew_until_us"
"""The hub's own note: until when it knew the states."""


class Notes(Protocol):
    """Where the hub keeps a note over a restart; called from any thread, durable when it returns."""

    def note(self, key: str, value: str) -> None:
        """Keep a note."""
        ...

    def noted(self, key: str) -> str | None:
        """A note kept before."""
        ...


class LiveModel:
    """The listener of the live feed; every method may be called from any thread.

    Arguments:
        clock: for the hub's time.
    """

    def __init__(self, clock: MachineClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._gateways: dict[str, WatchedGateway] = {}
        self._sensors: dict[tuple[str, str], WatchedSensor] = {}
        self._hidden: set[tuple[str, str]] = set()
        self._pending: dict[PackId, int] = {}
        self._unnamed: dict[str, int] = {}
        self._trouble: Trouble | None = None
        self._notices: dict[str, tuple[Notice, ...]] = {}
        self._warning = ""
        self._resumed_us = clock.wall_us()
        self._knew_us: int | None = None
        self._behind_us: int | None = None
        self._heard_us: int | None = None
        self.version = 0
        """Rises with every change: who saw a view of this version has seen all but what time alone changes."""

    def warm_start(self, store: Store, notes: Notes, named: Callable[[str], bool] = lambda _: True) -> None:
        """Fill in what was known before the hub was restarted; called once, before the first message.

        Arguments:
            store, notes: what was kept.
            named: whether a gateway is named (default: all are); what is stored of others is not shown.

        Raises:
            StoreUnavailable: the store or the notes cannot be read.
        """
        noted = notes.noted(KNEW_UNTIL)
        arrivals = {key: came_us for key, came_us in store.arrivals().items() if named(key[0])}
        with self._lock:
            self._knew_us = int(noted) if noted is not None else None
            self._take_back(store, Query(from_us=self._clock.wall_us() - WARM_US), arrivals, named)
            for (gateway, sensor), arrived_us in arrivals.items():
                if (gateway, sensor) not in self._sensors and len(self._sensors) < SENSORS_MAX:
                    # silent for long, or played from a recording whose times are old by nature
                    around = Query(gateway, sensor, None, arrived_us - WARM_US, arrived_us + WARM_LATER_US)
                    self._take_back(store, around, arrivals, named)

    def _take_back(
        self, store: Store, query: Query, arrivals: Mapping[tuple[str, str], int], named: Callable[[str], bool]
    ) -> None:
        for stored in store.read(query):
            if not named(stored.gateway):
                continue
            sensor = self._sensor(stored.gateway, stored.reading.sensor)
            if sensor is not None:
                came_us = arrivals.get((stored.gateway, stored.reading.sensor), stored.reading.time_us)
                sensor.take(stored.reading, stored.arrived_us if stored.arrived_us is not None else came_us, None)

    def read_back(self, store: Store) -> None:
        """Read what the bars of slow sensors lack after a restart; called every 2 s, from a thread that may wait."""
        with self._lock:
            due = [(sensor, query) for sensor in self._sensors.values() if (query := sensor.lacks(WARM_US))]
        for sensor, query in due[:READ_BACK_AT_ONCE_MAX]:
            try:
                readings = [stored.reading for stored in store.read(query)]
            except StoreUnavailable:
                return  # ingest says so, and it is read the next time
            with self._lock:
                self.version += 1
                sensor.read_back(readings)

    def note_knowledge(self, notes: Notes) -> None:
        """Keep until when the states were known; called every 10 s.

        Raises:
            StoreUnavailable: the note was not kept.
        """
        with self._lock:
            knew_us = self._knew_until_us(self._clock.wall_us())
        if knew_us is not None:
            notes.note(KNEW_UNTIL, str(knew_us))

    def _knew_until_us(self, now_us: int) -> int | None:
        waiting = any(sensor.unheard_since(self._resumed_us, now_us) for sensor in self._sensors.values())
        return self._knew_us if self._trouble is not None or waiting else now_us

    def arrived(self, pack: StorePack) -> None:
        """Take in a pack before its commit."""
        with self._lock:
            self.version += 1
            self._unnamed.pop(pack.id.gateway, None)
            self._pending.setdefault(pack.id, pack.arrived_us)
            if len(self._pending) > PENDING_MAX:
                del self._pending[next(iter(self._pending))]
            newest_us = self._take_all(pack)
            self._heard_us = pack.arrived_us
            if newest_us is not None:
                recording = self._gateways[pack.id.gateway].recording
                self._behind_us = pack.arrived_us - played_at_us(recording, newest_us)

    def _take_all(self, pack: StorePack) -> int | None:
        newest_us: int | None = None
        for _, record in pack.records:
            if not isinstance(record, Reading):
                continue
            sensor = self._sensor(pack.id.gateway, record.sensor)
            if sensor is not None and sensor.take(record, pack.arrived_us, pack.id):
                newest_us = record.time_us if newest_us is None else max(record.time_us, newest_us)
        return newest_us

    def _gateway(self, gateway: str) -> WatchedGateway | None:
        if gateway not in self._gateways and len(self._gateways) >= GATEWAYS_MAX:
            return None
        return self._gateways.setdefault(gateway, WatchedGateway())

    def _sensor(self, gateway: str, sensor: str) -> WatchedSensor | None:
        key = (gateway, sensor)
        if key not in self._sensors:
            known = self._gateway(gateway)
            if known is None or len(self._sensors) >= SENSORS_MAX:
                if len(self._hidden) < SENSORS_MAX:
                    self._hidden.add(key)
                return None
            self._sensors[key] = WatchedSensor(gateway, sensor, known)
        return self._sensors[key]

    def committed(self, packs: Sequence[PackId]) -> None:
        """Take the mark from readings that are durably stored now."""
        with self._lock:
            self.version += 1
            for pack in packs:
                self._pending.pop(pack, None)

    def status(self, gateway: str, status: Status, arrived_us: int) -> None:
        """Take in what a gateway says of itself and of its sensors."""
        with self._lock:
            self.version += 1
            self._unnamed.pop(gateway, None)
            known = self._gateway(gateway)
            if known is not None:
                known.said(status, arrived_us)
                for name in known.specs:
                    sensor = self._sensor(gateway, name)
                    if sensor is not None:
                        sensor.described()

    def unnamed(self, gateway: str, messages: int) -> None:
        """Count what a gateway that nobody named sent."""
        with self._lock:
            if gateway in self._unnamed or len(self._unnamed) < UNNAMED_MAX:
                self.version += 1
                self._unnamed[gateway] = self._unnamed.get(gateway, 0) + messages

    def retired(self, gateway: str) -> None:
        """Show a gateway no longer; what is stored of it stays."""
        with self._lock:
            self.version += 1
            self._gateways.pop(gateway, None)
            for key in [key for key in self._sensors if key[0] == gateway]:
                del self._sensors[key]

    def noticed(self, notices: Mapping[str, tuple[Notice, ...]], warning: str) -> None:
        """What is known against gateways now, and what will be a trouble of the hub; in place of what was."""
        with self._lock:
            if (self._notices, self._warning) != (notices, warning):
                self.version += 1
                self._notices, self._warning = dict(notices), warning

    def trouble(self, what: str | None) -> None:
        """Note that no data is taken, or that all is well again: what is shown is as of the time between."""
        with self._lock:
            self.version += 1
            now_us = self._clock.wall_us()
            if what is None:
                if self._trouble is not None:
                    self._resumed_us = now_us
                self._trouble = None
                return
            if self._trouble is None:
                self._knew_us = self._knew_until_us(now_us)
                for sensor in self._sensors.values():
                    if not sensor.unheard_since(self._resumed_us, now_us):
                        sensor.knew_us = now_us
            self._trouble = Trouble(what, self._trouble.since_us if self._trouble is not None else now_us)

    def view(self) -> LiveView:
        """Everything as it is at this instant."""
        with self._lock:
            now_us = self._clock.wall_us()
            listed = [one for one in self._sensors.values() if one.gateway.names(one.sensor_id)]
            health = {one.gateway_id: self._now(one, now_us) for one in listed if one.is_the_gateways}
            return LiveView(
                now_us=now_us,
                sensors=tuple(self._now(one, now_us) for one in listed if not one.is_the_gateways),
                gateways=tuple(
                    known.now(gateway, self._notices.get(gateway, ()), health.get(gateway))
                    for gateway, known in sorted(self._gateways.items())
                ),
                playing=self._playing(one.gateway for one in listed if not one.is_the_gateways),
                unnamed=tuple(self._unnamed.items()),
                trouble=self._trouble,
                warning=self._warning,
                behind_us=self._behind_us,
                heard_us=self._heard_us,
                hidden=len(self._hidden),
            )

    def _playing(self, of_sensors: Iterable[WatchedGateway]) -> tuple[Playing, ...]:
        """What is played; gateways that play parts of one recording are one."""
        sensors = Counter(of_sensors)
        players: dict[RecordingStatus, list[WatchedGateway]] = {}
        for known in self._gateways.values():
            if known.recording is not None:
                players.setdefault(known.recording, []).append(known)
        return tuple(
            Playing(recording, ones[0].source, ones[0].plays, sum(sensors[one] for one in ones))
            for recording, ones in players.items()
        )

    def _now(self, sensor: WatchedSensor, now_us: int) -> SensorNow:
        blind = self._trouble is not None or sensor.unheard_since(self._resumed_us, now_us)
        judgement = sensor.judge(now_us, blind, sensor.knew_us if sensor.knew_us is not None else self._knew_us)
        waits_since_us = self._pending.get(sensor.newest_pack) if sensor.newest_pack is not None else None
        return sensor.now(now_us, judgement, waits_since_us is not None and now_us - waits_since_us > UNCOMMITTED_US)
