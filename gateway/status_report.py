"""What a gateway says of itself: its status, made from spool, sampler and clocks."""

import secrets
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version

from gateway.config import GatewayConfig
from gateway.sensors.detector import KIND, QUANTITIES
from gateway.spool import Anchor, Spool
from sensorhub.reading import NS_PER_S
from sensorhub.status import (
    ClockStatus,
    EpochStatus,
    Fault,
    GatewayState,
    RecordingStatus,
    SensorStatus,
    Status,
)

_DISTRIBUTION = "smart-essex-sensor-hub"


def product_version() -> str:
    """The version of this software, as installed."""
    try:
        return version(_DISTRIBUTION)
    except PackageNotFoundError:
        return "unknown"


class StatusReport:
    """Makes the statuses of one gateway.

    Arguments:
        config: of the gateway.
        recording: what is played, where this is a simulation.
        faults: of the sensors, by id.
    """

    def __init__(
        self, config: GatewayConfig, recording: Callable[[], RecordingStatus | None], faults: Mapping[str, Fault]
    ) -> None:
        self._config = config
        self._recording = recording
        self._versions = {"sensorhub": product_version()}
        self.connection = secrets.token_hex(8)
        self._faults = faults

    def new_connection(self) -> None:
        """The next connection has another id, so that a late will of the last one is known as such."""
        self.connection = secrets.token_hex(8)

    def will(self) -> Status:
        """What the broker says when this connection is lost."""
        return Status(state="lost", connection=self.connection, pack_s=self._config.pack_s, sensors=self._sensors())

    def make(self, state: GatewayState, spool: Spool, anchor: Anchor | None, backlog: int, nonce: str) -> Status:
        """The status now; called from the spool's thread."""
        return Status(
            state=state,
            connection=self.connection,
            nonce=nonce,
            boot=str(spool.boots[spool.boot]),
            pack_s=self._config.pack_s,
            epochs=(EpochStatus(epoch=spool.epoch, lowest=spool.lowest, next=spool.next),),
            backlog=backlog,
            spool_used_bytes=spool.used_bytes,
            spool_free_bytes=max(0, self._config.spool_bytes_max - spool.used_bytes),
            clock=ClockStatus()
            if anchor is None
            else ClockStatus(source=anchor.source.name.lower(), error_s=anchor.error_ns / NS_PER_S, anchored=True),
            versions=self._versions,
            sensors=self._sensors(),
            recording=self._recording(),
        )

    def _sensors(self) -> tuple[SensorStatus, ...]:
        return tuple(
            SensorStatus(
                id=sensor.id,
                kind=KIND,
                title=sensor.title,
                quantities=QUANTITIES,
                period_s=sensor.period_s,
                fault=self._faults.get(sensor.id),
            )
            for sensor in self._config.sensors
        )
