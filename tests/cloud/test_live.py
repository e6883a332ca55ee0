"""The live model: what the page is told while packs, statuses, troubles and restarts come."""

import threading
from collections.abc import Iterator

import pytest

from cloud import live as live_module
from cloud.live import PENDING_MAX, UNNAMED_MAX, LiveModel, LiveView
from cloud.states import Cause, State
from cloud.stores.protocol import Kept, Outcome, Query, Store, StoredReading, StorePack
from cloud.watched import SensorNow
from sensorhub.reading import US_PER_S, Quality, Reading
from sensorhub.status import Fault, RecordingStatus
from sensorhub.topics import PackId
from tests.cloud.junction import GATEWAY, Clock, Junction, busy_junction, interval

MINUTE_US = 60 * US_PER_S


class Shelf(Store):
    """A store that only gives back."""

    def __init__(self, readings: list[StoredReading], arrivals: dict[tuple[str, str], int]) -> None:
        self._readings = readings
        self._arrivals = arrivals

    @property
    def id(self) -> str:
        return "0" * 16

    def write(self, packs: object) -> list[Outcome]:
        raise NotImplementedError

    def kept(self, gateway: str, epoch: str, first: int, last: int) -> Kept:
        raise NotImplementedError

    def read(self, query: Query) -> Iterator[StoredReading]:
        for one in self._readings:
            in_time = (query.from_us is None or one.reading.time_us >= query.from_us) and (
                query.to_us is None or one.reading.time_us < query.to_us
            )
            if in_time and query.sensor in (None, one.reading.sensor):
                yield one

    def arrivals(self) -> dict[tuple[str, str], int]:
        return self._arrivals

    def close(self) -> None:
        pass


class Notebook:
    """Notes in memory."""

    def __init__(self, **notes: str) -> None:
        self.notes = notes

    def note(self, key: str, value: str) -> None:
        self.notes[key] = value

    def noted(self, key: str) -> str | None:
        return self.notes.get(key)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def live(clock: Clock) -> LiveModel:
    model = LiveModel(clock.machine)
    clock.forward(600)
    return model


def only(view: LiveView) -> SensorNow:
    assert len(view.sensors) == 1
    return view.sensors[0]


def test_live_model_shows_a_reading_before_its_commit(live: LiveModel, clock: Clock) -> None:
    junction = Junction(live)
    junction.says(at_us=clock.now_us)
    assert only(live.view()).judgement.cause is Cause.NEVER_SEEN
    pack = junction.sends(interval(2, clock.now_us, 7, 12.5, 1.25), clock.now_us + 200_000, commit=False)
    now = only(live.view())
    assert now.judgement.state is State.LIVE
    assert (now.closures and now.closures.value, now.occupancy and now.occupancy.value) == (7, 12.5)
    assert not now.uncommitted
    clock.forward(3)
    assert only(live.view()).uncommitted
    live.committed([pack])
    assert not only(live.view()).uncommitted


def test_live_model_marks_only_the_newest_reading_as_uncommitted(live: LiveModel, clock: Clock) -> None:
    junction = Junction(live)
    junction.sends(interval(2, clock.now_us), clock.now_us, commit=False)
    junction.sends(interval(2, clock.now_us + MINUTE_US), clock.now_us + MINUTE_US)
    clock.forward(65)
    assert not only(live.view()).uncommitted


def test_live_model_judges_by_time_alone(live: LiveModel, clock: Clock) -> None:
    junction = Junction(live)
    junction.says(at_us=clock.now_us)
    junction.sends(interval(2, clock.now_us), clock.now_us)
    causes = []
    for _ in range(20):
        judgement = only(live.view()).judgement
        causes.append((judgement.state, judgement.cause))
        clock.forward(20)
    assert list(dict.fromkeys(causes)) == [
        (State.LIVE, Cause.NONE),
        (State.LATE, Cause.OVERDUE),
        (State.SILENT, Cause.NOTHING_COMES),
    ]


def test_live_model_gives_the_same_object_while_nothing_changes(live: LiveModel, clock: Clock) -> None:
    junction = Junction(live)
    junction.sends(interval(2, clock.now_us), clock.now_us)
    before = only(live.view())
    clock.forward(1)
    assert only(live.view()) is before
    junction.sends(interval(2, clock.now_us + MINUTE_US), clock.now_us + MINUTE_US)
    assert only(live.view()) is not before


def test_live_model_shows_the_junction_in_all_four_states(live: LiveModel, clock: Clock) -> None:
    clock.forward(7)
    busy_junction(live, clock.now_us)
    states = {now.sensor: now.judgement.state for now in live.view().sensors}
    assert len(states) == 23
    assert states["detector-23"] is State.SILENT
    assert states["detector-46"] is State.LATE
    assert states["detector-22"] is states["detector-59"] is State.QUIET
    assert sum(state is State.LIVE for state in states.values()) == 19


