"""The contacts of one gateway: configured sensors and the pins that put their edges into the sampler."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from firmware_config.sensor import SensorConfig
from gateway.recorder.faults import Faults
from gateway.recorder.sampler import Sampler
from gateway.sensors.pins import ContactPin, Factory, PinUnusable
from sensorhub.clock import MeasurementClock


@dataclass(frozen=True, slots=True)
class Found:
    """The contacts of a sensor are read from `clock_ns` on, and each was active or not then."""

    sensor: str
    clock_ns: int
    levels: tuple[bool, ...]


class Contacts:
    """All contacts of a gateway; a pin that cannot be read costs only its own sensor.

    Arguments:
        sensors: as configured; those that are read over a bus are left out.
        clock: the measurement clock.
        factory: the pins.
        sampler: takes their edges.
        faults: where a pin that cannot be read is told.
    """

    def __init__(
        self,
        sensors: Sequence[SensorConfig],
        clock: MeasurementClock,
        factory: Factory,
        sampler: Sampler,
        faults: Faults,
    ) -> None:
        self._sensors = [sensor for sensor in sensors if sensor.entry.reads != "samples"]
        self._clock = clock
        self._factory = factory
        self._sampler = sampler
        self._faults = faults
        self._pins: dict[str, list[ContactPin]] = {}

    @property
    def watched(self) -> int:
        """How many sensors' contacts are read."""
        return len(self._pins)

    @property
    def missing(self) -> bool:
        """Whether a sensor's contacts cannot be read."""
        return len(self._pins) < len(self._sensors)

    def watch(self) -> list[Found]:
        """Claim the pins that are not watched yet; returns how each sensor's were found, for the journal."""
        found: list[Found] = []
        for sensor in self._sensors:
            if sensor.id in self._pins:
                continue
            pins: list[ContactPin] = []
            try:
                for channel, (each, number) in enumerate(zip(sensor.entry.inputs, sensor.pin_of.values(), strict=True)):
                    handler, low = self._handler(sensor.id, channel), each.low_when_active(sensor.active)
                    pins.append(ContactPin(self._factory, number, self._clock, handler, pull=each.pull, active_low=low))
            except PinUnusable as error:
                for pin in pins:
                    pin.close()
                self._faults.set(sensor.id, "pin", str(error))
                continue
            self._faults.set(sensor.id, "pin", "")
            self._pins[sensor.id] = pins
            found.append(Found(sensor.id, self._clock.now_ns(), tuple(pin.active() for pin in pins)))
        return found

    def close(self) -> None:
        """Give all pins back; may be called twice."""
        while self._pins:
            for pin in self._pins.popitem()[1]:
                pin.close()

    def _handler(self, sensor: str, channel: int) -> Callable[[int, bool], None]:
        return lambda clock_ns, level: self._sampler.put(sensor, clock_ns, level, channel)
