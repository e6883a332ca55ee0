"""The live model with sensors of any kind: slow ones, held contacts, and those that become another kind."""

from cloud.live import LiveModel
from cloud.stores.protocol import Query, StoredReading
from cloud.view import SensorNow
from sensorhub.reading import US_PER_S, Quality, Reading
from sensorhub.states import Cause, State
from tests.cloud.junction import NOW_US, Clock
from tests.cloud.shelf import Shelf
from tests.cloud.street import Street, before, sensor

QUARTER_S = 900
NEW_CONTACT = sensor("contact-1", "new-contact", ["float_active"], QUARTER_S)
NEW_LEVEL = sensor("level-1", "new-level", ["water_level"], QUARTER_S)


def newest(now: SensorNow) -> dict[str, float | None]:
    """The values that a row shows."""
    return {one.quantity: one.value.value if one.value is not None else None for one in now.shown}


def test_held_contact_is_live_while_it_moves_and_quiet_after_a_heartbeat(live: LiveModel, clock: Clock) -> None:
    street = Street(live)
    street.says(NEW_CONTACT, at_us=clock.now_us)
    told: list[tuple[State, dict[str, float | None]]] = []
    for seconds, value in [(0, 0), (40, 1), (35, 0), (QUARTER_S, 0)]:
        clock.forward(seconds)
        street.sends("contact-1", clock.now_us, {"float_active": value})
        now = street.now("contact-1")
        told.append((now.judgement.state, newest(now)))
    assert told == [
        (State.LIVE, {"float_active": 0}),
        (State.LIVE, {"float_active": 1}),
        (State.LIVE, {"float_active": 0}),
        (State.QUIET, {"float_active": 0}),
    ]
    now = street.now("contact-1")
    assert now.active_us == before(clock.now_us, QUARTER_S)
    assert now.bars[-2:] == (35 / 75, 0)


def test_held_contact_that_stays_lifted_is_live(live: LiveModel, clock: Clock) -> None:
    street = Street(live)
    street.says(NEW_CONTACT, at_us=clock.now_us)
    for _ in range(5):
        street.sends("contact-1", clock.now_us, {"float_active": 1})
        clock.forward(QUARTER_S)
    assert street.now("contact-1").judgement.state is State.LIVE


def test_held_contact_is_judged_by_its_heartbeat(live: LiveModel, clock: Clock) -> None:
    street = Street(live)
    street.says(NEW_CONTACT, at_us=clock.now_us)
    street.sends("contact-1", before(clock.now_us, 3), {"float_active": 1})
    street.sends("contact-1", clock.now_us, {"float_active": 0})
    causes = []
    for _ in range(50):
        causes.append(street.now("contact-1").judgement.cause)
        clock.forward(60)
    assert list(dict.fromkeys(causes)) == [Cause.NONE, Cause.OVERDUE, Cause.NOTHING_COMES]
    assert causes.count(Cause.NONE) == 16


def test_held_contact_of_which_a_reading_is_partial_is_not_quiet(live: LiveModel, clock: Clock) -> None:
    street = Street(live)
    street.says(NEW_CONTACT, at_us=clock.now_us)
    for quality in (Quality.GOOD, Quality.PARTIAL, Quality.GOOD):
        street.sends("contact-1", clock.now_us, {"float_active": 0}, quality)
        clock.forward(QUARTER_S)
    assert street.now("contact-1").judgement.state is State.LIVE


def test_quantity_without_activity_is_never_quiet(live: LiveModel, clock: Clock) -> None:
    street = Street(live)
    street.says(sensor("air-1", "new-air", ["air_temperature"]), at_us=clock.now_us)
    for _ in range(10):
        street.sends("air-1", clock.now_us, {"air_temperature": 0})
        clock.forward(60)
    assert street.now("air-1").judgement.state is State.LIVE


def test_quiet_needs_every_activity_at_rest(live: LiveModel, clock: Clock) -> None:
    street = Street(live)
    street.says(sensor("bay-1", "new-bay", ["vehicle_count", "bay_occupied", "distance"]), at_us=clock.now_us)
    states = []
    for occupied in (*[1] * 6, *[0] * 6, 1):
        clock.forward(60)
        street.sends("bay-1", clock.now_us, {"vehicle_count": 0, "bay_occupied": occupied, "distance": 900})
        states.append(street.now("bay-1").judgement.state)
    assert states == [*[State.LIVE] * 10, *[State.QUIET] * 2, State.LIVE]


def test_only_quantities_that_the_newest_status_names_count(live: LiveModel, clock: Clock) -> None:
    street = Street(live)
    street.says(sensor("box-1", "new-box", ["laeq"]), at_us=clock.now_us)
    street.sends("box-1", clock.now_us, {"co2": 700})
    assert street.now("box-1").judgement.cause is Cause.NEVER_SEEN
    street.sends("box-1", clock.now_us, {"laeq": 60})
    assert newest(street.now("box-1")) == {"laeq": 60}


