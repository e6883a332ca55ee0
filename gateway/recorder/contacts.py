"""The contacts of one gateway: configured sensors and the pins that put their edges into the sampler."""

import logging
from collections.abc import Callable, Sequence

from firmware_config.sensor import SensorConfig
from gateway.recorder.sampler import Sampler
from gateway.sensors.pins import ContactPin, Factory, PinUnusable
from gateway.spool import Edge
from sensorhub.clock import MeasurementClock, wall_us
from sensorhub.reading import US_PER_S
from sensorhub.status import Fault

log = logging.getLogger(__name__)


class Contacts:
    """All contacts of a gateway; a pin that cannot be read costs only its own sensor.

    Arguments:
        sensors: as configured.
        clock: the measurement clock.
        factory: the pins.
        sampler: takes their edges.
    """

    def __init__(
        self, sensors: Sequence[SensorConfig], clock: MeasurementClock, factory: Factory, sampler: Sampler
    ) -> None:
        self._sensors = sensors
        self._clock = clock
        self._factory = factory
        self._sampler = sampler
        self._pins: dict[str, ContactPin] = {}
        self.faults: dict[str, Fault] = {}

    @property
    def watched(self) -> int:
        """How many contacts are read."""
        return len(self._pins)

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
            closed = pin.closed()
            found.append(Edge(sensor.id, self._clock.now_ns(), closed, observed=True))
        return found

    def close(self) -> None:
        """Give all pins back; may be called twice."""
        while self._pins:
            self._pins.popitem()[1].close()

    def _handler(self, sensor: str) -> Callable[[int, bool], None]:
        return lambda clock_ns, level: self._sampler.put(sensor, clock_ns, level)
