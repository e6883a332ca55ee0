"""Small bars of the last intervals, as SVG paths: attributes only, so that no inline style is needed."""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 22
STEP = 4
BAR = 3
MISSING_HEIGHT = 4

_STEPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)


@dataclass(frozen=True, slots=True)
class Spark:
    """Two paths in a box of width x 22: the bars, and blocks on the base line where an interval is missing."""

    width: int
    bars: str
    missing: str


def full_scale(peak: float) -> float:
    """A round number at or above the highest bar: rounded, so that one bar seldom moves all others."""
    tens = 1.0
    while peak > 10 * tens:
        tens *= 10
    return next(step * tens for step in _STEPS if peak <= step * tens)


def spark(values: Sequence[float | None], scale: float) -> Spark:
    """Draw bars from zero on a base line; what is missing is never joined and never zero.

    Arguments:
        values: oldest first; None is a missing one.
        scale: the value of a bar of full height.
    """
    bars: list[str] = []
    missing: list[str] = []
    for index, value in enumerate(values):
        left = index * STEP
        if value is None:
            missing.append(f"M{left} {HEIGHT}v-{MISSING_HEIGHT}h{STEP}v{MISSING_HEIGHT}z")
        elif value > 0:
            high = max(1.0, round(value / scale * HEIGHT, 1))
            bars.append(f"M{left} {HEIGHT}v-{high:g}h{BAR}v{high:g}z")
    return Spark(len(values) * STEP, "".join(bars), "".join(missing))
