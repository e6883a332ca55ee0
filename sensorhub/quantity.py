"""The one table of quantities: unit, decimals to show, plausible range, and what each is for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is measured.

    Arguments:
        name: as in `vehicle_count`; grammar in `sensorhub.names`.
        unit: SenML unit, primary (RFC 8428) or secondary (RFC 8798).
        decimals: digits after the point on screens; never applied to what is stored.
        low, high: plausible range in `unit`, inclusive.
        title: the words a reader sees.
        activity: whether a value above zero means that something was seen (see the states of sensors).
    """

    name: str
    unit: str
    decimals: int
    low: float
    high: float
    title: str
    activity: bool = False


# A closure needs at least the debounce time of 20 ms twice, hence 25 a second: 90,000 in an hour's interval.
_TABLE = (
    Quantity("actuation_count", "count", 0, 0.0, 90_000.0, "Closures", activity=True),
    Quantity("occupancy", "/100", 0, 0.0, 100.0, "Occupancy", activity=True),
    Quantity("mean_on_time", "s", 2, 0.0, 86_400.0, "Mean on-time"),
    Quantity("coverage", "/100", 0, 0.0, 100.0, "Coverage"),
)

QUANTITIES = {quantity.name: quantity for quantity in _TABLE}

SCREEN_UNITS = {"/100": "%", "count": "", "km/h": "km/h", "Cel": "°C", "ug/m3": "µg/m³"}
"""How a unit is written for a reader, where that differs from SenML's name for it."""


def screen_unit(unit: str) -> str:
    """Return a SenML unit as a reader expects it; one that needs no change comes back as it is."""
    return SCREEN_UNITS.get(unit, unit)