def test_live_model_lists_what_the_newest_status_names(live: LiveModel, clock: Clock) -> None:
    junction = Junction(live, [2, 3])
    junction.sends(interval(2, clock.now_us) + interval(4, clock.now_us), clock.now_us)
    assert {now.sensor for now in live.view().sensors} == {"detector-2", "detector-4"}
    junction.says(at_us=clock.now_us)
    assert {now.sensor for now in live.view().sensors} == {"detector-2", "detector-3"}


def test_live_model_keeps_what_was_said_of_sensors_when_a_will_says_nothing(live: LiveModel, clock: Clock) -> None:
    junction = Junction(live)
    junction.titles = {2: "Stop line"}
    junction.says(at_us=clock.now_us)
    junction.sends(interval(2, clock.now_us), clock.now_us)
    clock.forward(75)
    junction.says("lost", at_us=clock.now_us, detectors=[])
    now = only(live.view())
    assert now.title == "Stop line"
    assert (now.judgement.state, now.judgement.cause) == (State.SILENT, Cause.GATEWAY_GONE)
    assert now.gateway_since_us == clock.now_us


def test_live_model_keeps_older_readings_in_their_place(live: LiveModel, clock: Clock) -> None:
    junction = Junction(live)
    junction.says(at_us=clock.now_us, backlog=12)
    junction.sends(interval(2, clock.now_us, 5), clock.now_us)
    junction.sends(interval(2, clock.now_us - 3 * MINUTE_US, 9), clock.now_us + US_PER_S)
    now = only(live.view())
    assert now.newest_us == clock.now_us
    assert now.bars[-4:] == (9, None, None, 5)
    assert (now.judgement.state, now.judgement.cause) == (State.LIVE, Cause.FILLING)


def test_live_model_takes_a_bad_reading_as_none(live: LiveModel, clock: Clock) -> None:
    junction = Junction(live)
    junction.says(at_us=clock.now_us, faults={2: Fault(text="stuck on", since=1.0)})
    junction.sends(interval(2, clock.now_us, quality=Quality.BAD), clock.now_us)
    assert only(live.view()).newest_us is None


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
    assert live.view().trouble == live_module.Trouble("The store is still full.", since_us)
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
    assert now.closures is not None
    assert now.closures.value == 0 + 1 + 2 + 3 + 4
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


def test_live_model_judges_a_fast_recording_by_when_it_was_played(live: LiveModel, clock: Clock) -> None:
    recorded_us = 1_713_182_400 * US_PER_S
    recording = RecordingStatus(r0=recorded_us / US_PER_S, w0=clock.now_us / US_PER_S, speed=600)
    junction = Junction(live)
    junction.says(at_us=clock.now_us, recording=recording)
    clock.forward(6)
    junction.sends(interval(2, recorded_us + 3_600 * US_PER_S), clock.now_us)
    now = only(live.view())
    assert now.judgement.state is State.LIVE
    assert now.age_from_us == clock.now_us
    assert live.view().behind_us == 0
    junction.says(at_us=clock.now_us, recording=recording.model_copy(update={"ended": True}))
    assert only(live.view()).judgement.cause is Cause.RECORDING_ENDED


def test_live_model_lists_unnamed_gateways_until_they_are_named(live: LiveModel, clock: Clock) -> None:
    live.unnamed("stranger", 3)
    live.unnamed("stranger", 1)
    assert live.view().unnamed == (("stranger", 4),)
    for n in range(2 * UNNAMED_MAX):
        live.unnamed(f"stranger-{n}", 1)
    assert len(live.view().unnamed) == UNNAMED_MAX
    live.unnamed(GATEWAY, 1)
    Junction(live).says(at_us=clock.now_us)
    assert GATEWAY not in dict(live.view().unnamed)


def test_live_model_stays_bounded(clock: Clock) -> None:
    live = LiveModel(clock.machine)
    for n in range(live_module.SENSORS_MAX + 10):
        reading = Reading(f"s-{n}", "occupancy", clock.now_us, 0.0)
        live.arrived(StorePack(PackId(GATEWAY, "0" * 16, n + 1, 1), "0" * 16, ((n + 1, reading),), (), clock.now_us))
    view = live.view()
    assert len(view.sensors) == live_module.SENSORS_MAX
    assert view.hidden == 10
    assert len(live._pending) == PENDING_MAX


def test_live_model_is_read_while_it_is_fed(live: LiveModel, clock: Clock) -> None:
    junction = Junction(live, range(1, 24))
    stop = threading.Event()
    faults: list[BaseException] = []

    def read() -> None:
        try:
            while not stop.is_set():
                live.view()
        except BaseException as error:
            faults.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for minute in range(50):
        readings = [reading for n in range(1, 24) for reading in interval(n, clock.now_us + minute * MINUTE_US)]
        junction.sends(readings, clock.now_us + minute * MINUTE_US)
    stop.set()
    reader.join()
    assert not faults
    assert len(live.view().sensors) == 23
