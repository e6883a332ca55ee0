"""What the vehicles of an interval come to: counts by direction and length, speeds, headways, gaps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

KMH_PER_MPS = 3.6

SPEEDS_MIN = 30
"""An 85th percentile of fewer vehicles is chance."""

_CLASSES_CM = (
    (520, "vehicle_count_to_520cm"),
    (660, "vehicle_count_521_660cm"),
    (1_160, "vehicle_count_661_1160cm"),
)
_LONGEST_CLASS = "vehicle_count_over_1160cm"
LENGTH_CLASSES = (*(name for _, name in _CLASSES_CM), _LONGEST_CLASS)
"""The counts by length, from short to long."""


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle that has passed; None: could not be measured.

    Arguments:
        reverse: whether it came against the direction of the lane.
        speed_kmh: its speed.
        length_m: from front to rear.
        headway_s: from the front before it to its own.
        gap_s: from the rear before it to its front.
    """

    reverse: bool
    speed_kmh: float | None = None
    length_m: float | None = None
    headway_s: float | None = None
    gap_s: float | None = None


def length_class(length_m: float) -> str:
    """The count to which a vehicle of this length belongs; by whole centimetres, as WebTRIS does."""
    length_cm = round(length_m * 100)
    return next((name for limit_cm, name in _CLASSES_CM if length_cm <= limit_cm), _LONGEST_CLASS)


def percentile_85(speeds: Sequence[float]) -> float:
    """The speed that 85 % of at least one did not exceed, by nearest rank."""
    return sorted(speeds)[-(-85 * len(speeds) // 100) - 1]


def traffic_values(vehicles: Sequence[Vehicle]) -> dict[str, float]:
    """The values of an interval by quantity; means of what no vehicle has are left out."""
    values = {
        "vehicle_count": float(len(vehicles)),
        "reverse_count": float(sum(vehicle.reverse for vehicle in vehicles)),
        **dict.fromkeys(LENGTH_CLASSES, 0.0),
    }
    lengths_m = _known(vehicle.length_m for vehicle in vehicles)
    for length_m in lengths_m:
        values[length_class(length_m)] += 1
    speeds_kmh = _known(vehicle.speed_kmh for vehicle in vehicles)
    means: Mapping[str, list[float]] = {
        "mean_speed": speeds_kmh,
        "mean_headway": _known(vehicle.headway_s for vehicle in vehicles),
        "mean_gap": _known(vehicle.gap_s for vehicle in vehicles),
        "mean_vehicle_length": lengths_m,
    }
    values.update({name: sum(known) / len(known) for name, known in means.items() if known})
    if len(speeds_kmh) >= SPEEDS_MIN:
        values["speed_85"] = percentile_85(speeds_kmh)
    return values


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]
