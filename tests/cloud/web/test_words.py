"""Numbers, ages, times and the words beside a state."""

from dataclasses import replace

import pytest

from cloud.live import LiveModel
from cloud.view import SensorNow
from cloud.web import words
from sensorhub.reading import US_PER_S
from sensorhub.states import Cause, Judgement, State
from sensorhub.status import Fault
from tests.cloud.junction import NOW_US, Clock, Junction, interval

SUMMER_US = 1_713_183_850 * US_PER_S
"""15 April 2024, 12:24:10 UTC."""


def plain(text: str) -> str:
    return text.replace(words.NBSP, " ")


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(0, 0, "0"), (1012.4, 0, "1,012"), (-6, 0, "−6"), (-0.2, 0, "0"), (1.005, 1, "1.0"), (999_999, 0, "999,999")],
)
def test_number_is_written_for_a_reader(value: float, decimals: int, text: str) -> None:
    assert words.number(value, decimals) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0.0 s"),
        (0.44, "0.4 s"),
        (9.94, "9.9 s"),
        (9.96, "9 s"),
        (47.9, "47 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h"),
        (5_040, "1 h 24 min"),
        (86_400, "1 day"),
        (3 * 86_400, "3 days"),
    ],
)
def test_age_is_written_for_a_reader(seconds: float, text: str) -> None:
    assert plain(words.age(round(seconds * US_PER_S))) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (5, "5 s"), (60, "1 min"), (200, "3 min 20 s"), (2_400, "40 min"), (5_040, "1 h 24 min")],
)
def test_span_is_written_for_a_reader(seconds: int, text: str) -> None:
    assert plain(words.span(seconds * US_PER_S)) == text


def test_times_are_british() -> None:
    assert (words.clock(NOW_US), words.zone(NOW_US)) == ("14:32:00", "GMT")
    assert (words.clock(SUMMER_US), words.zone(SUMMER_US)) == ("13:24:10", "BST")
    assert words.day_and_clock(SUMMER_US) == "15 Apr 2024, 13:24:10"


def test_since_names_the_day_where_it_is_another() -> None:
    assert words.since(NOW_US - 60 * US_PER_S, NOW_US) == "14:31"
    assert words.since(NOW_US - 86_400 * US_PER_S, NOW_US) == "23 Nov, 14:32"
    assert words.since(SUMMER_US, NOW_US) == "15 Apr 2024, 13:24:10"


@pytest.fixture
def sensor() -> SensorNow:
    live = LiveModel(Clock().machine)
    junction = Junction(live)
    junction.says(at_us=NOW_US)
    junction.sends(interval(2, NOW_US), NOW_US)
    return live.view().sensors[0]


@pytest.mark.parametrize(
    ("cause", "more", "text"),
    [
        (Cause.NONE, {}, ""),
        (Cause.NEVER_KNOWN, {}, "Waiting: the hub has just started"),
        (Cause.NEVER_SEEN, {}, "Never seen"),
        (Cause.NO_TIME, {}, "Its gateway has no time yet"),
        (
            Cause.FAULT,
            {"fault": Fault(text="stuck off", since=NOW_US / US_PER_S - 1_080)},
            "Fault: stuck off since 14:14",
        ),
        (Cause.RECORDING_ENDED, {}, "Recording ended"),
        (Cause.NOTHING_COMES, {}, "Its gateway is ready but sends nothing of it"),
        (Cause.NOTHING_COMES, {"gateway_state": "init"}, "Its gateway is starting"),
        (Cause.NOTHING_COMES, {"gateway_state": None}, "Unknown: its gateway says nothing"),
        (
            Cause.GATEWAY_GONE,
            {"gateway_state": "lost", "gateway_since_us": NOW_US},
            "Gateway lost at 14:32. It keeps what it measures",
        ),
        (Cause.GATEWAY_GONE, {"gateway_state": "disconnected"}, "Gateway stopped. It keeps what it measures"),
        (
            Cause.GATEWAY_GONE,
            {"gateway_state": "sleeping", "gateway_since_us": NOW_US},
            "Gateway asleep since 14:32. It keeps what it measures",
        ),
        (Cause.CLOCK_AHEAD, {}, "Its clock is ahead: newest reading 14:32:00"),
        (Cause.FILLING, {"backlog": 1_234}, "Filling history, 1,234 records still to come"),
        (Cause.SLOW_LINK, {}, "Slow link: newest reading 14:32:00"),
        (Cause.OVERDUE, {}, "Overdue: newest reading 14:32:00"),
        (Cause.AT_REST, {"active_us": NOW_US - 60 * US_PER_S}, "Working, nothing seen since 14:31"),
        (Cause.AT_REST, {"active_us": None}, "Working, nothing seen since before 14:32"),
    ],
)
def test_each_cause_has_its_words(sensor: SensorNow, cause: Cause, more: dict[str, object], text: str) -> None:
    changed = replace(sensor, judgement=Judgement(State.LATE, cause), **more)  # type: ignore[arg-type]
    assert words.note(changed, NOW_US) == text


def test_words_of_a_state_that_is_not_known_now_name_the_time(sensor: SensorNow) -> None:
    judgement = Judgement(State.LIVE, Cause.NONE, NOW_US)
    assert words.note(replace(sensor, judgement=judgement), NOW_US) == "As of 14:32:00, waiting"
    judgement = Judgement(State.LATE, Cause.OVERDUE, NOW_US)
    expected = "As of 14:32:00, waiting. Overdue: newest reading 14:32:00"
    assert words.note(replace(sensor, judgement=judgement), NOW_US) == expected
