"""The live model where the hub cannot know: troubles, restarts, and until when it knew."""

from cloud.live import LiveModel
from cloud.stores.protocol import StoredReading
from cloud.view import Trouble
from sensorhub.reading import US_PER_S
from sensorhub.states import Cause, State
from tests.cloud.junction import GATEWAY, Clock, Junction, interval, only
from tests.cloud.shelf import Shelf

MINUTE_US = 60 * US_PER_S


class Notebook:
    """Notes in memory."""

    def __init__(self, **notes: str) -> None:
        self.notes = notes

    def note(self, key: str, value: str) -> None:
        self.notes[key] = value

    def noted(self, key: str) -> str | None:
        return self.notes.get(key)


def test_live_model_in_trouble_shows_the_states_it_knew(live: LiveModel, clock: Clock) -> None:
    junction = Junction(live)
    junction.says(at_us=clock.now_us)
    junction.sends(interval(2, clock.now_us), clock.now_us)
    clock.forward(5)
    live.view()
    live.trouble("The store is full.")
    since_us = clock.now_us
    clock.forward(3_600)
    view = live.view()
    assert view.trouble is not None
    assert (view.trouble.what, view.trouble.since_us) == ("The store is full.", since_us)
    assert (only(view).judgement.state, only(view).judgement.as_of_us) == (State.LIVE, since_us)
    live.trouble("The store is still full.")
    assert live.view().trouble == Trouble("The store is still full.", since_us)
    live.trouble(None)
    assert only(live.view()).judgement.as_of_us == since_us  # it may still come
    clock.forward(90)
    assert only(live.view()).judgement.cause is Cause.NOTHING_COMES


def test_live_model_in_trouble_soon_after_its_first_start_knows_what_it_heard(clock: Clock) -> None:
    live = LiveModel(clock.machine)
    Junction(live, [2, 3]).says(at_us=clock.now_us)
    Junction(live).sends(interval(2, clock.now_us), clock.now_us)
    clock.forward(5)
    live.trouble("The store is full.")
    heard, waiting = live.view().sensors
    assert (heard.judgement.state, heard.judgement.as_of_us) == (State.LIVE, clock.now_us)
    assert waiting.judgement.cause is Cause.NEVER_KNOWN


def test_live_model_after_a_restart_shows_what_it_knew_until_readings_come(clock: Clock) -> None:
    stopped_us = clock.now_us - 30 * US_PER_S
    readings = [
        StoredReading(GATEWAY, reading, None)
        for minute in range(20)
        for reading in interval(2, clock.now_us - (minute + 1) * MINUTE_US, minute)
    ]
    live = LiveModel(clock.machine)
    live.warm_start(
        Shelf(readings, {(GATEWAY, "detector-2"): clock.now_us - MINUTE_US + 200_000}),
        Notebook(knew_until_us=str(stopped_us)),
    )
    now = only(live.view())
    assert (now.judgement.state, now.judgement.as_of_us) == (State.LIVE, stopped_us)
    closures = now.shown[0].value
    assert closures is not None
    assert closures.value == 0 + 1 + 2 + 3 + 4
    assert now.period_us == MINUTE_US
    junction = Junction(live)
    junction.sends(interval(2, clock.now_us, 5), clock.now_us + US_PER_S)
    clock.forward(1)
    assert only(live.view()).judgement.as_of_us is None


def test_live_model_after_a_restart_finds_what_has_been_silent_for_long(clock: Clock) -> None:
    long_ago_us = clock.now_us - 30 * 24 * 60 * MINUTE_US
    live = LiveModel(clock.machine)
    live.warm_start(
        Shelf(
            [StoredReading(GATEWAY, reading, None) for reading in interval(2, long_ago_us)],
            {(GATEWAY, "detector-2"): long_ago_us + 200_000},
        ),
        Notebook(),
    )
    assert only(live.view()).newest_us == long_ago_us
    clock.forward(100)
    assert only(live.view()).judgement.cause is Cause.NOTHING_COMES


def test_live_model_notes_until_when_it_knew(live: LiveModel, clock: Clock) -> None:
    notes = Notebook()
    junction = Junction(live)
    junction.sends(interval(2, clock.now_us), clock.now_us)
    live.note_knowledge(notes)
    knew_us = clock.now_us
    assert notes.notes == {"knew_until_us": str(knew_us)}
    live.trouble("The broker is away.")
    clock.forward(60)
    live.note_knowledge(notes)
    live.trouble(None)
    live.note_knowledge(notes)
    assert notes.notes == {"knew_until_us": str(knew_us)}
    clock.forward(90)
    live.note_knowledge(notes)
    assert notes.notes == {"knew_until_us": str(clock.now_us)}
