"""What two sensors of one gateway cannot share, or a gateway could not run: ids, pins, social care with others."""

from collections.abc import Iterator, Sequence

from firmware_config.header import CONTACT_PINS
from firmware_config.sensor import SensorConfig
from sensorhub.config import Fault
from sensorhub.fields import Place

_FREE_TOLD = 4
"""Free pins that a finding names."""


def pin_places(sensor: SensorConfig) -> list[tuple[str, int, Place]]:
    """Input, BCM number and place in the sensor's table of each of its pins."""
    return [(name, pin, ("pin",) if sensor.pin is not None else ("pins", name)) for name, pin in sensor.pin_of.items()]


def free_pins(sensors: Sequence[SensorConfig], taken: frozenset[int] = frozenset()) -> str:
    """Some pins that nobody uses, in words.

    Arguments:
        taken: pins of buses.
    """
    used = {pin for sensor in sensors for pin in sensor.pin_of.values()} | taken
    free = [str(pin) for pin in CONTACT_PINS if pin not in used]
    return f"take a free one: {', '.join(free[:_FREE_TOLD])}" if free else "no pin is free; use another gateway"


def clashes(sensors: Sequence[SensorConfig], taken: frozenset[int] = frozenset()) -> Iterator[Fault]:
    """Each id and pin that comes again, and each sensor that must not be on the same gateway as another.

    Arguments:
        taken: pins of buses, which are no way out.
    """
    yield from _same_ids(sensors)
    yield from _same_pins(sensors, taken)
    yield from _care_and_others(sensors)


def _same_ids(sensors: Sequence[SensorConfig]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for at, sensor in enumerate(sensors):
        if first.setdefault(sensor.id, at) != at:
            wrong = f"the id {sensor.id} is used by another sensor already"
            yield Fault(("sensors", at, "id"), wrong, "give each its own")


def _same_pins(sensors: Sequence[SensorConfig], taken: frozenset[int]) -> Iterator[Fault]:
    first: dict[int, str] = {}
    for at, sensor in enumerate(sensors):
        named: set[int] = set()
        for name, pin, place in pin_places(sensor):
            owner = "another input of it" if pin in named else first.get(pin)
            if owner is not None:
                yield Fault(
                    ("sensors", at, *place), f"GPIO {pin} is used by {owner} already", free_pins(sensors, taken)
                )
            named.add(pin)
            first.setdefault(pin, sensor.id if sensor.pin is not None else f"{sensor.id} ({name})")


def _care_and_others(sensors: Sequence[SensorConfig]) -> Iterator[Fault]:
    bound = [(at, sensor) for at, sensor in enumerate(sensors) if not sensor.entry.every_gateway]
    care = [at for at, sensor in bound if sensor.entry.is_care]
    others = [at for at, sensor in bound if not sensor.entry.is_care]
    if care and others:
        fewer, more = sorted((care, others), key=len)
        for at in fewer:
            sensor, neighbour = sensors[at], sensors[more[0]]
            what = "is social care" if sensor.entry.is_care else "is not social care"
            other = "is" if neighbour.entry.is_care else "is not"
            yield Fault(
                ("sensors", at, "kind"),
                f"{sensor.id} {what} and {neighbour.id} {other}",
                "social care has gateways of its own: move it to one",
            )
