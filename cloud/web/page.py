"""What the first page says beside its tables: counts, how far the feed is behind, and what is played."""

from collections.abc import Sequence
from dataclasses import dataclass

from cloud.view import LiveView, Playing, SensorNow
from cloud.web import words
from sensorhub.reading import US_PER_S
from sensorhub.states import STATES, State, playing_us

FEED_STILL_US = 90 * US_PER_S
FEED_STILL_PERIODS = 1.5
"""A feed that brings nothing for longer than the quickest sensor lets expect says so instead of its last delay."""


def counts(sensors: Sequence[SensorNow]) -> list[tuple[State, int]]:
    """How many sensors are in each state, worst first, all four always."""
    return [(state, sum(sensor.judgement.state is state for sensor in sensors)) for state in STATES]


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
    """What is played: its title and pace, and how its clock follows ours (milliseconds since 1970)."""

    title: str
    clock: str
    """Empty where it is ours: a simulation in real time."""
    ended: bool
    from_ms: int
    at_ms: int
    speed: float


def played(playing: Playing, now_us: int) -> Played:
    """What is played, in words, with the clock that it shows now."""
    recording = playing.recording
    recorded_us = playing_us(recording, now_us) - round(recording.shift_s * US_PER_S)
    pace = "in real time" if recording.speed == 1 else f"at {recording.speed:g} times real time"
    has_clock = recording.speed != 1 or recording.r0 - recording.shift_s != recording.w0
    said = playing.title if recording.ended else f"{playing.title}, {'played ' if has_clock else ''}{pace}"
    return Played(
        title=f"{said}: {words.number(playing.sensors, 0)} sensor{'' if playing.sensors == 1 else 's'}",
        clock=words.day_and_clock(recorded_us) if has_clock else "",
        ended=recording.ended,
        from_ms=round((recording.r0 - recording.shift_s) * 1_000),
        at_ms=round(recording.w0 * 1_000),
        speed=recording.speed,
    )
