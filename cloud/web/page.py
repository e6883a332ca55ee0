"""What the first page says beside its tables: counts, how far the feed is behind, and what is played."""

from collections.abc import Sequence
from dataclasses import dataclass

from cloud.view import LiveView, Playing, SensorNow, Source
from cloud.web import rows, words
from cloud.web.meanings import WAITING
from sensorhub.reading import US_PER_S
from sensorhub.states import STATES, State, playing_us

FEED_STILL_US = 90 * US_PER_S
FEED_STILL_PERIODS = 1.5
"""A feed that brings nothing for longer than the quickest sensor lets expect says so instead of its last delay."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many sensors are in a state.

    Arguments:
        state: one of the four.
        number: of sensors.
        waiting: what of them the hub cannot know now, in words; empty where it knows all.
        blind: whether it knows of none.
        first: the id of the first row; empty where there is none.
    """

    state: State
    number: str
    waiting: str
    blind: bool
    first: str


def counts(sensors: Sequence[SensorNow]) -> list[Count]:
    """How many sensors are in each state, worst first, all four always."""
    return [_count(state, [sensor for sensor in sensors if sensor.judgement.state is state]) for state in STATES]


def _count(state: State, sensors: Sequence[SensorNow]) -> Count:
    blind = sum(sensor.judgement.blind for sensor in sensors)
    all_blind = 0 < blind == len(sensors)
    waiting = WAITING if all_blind else f"{words.number(blind, 0)} {WAITING}"
    first = rows.element_id(min(sensors, key=rows.rank)) if sensors else ""
    return Count(state, words.number(len(sensors), 0), waiting if blind else "", all_blind, first)


def feed_words(view: LiveView) -> str:
    """How far the feed is behind."""
    if view.heard_us is None or view.behind_us is None:
        return "Feed: nothing yet"
    still_us = view.now_us - view.heard_us
    quickest_us = min((sensor.period_us for sensor in view.sensors), default=0)
    if still_us > max(FEED_STILL_US, FEED_STILL_PERIODS * quickest_us):
        return f"Feed: nothing for {words.age(still_us)}"
    return f"Feed {words.age(view.behind_us)} behind"


@dataclass(frozen=True, slots=True)
class Played:
    """What is played, and how its clock follows ours.

    Arguments:
        title: with its pace, where that is not real time, and how many sensors that reaches.
        clock: its own; empty where it is ours, as in a simulation in real time.
        ended: whether it has.
        from_ms, at_ms, speed: the clock showed from_ms at at_ms (since 1970), and goes so fast.
    """

    title: str
    clock: str
    ended: bool
    from_ms: int
    at_ms: int
    speed: float


def played(playing: Playing, now_us: int) -> Played:
    """What is played, in words, with the clock that it shows now."""
    recording = playing.recording
    recorded_us = playing_us(recording, now_us) - round(recording.shift_s * US_PER_S)
    pace = "" if recording.speed == 1 or recording.ended else f", played at {recording.speed:g} times real time"
    return Played(
        title=f"{playing.title}{pace}: {words.number(playing.sensors, 0)} sensor{'' if playing.sensors == 1 else 's'}",
        clock=words.day_and_clock(recorded_us) if playing.source is Source.PLAYED else "",
        ended=recording.ended,
        from_ms=round((recording.r0 - recording.shift_s) * 1_000),
        at_ms=round(recording.w0 * 1_000),
        speed=recording.speed,
    )
