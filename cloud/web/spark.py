"""Small bars and lines of the last intervals, as SVG paths: attributes only, so that no inline style is needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

HEIGHT = 22
STEP = 4
BAR = 3
MISSING_HEIGHT = 4
MARGIN = 2
"""Above and below a line, so that its end dot is whole."""

_STEPS = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
_GRIDS = (1, 2, 5, 10)
_GRIDS_PER_LINE = 4


@dataclass(frozen=True, slots=True)
class Spark:
    """Paths in a box of width x 22: bars, or a line with a dot at its end; and blocks where an interval is missing."""

    width: int
    bars: str = ""
    line: str = ""
    dot: str = ""
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """What the bottom and the top of a spark stand for."""

    low: float
    high: float


def full_scale(peak: float, least: float = 1.0) -> float:
    """A round number at or above the highest bar: rounded, so that one bar seldom moves all others.

    Arguments:
        peak: the highest bar.
        least: the lowest that is given (default 1).
    """
    tens = least
    while peak > 10 * tens:
        tens *= 10
    return next(step * tens for step in _STEPS if peak <= step * tens)


def round_scale(low: float, high: float, least: float) -> Scale:
    """Round numbers around the lowest and highest value of lines, for the same reason.

    Arguments:
        low, high: the lowest and highest value.
        least: how far apart the ends are at least, so that noise does not look like a storm.
    """
    tens = least / 10
    wanted = max(high - low, least) / _GRIDS_PER_LINE
    while 10 * tens < wanted:
        tens *= 10
    grid = next(step * tens for step in _GRIDS if wanted <= step * tens)
    bottom, top = floor(low / grid), ceil(high / grid)
    return Scale(bottom * grid, max(top, bottom + max(1, round(least / grid))) * grid)


def bars(values: Sequence[float | None], high: float) -> Spark:
    """Draw bars from zero on a base line; what is missing is never joined and never zero.

    Arguments:
        values: oldest first; None is a missing one.
        high: the value of a bar of full height.
    """
    drawn: list[str] = []
    for index, value in enumerate(values):
        if value is not None and value > 0:
            tall = max(1.0, round(min(value / high, 1.0) * HEIGHT, 1))
            drawn.append(f"M{index * STEP} {HEIGHT}v-{tall:g}h{BAR}v{tall:g}z")
    return Spark(len(values) * STEP, bars="".join(drawn), missing=_missing(values))


def line(values: Sequence[float | None], scale: Scale) -> Spark:
    """Draw a line that ends where an interval is missing, and a dot at the newest value."""
    drawn: list[str] = []
    dot = ""
    for index, value in enumerate(values):
        if value is None:
            continue
        share = min(max((value - scale.low) / (scale.high - scale.low), 0.0), 1.0)
        at = f"{index * STEP + BAR / 2:g} {round(HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN), 1):g}"
        alone = index == 0 or values[index - 1] is None
        drawn.append(f"M{at}h0" if alone else f"L{at}")
        dot = f"M{at}h0"
    return Spark(len(values) * STEP, line="".join(drawn), dot=dot, missing=_missing(values))


def _missing(values: Sequence[float | None]) -> str:
    gaps = (index * STEP for index, value in enumerate(values) if value is None)
    return "".join(f"M{left} {HEIGHT}v-{MISSING_HEIGHT}h{STEP}v{MISSING_HEIGHT}z" for left in gaps)
