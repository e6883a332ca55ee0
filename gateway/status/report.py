"""What a gateway says of itself: its status, made from spool, sampler and clocks."""

import random
from collections.abc import Callable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

from firmware_config.gateway import GatewayConfig
from gateway.spool import Anchor
from gateway.spool.epochs import Epochs
from gateway.status.fullness import Fullness
from sensorhub.reading import NS_PER_S
from sensorhub.sentence import shortened
from sensorhub.status import (
    EPOCHS_MAX,
    ClockStatus,
    EpochStatus,
    Fault,
    GatewayState,
    RecordingStatus,
    SensorStatus,
    Status,
)

_DISTRIBUTION = "smart-essex-sensor-hub"


@cache
def product_version() -> str:
    """The version of this software, as installed."""
    try:
        return version(_DISTRIBUTION)
    except PackageNotFoundError:
        return "unknown"


class Health(Protocol):
    """What the measuring side knows of itself; read in the spool's thread."""

    @property
    def trouble(self) -> str:
        """What keeps it from accepting, or is wrong with the time, in a sentence; empty while nothing is."""
        ...

    @property
    def fullness(self) -> Fullness:
        """How full the spool is."""
        ...


class StatusReport:
    """Makes the statuses of one gateway.

    Arguments:
        config: of the gateway.
        recording: what is played, where this is a simulation.
        faults: of the sensors, by id.
        chance: random numbers, for the ids of connections.
        health: of the measuring side; None: nobody measures here.
    """

    def __init__(
        self,
        config: GatewayConfig,
        recording: Callable[[], RecordingStatus | None],
        faults: Mapping[str, Fault],
        chance: random.Random,
        health: Health | None = None,
    ) -> None:
        self._health = health
        self._config = config
        self._recording = recording
        self._versions = {"sensorhub": product_version()}
        self._chance = chance
        self._faults = faults
        self.new_connection()

    def new_connection(self) -> None:
        """The next connection has another id, so that a late will of the last one is known as such."""
        self.connection = f"{self._chance.getrandbits(64):016x}"

    def will(self) -> Status:
        """What the broker says when this connection is lost."""
        return Status(state="lost", connection=self.connection, pack_s=self._config.pack_s, sensors=self._sensors())

    def make(
        self, state: GatewayState, epochs: Epochs, anchor: Anchor | None, backlog: int, nonce: str, trouble: str
    ) -> Status:
        """The status now; called from the spool's thread."""
        spool, spools = epochs.current, epochs.all
        if len(spools) > EPOCHS_MAX:  # a hub takes no more; once the oldest have drained, the others are named
            spools = (*spools[: EPOCHS_MAX - 1], spool)
        fullness = self._health.fullness if self._health else None
        troubles = [self._health.trouble if self._health else "", trouble]
        return Status(
            state=state,
            connection=self.connection,
            nonce=nonce,
            boot=str(spool.boots[spool.boot]),
            pack_s=self._config.pack_s,
            epochs=tuple(EpochStatus(epoch=each.epoch, lowest=each.lowest, next=each.next) for each in spools),
            backlog=backlog,
            spool_used_bytes=fullness.used_bytes if fullness else epochs.used_bytes,
            spool_free_bytes=fullness.free_bytes if fullness else epochs.free_bytes,
            hours_left=fullness.hours_left if fullness else None,
            clock=ClockStatus()
            if anchor is None
            else ClockStatus(source=anchor.source.name.lower(), error_s=anchor.error_ns / NS_PER_S, anchored=True),
            versions=self._versions,
            sensors=self._sensors(),
            recording=self._recording(),
            trouble=shortened(" ".join(filter(None, troubles))),
        )

    def _sensors(self) -> tuple[SensorStatus, ...]:
        return tuple(
            SensorStatus(
                id=sensor.id,
                kind=sensor.kind,
                title=sensor.title,
                quantities=sensor.entry.quantities,
                period_s=sensor.period_s,
                fault=self._faults.get(sensor.id),
            )
            for sensor in self._config.sensors
        )
