"""Between what the readings of a sensor must lie while a fault holds that takes samples away and alters none."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from firmware_config.sensor import SensorConfig
from sensorhub.clock import seconds_ns
from sensorhub.reading import NS_PER_S
from simulators.county.spans import Span
from simulators.faults.plan import FaultPlan
from simulators.faults.planning import type_of
from simulators.parts.part import Truth

TAKING = ("flipped", "half-frames", "echo-lost")
"""What these hit must not become a value; what they leave is right."""

UNCHECKED = ("i2c", "spi")
"""On these not all parts send a check sum, so a flipped bit may become a value."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Of one quantity.

    Arguments:
        quantity: as in the table.
        lowest, highest: what truly was at the instants of samples, in the quantity's unit.
        tolerance: how far what is stored may be beyond, in the same unit.
    """

    quantity: str
    lowest: float
    highest: float
    tolerance: float


def only_taken(sensor: SensorConfig, plans: Sequence[FaultPlan]) -> bool:
    """Whether all that happens to a sensor takes samples away and alters none."""
    mine = [plan.fault for plan in plans if plan.sensor == sensor.id]
    return bool(mine) and all(fault in TAKING for fault in mine) and type_of(sensor) not in UNCHECKED


def bounds_of(
    sensor: SensorConfig, spans: Iterable[Span], start_ns: int, truths: Callable[[int, int], Sequence[Truth]]
) -> list[Bound]:
    """What was lowest and highest of each quantity.

    Arguments:
        sensor: which.
        spans: of what times, together.
        start_ns: start of the world on the measurement clock.
        truths: what is true of the sensor in [from_ns, until_ns).
    """
    step_ns = seconds_ns(sensor.sample_s or sensor.period_s) // 2  # so that no two samples are in one
    found: dict[str, Bound] = {}
    for from_s, until_s in spans:
        end_ns = start_ns + until_s * NS_PER_S
        for from_ns in range(start_ns + from_s * NS_PER_S, end_ns, step_ns):
            for truth in truths(from_ns, min(from_ns + step_ns, end_ns)):
                known = found.get(truth.quantity)
                found[truth.quantity] = Bound(
                    truth.quantity,
                    min(truth.value, known.lowest) if known else truth.value,
                    max(truth.value, known.highest) if known else truth.value,
                    truth.tolerance,
                )
    return list(found.values())
