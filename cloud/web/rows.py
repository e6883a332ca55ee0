"""The table of sensors in words and shapes: its rows, its head, and what all rows share, for any mixture of kinds."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cloud.history import Sum
from cloud.view import SensorNow, Shown
from cloud.watched import BARS, SHOWN_MAX, sum_window_us
from cloud.web import words
from cloud.web.meanings import QUALITIES, UNCOMMITTED
from cloud.web.spark import Scale, Spark, bars, full_scale, line, round_scale
from firmware_config.catalogue import entry_of
from sensorhub.quantity import QUANTITIES, Quantity
from sensorhub.reading import US_PER_S, Quality, quality_words
from sensorhub.states import STATES, State

NAMES_MAX = 10_000
"""Names whose natural order is remembered: those of the sensors that one page lists, and of their gateways."""

MINUTE_US = 60 * US_PER_S
PERCENT = Scale(0, 100)
HELD = Scale(0, 1)
LINE_STEPS = 10
"""A line's box is at least this many of the quantity's last shown decimal high, so that noise stays small."""

Scales = Mapping[tuple[str, str], Scale]
"""By kind and quantity; of what adds up it is a rate per minute."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What all rows share, so that it need not be said in each.

    Arguments:
        several: whether gateways must be told apart.
        strands: whether strands must be.
        sources: whether where readings come from must be.
        kind: the kind of all of them; None where they differ.
        shown: the quantities that the head names; none where kinds differ.
        window_us: over how long they are summed.
    """

    several: bool = False
    strands: bool = False
    sources: bool = False
    kind: str | None = None
    shown: tuple[str, ...] = ()
    window_us: int = 0


@dataclass(frozen=True, slots=True)
class Head:
    """The head of the table: what a row is, its values (none: each says what it is), and its bars."""

    sensor: str
    values: tuple[str, ...]
    spark: str


@dataclass(frozen=True, slots=True)
class Number:
    """A value on screen: the digits or the word, the unit after them, what it is, and what else must be said with it.

    Arguments:
        text, unit: as they are read.
        label: what it is, whole.
        aside: what the head of the table does not say of it.
    """

    text: str
    unit: str = ""
    label: str = ""
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One sensor as a row of the table.

    Arguments:
        id: of the element.
        rank: sorts rows worst first, then by gateway and the natural order of sensors.
        state: one of the four.
        blind: whether the state is as of an earlier time.
        name, what: its name, and what it watches.
        strand: where strands must be told apart: the id of its own.
        more: where kinds differ: its kind, and its gateway and where its readings come from if need be.
        values: its last values, the main one first; None where it has fewer.
        headed: whether the head of the table says what they are.
        spark: its bars or line.
        age: of the newest reading, in words.
        age_from_ms: when that reading was made, milliseconds since 1970; None where there is none.
        note: the words beside the state.
        tags: what is known against the newest reading.
    """

    id: str
    rank: str
    state: State
    blind: bool
    name: str
    what: str
    strand: str
    more: tuple[str, ...]
    values: tuple[Number | None, ...]
    headed: bool
    spark: Spark
    age: str
    age_from_ms: int | None
    note: str
    tags: tuple[str, ...]


def layout_of(sensors: Sequence[SensorNow]) -> Layout:
    """What these sensors have in common."""
    if not sensors:
        return Layout()
    forms = {(sensor.kind, tuple(shown.quantity for shown in sensor.shown)) for sensor in sensors}
    alike = len(forms) == 1
    kind, shown = next(iter(forms))
    return Layout(
        several=len({sensor.gateway for sensor in sensors}) > 1,
        strands=len({_strand(sensor.kind) for sensor in sensors}) > 1,
        sources=len({sensor.source for sensor in sensors}) > 1,
        kind=kind if alike else None,
        shown=shown if alike else (),
        window_us=max(sum_window_us(sensor.period_us) for sensor in sensors) if alike else 0,
    )


def head(sensors: Sequence[SensorNow], layout: Layout) -> Head:
    """The head of the table of these sensors."""
    spans = {(sensor.period_us, len(sensor.bars)) for sensor in sensors}
    period_us, count = next(iter(spans)) if len(spans) == 1 else (0, BARS)
    last = f"last {words.span(period_us * count)}" if period_us else f"last {count} intervals"
    first = "First value"
    if layout.shown:
        first = QUANTITIES[layout.shown[0]].title
        if period_us and QUANTITIES[layout.shown[0]].adds:
            first += " a minute" if period_us == MINUTE_US else f" each {words.span(period_us)}"
    return Head(
        sensor=(_kind_title(layout.kind) if layout.kind else "") or "Sensor",
        values=tuple(_label(QUANTITIES[name], layout.window_us) for name in layout.shown),
        spark=f"{first}, {last}",
    )


