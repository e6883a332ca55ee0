"""What the first page says, in words and shapes: the view model between the live feed and the templates."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cloud.live import LiveView
from cloud.states import STATES, State, playing_us
from cloud.watched import SUM_US, SensorNow
from cloud.web import words
from cloud.web.spark import Spark, full_scale, spark
from sensorhub.quantity import QUANTITIES, screen_unit
from sensorhub.reading import US_PER_S, Quality
from sensorhub.status import RecordingStatus

FEED_STILL_US = 90 * US_PER_S
"""Interval readings come every minute; a feed that brings nothing for longer says so instead of its last delay."""

TAGS = (Quality.PARTIAL, Quality.SUSPECT, Quality.INDICATIVE, Quality.ESTIMATED_TIME, Quality.SUBSTITUTED)


@dataclass(frozen=True, slots=True)
class Number:
    """A value on screen: the digits, the unit after them, and what else must be said with it."""

    text: str
    unit: str = ""
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """What all rows share: the count a minute of a bar of full height, and whether gateways must be told apart."""

    per_minute: float
    several: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One sensor as a row of the table.

    Arguments:
        id: of the element.
        rank: sorts rows worst first, then by gateway and the natural order of sensors.
        state: one of the four.
        blind: whether the state is as of an earlier time.
        name, what: its name, and what it watches.
        closures, occupancy, on_time: its last values.
        spark: its bars.
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
    closures: Number
    occupancy: Number
    on_time: Number
    spark: Spark
    age: str
    age_from_ms: int | None
    note: str
    tags: tuple[str, ...]


def scale_of(view: LiveView) -> Scale:
    """The scale on which all rows are drawn."""
    peak = max(
        (bar * 60 * US_PER_S / sensor.period_us for sensor in view.sensors for bar in sensor.bars if bar is not None),
        default=0.0,
    )
    return Scale(full_scale(peak), len({sensor.gateway for sensor in view.sensors}) > 1)


def element_id(sensor: SensorNow) -> str:
    """The id of a sensor's row."""
    return f"{sensor.gateway}/{sensor.sensor}"


def natural(name: str) -> str:
    """A name so that detector-9 sorts before detector-10."""
    return re.sub(r"\d+", lambda digits: digits[0].rjust(12, "0"), name)


def row(sensor: SensorNow, scale: Scale, now_us: int) -> Row:
    """One sensor in words and shapes."""
    judgement = sensor.judgement
    known = judgement.state is not State.SILENT
    name = sensor.sensor.replace("-", " ").capitalize()
    what = sensor.title if sensor.title.lower() != name.lower() else ""
    return Row(
        id=element_id(sensor),
        rank=f"{STATES.index(judgement.state)} {natural(sensor.gateway)} {natural(sensor.sensor)}",
        state=judgement.state,
        blind=judgement.blind,
        name=name,
        what=", ".join(part for part in (what, sensor.gateway if scale.several else "") if part),
        closures=_closures(sensor) if known else Number(words.NO_VALUE),
        occupancy=_value(sensor, "occupancy") if known else Number(words.NO_VALUE),
        on_time=_value(sensor, "mean_on_time") if known else Number(words.NO_VALUE),
        spark=spark(sensor.bars, scale.per_minute * sensor.period_us / (60 * US_PER_S)),
        age=words.age(now_us - sensor.age_from_us) if sensor.age_from_us is not None else "never seen",
        age_from_ms=sensor.age_from_us // 1_000 if sensor.age_from_us is not None else None,
        note=words.note(sensor, now_us),
        tags=_tags(sensor),
    )


def _closures(sensor: SensorNow) -> Number:
    if sensor.closures is None:
        return Number(words.NO_VALUE)
    text = words.number(sensor.closures.value, 0)
    covered_us = sensor.closures.covered_us
    return Number(text, aside=f"in {words.span(covered_us)}" if covered_us < SUM_US else "")


def _value(sensor: SensorNow, quantity: str) -> Number:
    value = sensor.occupancy if quantity == "occupancy" else sensor.on_time
    if value is None:
        return Number(words.NO_VALUE)
    unit = screen_unit(QUANTITIES[quantity].unit)
    return Number(
        words.number(value.value, QUANTITIES[quantity].decimals), unit if unit == "%" else f"{words.NBSP}{unit}"
    )


def _tags(sensor: SensorNow) -> tuple[str, ...]:
    if sensor.judgement.state is State.SILENT:
        return ()
    held = tuple((bit.name or "").lower().replace("_", "-") for bit in TAGS if bit & sensor.quality)
    return (*held, "before the commit") if sensor.uncommitted else held


def counts(sensors: Sequence[SensorNow]) -> list[tuple[State, int]]:
    """How many sensors are in each state, worst first, all four always."""
    return [(state, sum(sensor.judgement.state is state for sensor in sensors)) for state in STATES]


def feed_words(view: LiveView) -> str:
    """How far the feed is behind."""
    if view.heard_us is None or view.behind_us is None:
        return "Feed: nothing yet"
    still_us = view.now_us - view.heard_us
    if still_us > FEED_STILL_US:
        return f"Feed: nothing for {words.age(still_us)}"
    return f"Feed {words.age(view.behind_us)} behind"


def span_words(view: LiveView) -> str:
    """What the bars show: the head of their column."""
    periods = {(sensor.period_us, len(sensor.bars)) for sensor in view.sensors}
    if len(periods) != 1:
        return "Closures, last 40 intervals"
    period_us, count = periods.pop()
    each = "a minute" if period_us == 60 * US_PER_S else f"each {words.span(period_us)}"
    return f"Closures {each}, last {words.span(period_us * count)}"


@dataclass(frozen=True, slots=True)
class Played:
    """A recording that is played: its title and pace, and how its clock follows ours (milliseconds since 1970)."""

    title: str
    clock: str
    ended: bool
    from_ms: int
    at_ms: int
    speed: float


def played(recording: RecordingStatus, now_us: int) -> Played:
    """A recording in words, with the clock that it shows now."""
    recorded_us = playing_us(recording, now_us) - round(recording.shift_s * US_PER_S)
    pace = "in real time" if recording.speed == 1 else f"at {recording.speed:g} times real time"
    title = recording.title or "A recording"
    return Played(
        title=title if recording.ended else f"{title}, played {pace}",
        clock=words.day_and_clock(recorded_us),
        ended=recording.ended,
        from_ms=round((recording.r0 - recording.shift_s) * 1_000),
        at_ms=round(recording.w0 * 1_000),
        speed=recording.speed,
    )