def test_sensor_that_becomes_another_kind_begins_anew(live: LiveModel, clock: Clock) -> None:
    street = Street(live)
    street.says(sensor("box-1", "new-box", ["laeq"]), at_us=clock.now_us)
    street.sends("box-1", clock.now_us, {"laeq": 60})
    street.says(sensor("box-1", "new-box", ["laeq", "co2"]), at_us=clock.now_us)
    assert newest(street.now("box-1")) == {"laeq": 60, "co2": None}
    street.says(sensor("box-1", "other-box", ["co2"]), at_us=clock.now_us)
    assert street.now("box-1").judgement.cause is Cause.NEVER_SEEN
    street.sends("box-1", clock.now_us, {"co2": 700})
    assert newest(street.now("box-1")) == {"co2": 700}


def kept(street: Street, name: str, quantity: str, step_s: float, count: int) -> Shelf:
    """A store with readings of one sensor, the newest at NOW_US."""
    readings = [Reading(name, quantity, before(NOW_US, back * step_s), float(back)) for back in reversed(range(count))]
    return Shelf(
        [StoredReading(street.gateway, reading, None) for reading in readings], {(street.gateway, name): NOW_US}
    )


class Notebook:
    """Notes of a hub that knew everything a moment ago."""

    def note(self, key: str, value: str) -> None:
        pass

    def noted(self, key: str) -> str | None:
        return str(NOW_US)


def test_bars_of_a_slow_sensor_are_read_back_once_after_a_restart() -> None:
    clock = Clock(NOW_US + US_PER_S)
    live = LiveModel(clock.machine)
    street = Street(live)
    store = kept(street, "level-1", "water_level", QUARTER_S, 60)
    live.warm_start(store, Notebook())
    live.read_back(store)
    street.says(NEW_LEVEL, at_us=clock.now_us)
    assert sum(bar is not None for bar in street.now("level-1").bars) <= 4
    asked = len(store.asked)
    live.read_back(store)
    live.read_back(store)
    assert street.now("level-1").bars == tuple(float(back) for back in reversed(range(40)))
    assert street.now("level-1").newest_us == NOW_US
    assert [query.sensor for query in store.asked[asked:]] == ["level-1"]


def test_a_store_that_is_away_is_read_back_later() -> None:
    clock = Clock(NOW_US + US_PER_S)
    live = LiveModel(clock.machine)
    street = Street(live)
    store = kept(street, "level-1", "water_level", QUARTER_S, 60)
    live.warm_start(store, Notebook())
    street.says(NEW_LEVEL, at_us=clock.now_us)
    store.broken = True
    live.read_back(store)
    store.broken = False
    live.read_back(store)
    assert None not in street.now("level-1").bars


def test_quick_sensors_are_not_read_back() -> None:
    clock = Clock(NOW_US + US_PER_S)
    live = LiveModel(clock.machine)
    street = Street(live)
    store = kept(street, "noise-1", "laeq", 60, 60)
    live.warm_start(store, Notebook())
    street.says(sensor("noise-1", "new-noise", ["laeq"]), at_us=clock.now_us)
    asked = store.asked.copy()
    live.read_back(store)
    assert store.asked == asked


def test_held_contact_before_its_first_status_is_judged_by_the_usual_heartbeat() -> None:
    clock = Clock(NOW_US + 5 * US_PER_S)
    live = LiveModel(clock.machine)
    street = Street(live)
    changes = [Reading("contact-1", "door_open", before(NOW_US, s), v) for s, v in [(700, 1.0), (697, 0.0)]]
    arrivals = {(street.gateway, "contact-1"): before(NOW_US, 697)}
    live.warm_start(Shelf([StoredReading(street.gateway, one, None) for one in changes], arrivals), Notebook())
    now = street.now("contact-1")
    assert (now.judgement.state, now.judgement.as_of_us) == (State.LIVE, NOW_US)
    assert now.period_us == QUARTER_S * US_PER_S


def test_what_is_asked_of_the_store_is_one_sensor_and_as_far_back_as_its_bars() -> None:
    live = LiveModel(Clock(NOW_US).machine)
    street = Street(live)
    store = kept(street, "level-1", "water_level", QUARTER_S, 60)
    live.warm_start(store, Notebook())
    street.says(NEW_LEVEL, at_us=NOW_US)
    live.read_back(store)
    assert store.asked[-1] == Query(street.gateway, "level-1", None, before(NOW_US, 42 * QUARTER_S), NOW_US)
