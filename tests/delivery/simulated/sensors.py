"""What the gateways of a simulation read: contacts of every shape, and a part on a bus that gives, fails and sleeps."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from firmware_config.catalogue import entry
from firmware_config.sensor import SensorConfig
from gateway.sensors.part import Part, PartFault, Sample
from gateway.spool import Measured
from sensorhub.topics import CARE_ROOT, OPEN_ROOT
from tests.delivery.simulated.pins import Header, Traffic
from tests.delivery.simulated.plan import Plan

DEBOUNCE_MS = 20
READS = 3
"""So many reads of a part in an interval."""

BREAKS, HEALS, SLEEPS = 0.05, 0.3, 0.05
"""How often a part breaks, comes back, and has nothing to give, for each read."""

OPEN_KINDS = (
    ("footfall",),
    ("loop-pair",),
    ("detector", "footfall"),
    ("footfall", "float-switch"),
    ("detector", "air-climate"),
    ("footfall", "float-switch", "air-climate"),
)
CARE_KINDS = (("activity",), ("activity", "room-climate"))
"""Of these nothing is journalled. A gateway is wholly social care or not at all, and so is a world."""


def kinds_of(seed: int) -> tuple[str, ...]:
    """The kinds of each gateway's sensors in the world of a seed; none: detectors, as many as its plan says.

    Drawn by themselves, so that a world of detectors is what it was before there were other kinds.
    """
    chance = random.Random(f"{seed} kinds")
    (among,) = chance.choices((((),), OPEN_KINDS, CARE_KINDS), (4, 4, 1))
    return chance.choice(among)


def sensors_of(plan: Plan) -> tuple[SensorConfig, ...]:
    """The sensors of each gateway of a plan."""
    pins, sensors = count(2), []
    for number, kind in enumerate(plan.kinds or ("detector",) * plan.sensors, 1):
        known = entry(kind)
        told: dict[str, object] = {
            "id": f"loop-{number}",
            "kind": kind,
            "pins": {each.name: next(pins) for each in known.inputs},
        }
        # Shorter than a file may say: in hours of a simulation many intervals of movement must close, too.
        short: dict[str, float] = {"period_s": plan.period_s}
        if known.reads == "samples":
            told["bus"] = "i2c-1"
            short["sample_s"] = plan.period_s / READS
        else:
            told["debounce_ms"] = DEBOUNCE_MS
        sensors.append(SensorConfig.model_validate(told).model_copy(update=short))
    return tuple(sensors)


def root_of(plan: Plan) -> str:
    """The root of all topics of a world."""
    return CARE_ROOT if any(entry(kind).is_care for kind in plan.kinds) else OPEN_ROOT


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact on a road, in a room or a gully.

    Arguments:
        sensor, channel: whose it is.
        traffic: what closes it.
        active_closed: whether it is active while it is closed.
    """

    sensor: SensorConfig
    channel: int
    traffic: Traffic
    active_closed: bool


def contacts_of(
    sensors: tuple[SensorConfig, ...], header: Header, plan: Plan, chance: random.Random, begin_ns: int
) -> Iterator[Contact]:
    """All contacts of a gateway, each with traffic of its own."""
    for sensor in sensors:
        if sensor.entry.reads != "samples":
            for channel, (each, pin) in enumerate(zip(sensor.entry.inputs, sensor.pin_of.values(), strict=True)):
                traffic = Traffic(header.pin(pin), chance, begin_ns, plan.pause_s, plan.glitches)
                yield Contact(sensor, channel, traffic, (each.active == "low") == (sensor.active == "closed"))


class ScriptedPart(Part):
    """A part on a bus: it gives some number of each quantity, breaks for a while, or has nothing to give."""

    def __init__(self, sensor: SensorConfig, chance: random.Random) -> None:
        self._quantities = sensor.entry.quantities
        self._chance = chance
        self._broken = False

    def read(self, clock_ns: int) -> Sample | None:
        self._broken = self._chance.random() < (1 - HEALS if self._broken else BREAKS)
        if self._broken:
            raise PartFault("It does not answer.")
        if self._chance.random() < SLEEPS:
            return None
        return [Measured(quantity, self._chance.uniform(0, 100)) for quantity in self._quantities]
