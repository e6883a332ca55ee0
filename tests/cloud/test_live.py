"""The live model: what the page is told while packs, statuses, troubles and restarts come."""

import threading
from dataclasses import replace

from cloud import live as live_module
from cloud.live import PENDING_MAX, UNNAMED_MAX, LiveModel
from cloud.stores.protocol import StorePack
from cloud.view import Source
from sensorhub.reading import US_PER_S, Quality, Reading
from sensorhub.states import Cause, State
from sensorhub.status import Fault, RecordingStatus
from sensorhub.topics import PackId
from tests.cloud.junction import GATEWAY, SIMULATED, Clock, Junction, busy_junction, interval, only

MINUTE_US = 60 * US_PER_S


def test_live_model_shows_a_reading_before_its_commit(live: LiveModel, clock: Clock) -> None:
    junction = Junction(live)
    junction.says(at_us=clock.now_us)
    assert only(live.view()).judgement.cause is Cause.NEVER_SEEN
    pack = junction.sends(interval(2, clock.now_us, 7, 12.5, 1.25), clock.now_us + 200_000, commit=False)
    now = only(live.view())
    assert now.judgement.state is State.LIVE
    shown = {one.quantity: one.value.value for one in now.shown if one.value is not None}
    assert shown == {"actuation_count": 7, "occupancy": 12.5, "mean_on_time": 1.25}
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


def test_live_model_shows_a_simulation_in_real_time_as_it_would_a_road(live: LiveModel, clock: Clock) -> None:
    junction = busy_junction(live, clock.now_us)
    junction.says(at_us=clock.now_us)
    road = live.view()
    junction.says(at_us=clock.now_us, recording=SIMULATED)
    simulated = live.view()
    assert [replace(one, source=Source.ROAD) for one in simulated.sensors] == list(road.sensors)
    assert {one.source for one in simulated.sensors} == {Source.SIMULATED}
    assert [one.plays for one in simulated.gateways] == [SIMULATED.title]
    assert [(one.title, one.sensors) for one in simulated.playing] == [(SIMULATED.title, 23)]


def test_live_model_knows_what_a_lost_gateway_played(live: LiveModel, clock: Clock) -> None:
    junction = Junction(live)
    junction.says(at_us=clock.now_us, recording=SIMULATED)
    junction.says("lost", at_us=clock.now_us)
    assert only(live.view()).source is Source.SIMULATED
    junction.says(at_us=clock.now_us)
    assert only(live.view()).source is Source.ROAD


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
