"""One gateway as the live feed knows it: what it said last. Not thread-safe: the live model locks."""

from cloud.view import GatewayNow, Notice, SensorNow, Source
from sensorhub.reading import US_PER_S
from sensorhub.status import RecordingStatus, SensorStatus, Status

PACK_DEFAULT_US = 10 * US_PER_S


class WatchedGateway:
    """What a gateway last said of itself."""

    def __init__(self) -> None:
        self.status: Status | None = None
        self.since_us: int | None = None
        self.specs: dict[str, SensorStatus] = {}
        self.version = 0

    def said(self, status: Status, arrived_us: int) -> None:
        """Take in a status; a will says nothing but the state, so what was said before holds."""
        self.version += 1
        before = self.status
        if before is not None and before.state != status.state:
            self.since_us = arrived_us
        if before is not None and not status.sensors:
            status = before.model_copy(update={"state": status.state})
        elif before is not None and status.state == "lost":
            kept = {"spool_used_bytes", "spool_free_bytes", "hours_left", "trouble", "backlog", "recording"}
            status = status.model_copy(update={name: getattr(before, name) for name in kept})
        self.status = status
        self.specs = {sensor.id: sensor for sensor in status.sensors}

    @property
    def recording(self) -> RecordingStatus | None:
        """What it plays."""
        return self.status.recording if self.status is not None else None

    @property
    def source(self) -> Source:
        """Where its readings come from."""
        if self.recording is None:
            return Source.ROAD
        played = self.recording
        is_now = played.speed == 1 and played.r0 - played.shift_s == played.w0
        return Source.SIMULATED if is_now else Source.PLAYED

    @property
    def plays(self) -> str:
        """The title of what it plays; empty where it measures on the road."""
        return "" if self.recording is None else self.recording.title or "A recording"

    @property
    def pack_us(self) -> int:
        """How long it holds a pack open."""
        return round(self.status.pack_s * US_PER_S) if self.status is not None else PACK_DEFAULT_US

    def names(self, sensor: str) -> bool:
        """Whether its newest status names a sensor; before the first status every sensor counts."""
        return not self.specs or sensor in self.specs

    def now(self, gateway: str, notices: tuple[Notice, ...], health: SensorNow | None) -> GatewayNow:
        """Everything that is shown of it."""
        status = self.status
        if status is None:
            return GatewayNow(gateway, None, None, None, None, 0, "", notices, health=health)
        size_bytes = status.spool_used_bytes + status.spool_free_bytes
        return GatewayNow(
            gateway=gateway,
            state=status.state,
            since_us=self.since_us,
            used_share=status.spool_used_bytes / size_bytes if size_bytes else None,
            hours_left=status.hours_left,
            backlog=status.backlog,
            trouble=status.trouble,
            notices=notices,
            plays=self.plays,
            health=health,
        )
