"""What the contacts of a gateway do, as faults of their sensors."""

from firmware_config.sensor import SensorConfig, StuckRule
from gateway.anchors.times import AnchorBook
from gateway.recorder.contact import Contact
from gateway.recorder.faults import Faults
from gateway.recorder.kinds import sensed
from gateway.recorder.level import Level
from gateway.recorder.watch import LOOK_NS, ClosureRate, ContactWatch
from gateway.spool import Anchor, AnchorKind

S = 1_000_000_000
MS = 1_000_000
MIN = 60 * S
H = 60 * MIN
MIDNIGHT = 1_764_028_800 * S  # 25 November 2025, a Tuesday


class Rig:
    """The contacts of some sensors, read from boot clock 0 on and open."""

    def __init__(self, *sensors: SensorConfig) -> None:
        self.anchors = AnchorBook()
        self.faults = Faults(lambda: 0)
        self.contacts: dict[str, Contact] = {}
        for sensor in sensors:
            contact = sensed(sensor, self.anchors)
            assert isinstance(contact, Contact)
            self.contacts[sensor.id] = contact
            contact.observe(0, [False] * len(contact.levels))
        self.watch = ContactWatch(sensors, self.contacts, self.faults, self.anchors)

    def edge(self, sensor: str, at_ns: int, level: bool, channel: int = 0) -> None:
        self.contacts[sensor].edge(at_ns, level, channel)
        self.look(at_ns + S)

    def look(self, now_ns: int) -> None:
        for contact in self.contacts.values():
            contact.settle(now_ns)
        self.watch.look(now_ns)


def test_watch_finds_the_contact_that_is_stuck_and_not_its_neighbour() -> None:
    rig = Rig(SensorConfig(id="a", pin=4), SensorConfig(id="b", pin=5))
    rig.edge("a", MIN, True)
    rig.edge("b", 2 * MIN, True)
    rig.edge("b", 3 * MIN, False)
    rig.look(32 * MIN)
    assert set(rig.faults) == {"a"}
    assert rig.faults["a"].text.startswith("Stuck: contact active for more than 31 min.")
    rig.edge("a", 33 * MIN, False)
    assert not rig.faults


def test_watch_looks_at_hours_by_the_newest_anchor() -> None:
    rules = (StuckRule(from_hour=6, hours=1), StuckRule())
    rig = Rig(SensorConfig(id="a", pin=4, stuck_inactive=rules))
    rig.anchors.note(Anchor(0, MIDNIGHT, 0, AnchorKind.NTP))
    for minute in range(1, 7 * 60 - 1):
        rig.look(minute * MIN)
    assert not rig.faults
    rig.look(7 * H + MIN)
    assert set(rig.faults) == {"a"}


def test_watch_finds_the_contact_that_never_comes_to_rest_and_its_interval_goes_on() -> None:
    rig = Rig(SensorConfig(id="a", pin=4, period_s=60), SensorConfig(id="b", pin=5))
    for at in range(10, 120_000, 10):
        rig.contacts["a"].edge(at * MS, at % 20 == 10)
        if at % 1_000 == 0:
            rig.look(at * MS)
    assert rig.faults["a"].text.startswith("Chattering: never still for the 20 ms of debounce_ms.")
    assert set(rig.faults) == {"a"}
    assert len(rig.contacts["a"].close(120 * S)) == 1
    rig.look(150 * S)
    assert not rig.faults


def test_watch_finds_the_held_contact_that_never_comes_to_rest() -> None:
    door = SensorConfig(id="door", kind="cabinet-door", pin=4)
    level, faults = sensed(door, AnchorBook()), Faults(lambda: 0)
    assert isinstance(level, Level)
    watch = ContactWatch([door], {"door": level}, faults, AnchorBook())
    level.observe(0, False)
    for at in range(10, 30_000, 10):
        level.edge(at * MS, at % 20 == 10)
    watch.look(30 * S)
    assert faults["door"].text.startswith("Chattering: never still for the 50 ms")


def test_watch_leaves_alone_what_is_not_read() -> None:
    rig = Rig(SensorConfig(id="a", pin=4))
    rig.contacts["a"].intervals.lose(S)
    rig.look(100 * H)
    assert not rig.faults


def test_watch_tells_counts_that_cannot_be_right() -> None:
    rig = Rig(SensorConfig(id="p", kind="loop-pair", pins={"upstream": 4, "downstream": 5}))
    at_ns = 0
    for _ in range(30):
        at_ns += 10 * S
        rig.edge("p", at_ns, True)
        rig.edge("p", at_ns + S, False)
    assert "downstream" in rig.faults["p"].text


def test_watch_looks_no_more_than_once_a_second() -> None:
    rig = Rig(SensorConfig(id="a", pin=4))
    rig.look(18 * H)
    rig.look(18 * H + LOOK_NS - 1)
    assert not rig.faults
    rig.look(18 * H + LOOK_NS)
    assert set(rig.faults) == {"a"}


def test_closure_rate_tells_a_contact_that_chatters_until_it_stops() -> None:
    rate, closures, now_ns = ClosureRate(4, "card, loop and cable"), 0, 0
    for _ in range(60):
        now_ns += S
        closures += 5
        told = rate.look(now_ns, closures)
    assert told == "Chattering: 5.0 closures a second, and 4 is the most there can be. Look at card, loop and cable."
    for _ in range(20):
        now_ns += S
        told = rate.look(now_ns, closures)
    assert told == ""


def test_closure_rate_bears_a_platoon() -> None:
    rate = ClosureRate(4, "card, loop and cable")
    assert [rate.look(second * S, 10 if second else 0) for second in range(30)] == [""] * 30


def test_watch_tells_contacts_of_one_sensor_that_chatter_together() -> None:
    rig = Rig(SensorConfig(id="p", kind="loop-pair", pins={"upstream": 4, "downstream": 5}))
    at_ns = 0
    for number in range(200):
        at_ns += 110 * MS
        for channel in (0, 1):
            at_ns += channel * 90 * MS  # at a speed that there is
            rig.contacts["p"].edge(at_ns, number % 2 == 0, channel)
        rig.look(at_ns)
    assert "Chattering: 5.0 closures a second" in rig.faults["p"].text
