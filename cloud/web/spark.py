"""Small bars and lines of the last intervals, as SVG paths: attributes only, so that no inline style is needed."""

from collections.abc import Iterable, Sequence
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
    """Paths in a box of width x 22: bars, or a line with a dot at its end; and blocks where there is neither.

    Arguments:
        width: of the box.
        bars, line, dot: of the values.
        missing: blocks where an interval is missing.
        before: blocks where it is from before the first reading.
    """

    width: int
    bars: str = ""
    line: str = ""
    dot: str = ""
    missing: str = ""
    before: str = ""


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


def bars(values: Sequence[float | None], high: float, unseen: int = 0) -> Spark:
    """Draw bars from zero on a base line; what is missing is never joined and never zero.

    Arguments:
        values: oldest first; None is a missing one.
        high: the value of a bar of full height.
        unseen: how many of them are from before the first reading (default none).
    """
    drawn: list[str] = []
    for index, value in enumerate(values):
        if value is not None and value > 0:
            tall = max(1.0, round(min(value / high, 1.0) * HEIGHT, 1))
            drawn.append(f"M{index * STEP} {HEIGHT}v-{tall:g}h{BAR}v{tall:g}z")
    before, missing = _blocks(values, unseen)
    return Spark(len(values) * STEP, bars="".join(drawn), missing=missing, before=before)


def line(values: Sequence[float | None], scale: Scale, unseen: int = 0) -> Spark:
    """Draw a line that ends where an interval is missing, and a dot at the newest value; `unseen` as for bars."""
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
    before, missing = _blocks(values, unseen)
    return Spark(len(values) * STEP, line="".join(drawn), dot=dot, missing=missing, before=before)


def _blocks(values: Sequence[float | None], unseen: int) -> tuple[str, str]:
    """Where there is no value: before the first reading, and where one is missing."""
    gaps = [index for index, value in enumerate(values) if value is None]
    return _block(index for index in gaps if index < unseen), _block(index for index in gaps if index >= unseen)


def _block(indices: Iterable[int]) -> str:
    return "".join(f"M{index * STEP} {HEIGHT}v-{MISSING_HEIGHT}h{STEP}v{MISSING_HEIGHT}z" for index in indices)
