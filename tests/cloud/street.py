"""A gateway with sensors of any kind that feeds a live model: packs and statuses as ingest would tell them."""

from collections.abc import Iterable, Mapping

from cloud.live import LiveModel
from cloud.stores.protocol import StorePack
from cloud.view import SensorNow
from firmware_config.catalogue import entry
from sensorhub.reading import US_PER_S, Quality, Reading
from sensorhub.status import ClockStatus, RecordingStatus, SensorStatus, Status
from sensorhub.topics import PackId
from tests.cloud.junction import CONNECTION, EPOCH


def sensor(sensor_id: str, kind: str, quantities: Iterable[str] = (), period_s: float = 60) -> SensorStatus:
    """A sensor as its gateway's status describes it; one of the catalogue's kinds has all of its quantities."""
    named = tuple(quantities) or entry(kind).quantities
    return SensorStatus(id=sensor_id, kind=kind, quantities=named, period_s=period_s)


class Street:
    """One gateway.

    Arguments:
        live: who is told.
        gateway: its id.
    """

    def __init__(self, live: LiveModel, gateway: str = "high-street") -> None:
        self.live = live
        self.gateway = gateway
        self._sequence = 1

    def says(self, *sensors: SensorStatus, at_us: int, recording: RecordingStatus | None = None) -> None:
        """Publish a status with these sensors."""
        clock = ClockStatus(source="ntp", anchored=True)
        status = Status(
            state="ready", connection=CONNECTION, pack_s=1.0, clock=clock, sensors=sensors, recording=recording
        )
        self.live.status(self.gateway, status, at_us)

    def sends(self, sensor_id: str, at_us: int, values: Mapping[str, float], quality: Quality = Quality.GOOD) -> None:
        """Send what a sensor measured at one instant, and commit it; by default it arrives at once."""
        readings = [Reading(sensor_id, name, at_us, float(value), quality) for name, value in values.items()]
        records = tuple(enumerate(readings, self._sequence))
        pack = PackId(self.gateway, EPOCH, self._sequence, len(records))
        self._sequence += len(records)
        self.live.arrived(StorePack(pack, "0" * 16, records, (), at_us))
        self.live.committed([pack])

    def now(self, sensor_id: str) -> SensorNow:
        """What the live model says of a sensor."""
        return next(one for one in self.live.view().sensors if (one.gateway, one.sensor) == (self.gateway, sensor_id))


def before(at_us: int, seconds: float) -> int:
    """An instant so long before another."""
    return at_us - round(seconds * US_PER_S)
