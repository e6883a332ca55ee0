"""The contacts of one gateway: configured sensors, their pins, and the sampler that reads them."""

import hashlib
import logging
from collections.abc import Callable

from gateway.config import GatewayConfig, SensorConfig
from gateway.journal import resume
from gateway.sampler import Sampler
from gateway.sensors.detector import Detector
from gateway.sensors.pins import ContactPin, Factory, PinUnusable
from gateway.spool import Edge, SensorSettings, Spool
from gateway.times import AnchorBook
from sensorhub.clock import MeasurementClock, wall_us
from sensorhub.reading import NS_PER_S, US_PER_S
from sensorhub.status import Fault

log = logging.getLogger(__name__)

_NS_PER_MS = 1_000_000


def settings_of(sensor: SensorConfig) -> SensorSettings:
    """What the spool must know of a sensor; the hash changes with whatever changes its readings."""
    told = f"{sensor.kind} {sensor.pin} {sensor.period_s} {sensor.debounce_ms}"
    return SensorSettings(sensor.id, sensor.kind, sensor.period_s * 1_000, hashlib.sha256(told.encode()).digest()[:8])


class Contacts:
    """All contacts of a gateway; a pin that cannot be read costs only its own sensor.

    Arguments:
        config: of the gateway.
        clock: the measurement clock.
        factory: the pins.
        crowded: called from any thread when many edges wait.
    """

    def __init__(
        self, config: GatewayConfig, clock: MeasurementClock, factory: Factory, crowded: Callable[[], None]
    ) -> None:
        self._sensors = config.sensors
        self._clock = clock
        self._factory = factory
        self._pins: dict[str, ContactPin] = {}
        self.anchors = AnchorBook()
        self.faults: dict[str, Fault] = {}
        self._detectors = [
            Detector(sensor.id, sensor.period_s * NS_PER_S, sensor.debounce_ms * _NS_PER_MS, self.anchors)
            for sensor in config.sensors
        ]
        self.sampler = Sampler(clock, self._detectors, crowded)

    @property
    def watched(self) -> int:
        """How many contacts are read."""
        return len(self._pins)

    def resume(self, spool: Spool) -> None:
        """Go on where the journal ends; what an earlier boot or other settings left open is closed under those.

        Called once, from the spool's thread, before `watch`.
        """
        settings = {sensor.id: settings_of(sensor) for sensor in self._sensors}
        resumed = resume(spool.scan(), spool.boot, self._detectors, self.anchors, settings)
        spool.append(resumed.readings)
        spool.define(list(settings.values()))

    def watch(self) -> list[Edge]:
        """Claim the pins that are not watched yet; returns the level at which each was found, for the journal."""
        found: list[Edge] = []
        for sensor in self._sensors:
            if sensor.id in self._pins:
                continue
            try:
                pin = ContactPin(self._factory, sensor.pin, self._clock, self._handler(sensor.id))
            except PinUnusable as error:
                if sensor.id not in self.faults:
                    log.error("Sensor %s: %s Its neighbours go on; it is tried again.", sensor.id, error)
                    self.faults[sensor.id] = Fault(text=str(error)[:200], since=wall_us() / US_PER_S)
                continue
            if self.faults.pop(sensor.id, None) is not None:
                log.info("Sensor %s is read now.", sensor.id)
            self._pins[sensor.id] = pin
            found.append(self.sampler.observe(sensor.id, pin.closed()))
        return found

    def close(self) -> None:
        """Give all pins back; may be called twice."""
        while self._pins:
            self._pins.popitem()[1].close()

    def _handler(self, sensor: str) -> Callable[[int, bool], None]:
        return lambda clock_ns, level: self.sampler.put(sensor, clock_ns, level)