def scales_of(sensors: Iterable[SensorNow]) -> Scales:
    """The scale of each quantity that is drawn: all rows of one kind have the same."""
    values: dict[tuple[str, str], list[float]] = {}
    for sensor in sensors:
        if sensor.shown:
            drawn = values.setdefault((sensor.kind, sensor.shown[0].quantity), [])
            drawn += [bar * _rate(sensor) for bar in sensor.bars if bar is not None]
    return {(kind, name): _scale(QUANTITIES[name], drawn) for (kind, name), drawn in values.items()}


def _rate(sensor: SensorNow) -> float:
    return MINUTE_US / sensor.period_us if QUANTITIES[sensor.shown[0].quantity].adds else 1.0


def _scale(quantity: Quantity, values: Sequence[float]) -> Scale:
    if quantity.held:
        return HELD
    if quantity.unit in ("/100", "%RH"):
        return PERCENT
    least: float = 10.0**-quantity.decimals
    if quantity.adds:
        return Scale(0, full_scale(max(values, default=0), least))
    return round_scale(min(values, default=0), max(values, default=0), LINE_STEPS * least)


def scale_of(sensor: SensorNow, scales: Scales) -> Scale:
    """The scale of one sensor's row; for what adds up, as in its own intervals."""
    if not sensor.shown:
        return HELD
    scale = scales[sensor.kind, sensor.shown[0].quantity]
    return Scale(scale.low, scale.high / _rate(sensor))


def element_id(sensor: SensorNow) -> str:
    """The id of a sensor's row."""
    return f"{sensor.gateway}/{sensor.sensor}"


@lru_cache(NAMES_MAX)
def natural(name: str) -> str:
    """A name so that detector-9 sorts before detector-10."""
    return re.sub(r"\d+", lambda digits: digits[0].rjust(12, "0"), name)


def rank(sensor: SensorNow) -> str:
    """Sorts rows worst first, then by gateway and the natural order of sensors."""
    return f"{STATES.index(sensor.judgement.state)} {natural(sensor.gateway)} {natural(sensor.sensor)}"


def row(sensor: SensorNow, layout: Layout, scale: Scale, now_us: int) -> Row:
    """One sensor in words and shapes."""
    judgement = sensor.judgement
    name = _words(sensor.sensor)
    what = sensor.title if sensor.title.lower() != name.lower() else ""
    whose = [sensor.gateway if layout.several else "", sensor.source if layout.sources else ""]
    alike = layout.kind is not None
    values = [_number(shown, sensor, layout) for shown in sensor.shown]
    return Row(
        id=element_id(sensor),
        rank=rank(sensor),
        state=judgement.state,
        blind=judgement.blind,
        name=name,
        what=", ".join(part for part in (what, *(whose if alike else ())) if part),
        strand=_strand(sensor.kind) if layout.strands else "",
        more=() if alike else tuple(part for part in (_kind_title(sensor.kind), *whose) if part),
        values=(*values, *[None] * (SHOWN_MAX - len(values))),
        headed=alike,
        spark=_spark(sensor, scale),
        age=words.age(now_us - sensor.age_from_us) if sensor.age_from_us is not None else "never seen",
        age_from_ms=sensor.age_from_us // 1_000 if sensor.age_from_us is not None else None,
        note=words.note(sensor, now_us),
        tags=_tags(sensor),
    )


def _words(name: str) -> str:
    return name.replace("-", " ").capitalize()


def strand_title(strand: str) -> str:
    """A strand as a reader knows it."""
    return _words(strand)


def _strand(kind: str) -> str:
    known = entry_of(kind)
    return known.strand if known is not None else ""


def _kind_title(kind: str) -> str:
    known = entry_of(kind)
    return known.title if known is not None else _words(kind)


def _label(quantity: Quantity, window_us: int) -> str:
    return f"{quantity.title}, {words.span(window_us)}" if quantity.adds else quantity.title


def _number(shown: Shown, sensor: SensorNow, layout: Layout) -> Number:
    quantity, value = QUANTITIES[shown.quantity], shown.value
    window_us = value.covered_us if isinstance(value, Sum) else sum_window_us(sensor.period_us)
    label = _label(quantity, window_us)
    if value is None or sensor.judgement.state is State.SILENT:
        return Number(words.NO_VALUE, label=label)
    text, unit = words.value(quantity, value.value)
    unsaid = isinstance(value, Sum) and window_us != layout.window_us and layout.kind is not None
    return Number(text, unit, label, f"in {words.span(window_us)}" if unsaid else "")


def _spark(sensor: SensorNow, scale: Scale) -> Spark:
    if not sensor.shown:
        return Spark(0)
    quantity = QUANTITIES[sensor.shown[0].quantity]
    if quantity.adds or quantity.held:
        return bars(sensor.bars, scale.high, sensor.unseen)
    return line(sensor.bars, scale, sensor.unseen)


def _tags(sensor: SensorNow) -> tuple[str, ...]:
    if sensor.judgement.state is State.SILENT:
        return ()
    known = Quality.GOOD
    for shown in sensor.shown:
        known |= shown.value.quality if shown.value is not None else Quality.GOOD
    held = tuple(quality_words(bit) for bit in QUALITIES if bit & known)
    return (*held, UNCOMMITTED) if sensor.uncommitted else held
