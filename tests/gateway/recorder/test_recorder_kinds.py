"""The recorder with sensors of every shape: two contacts, edges in memory only, a held contact, a part on a bus."""

import pytest

from firmware_config.sensor import SensorConfig
from gateway.spool import Edge, Measured, ReadingEntry
from sensorhub.reading import Quality
from tests.gateway.recorder.recorder_rig import MS, RecorderRig, S, coverage

PEOPLE = SensorConfig(id="p", kind="footfall", pins={"outer": 4, "inner": 5}, debounce_ms=20)
MOVEMENT = SensorConfig(id="m", kind="activity", pin=6, debounce_ms=20)

SENSORS = (
    *(each.model_copy(update={"period_s": 10}) for each in (PEOPLE, MOVEMENT)),  # no file may say so: one by one
    SensorConfig(id="f", kind="float-switch", pin=7, period_s=20, debounce_ms=20),
    SensorConfig(id="air", kind="air-climate", bus="i2c-1", period_s=10, sample_s=5),
)
IDLE = (False,) * 4


class KindsRig(RecorderRig):
    """People `p`, movement `m` (not journalled), float `f`, air `air` which is read at 4.5 s, 9.5 s and so on."""

    def __init__(self, *args: object, **keys: object) -> None:
        super().__init__(*args, **{"levels": IDLE, "sensors": SENSORS, **keys})  # type: ignore[arg-type]

    def person(self, at_ns: int) -> None:
        for step, (channel, level) in enumerate(((0, True), (1, True), (0, False), (1, False))):
            self.edge("p", at_ns + step * 100 * MS, level, channel)

    def read(self, *due_s: float) -> None:
        for each in due_s:
            self.recorder.sampled["air"].put(round(each * S), [Measured("air_temperature", each)])
            self.recorder.sampled["air"].began(round((each + 5) * S))


def numbers(rig: RecorderRig, sensor: str, quantity: str) -> list[tuple[int, float]]:
    return [(end, values[quantity]) for end, values in rig.readings(sensor) if quantity in values]


def journal(rig: RecorderRig) -> list[Edge]:
    return [located.entry for spool in rig.spool.all for located in spool.scan() if isinstance(located.entry, Edge)]


def again(rig: RecorderRig, at_ns: int, *levels: bool) -> KindsRig:
    return KindsRig(rig.disk, at_ns, levels=levels or IDLE)


def test_recorder_takes_what_each_shape_gives() -> None:
    rig = KindsRig()
    rig.person(1 * S)
    rig.edge("m", 2 * S, True)
    rig.edge("m", 4 * S, False)
    rig.edge("f", 5 * S, True)
    rig.commit()
    rig.read(4.5, 9.5)
    rig.commit(11 * S)
    assert numbers(rig, "p", "people_in_count") == [(10, 1)]
    assert numbers(rig, "m", "activity") == [(10, 20)]
    assert numbers(rig, "f", "float_active") == [(0, 0), (5, 1)]
    assert numbers(rig, "air", "air_temperature") == [(10, 7)]
    assert {edge.sensor for edge in journal(rig)} == {"p"}
    assert coverage(rig, "p") == coverage(rig, "m") == coverage(rig, "air") == {10: 100}


def test_recorder_killed_loses_only_what_was_in_memory_and_says_so() -> None:
    rig = KindsRig()
    rig.edge("p", 1 * S, True, 0)
    rig.edge("p", 2 * S, True, 1)
    rig.edge("m", 2 * S, True)
    rig.read(4.5)
    rig.commit(5 * S)
    rig = again(rig, 5 * S + 100 * MS, True, True, False, False)
    rig.edge("p", 6 * S, False, 0)
    rig.edge("p", 7 * S, False, 1)
    rig.edge("m", 8 * S, True)
    rig.commit()
    rig.read(9.5)
    rig.commit(11 * S)
    assert numbers(rig, "m", "activity")[0][1] == pytest.approx(100 * 2 / 4.9)
    assert coverage(rig, "m")[10] == pytest.approx(49)
    assert numbers(rig, "air", "air_temperature") == [(10, 9.5)]
    assert coverage(rig, "air") == {10: 50}
    # Who was between the beams when it was killed is not known to have come in.
    assert numbers(rig, "p", "people_in_count") == [(10, 0)]
    assert coverage(rig, "p")[10] == pytest.approx(100 * (10 - 3.1) / 10, abs=1)
    assert numbers(rig, "f", "float_active") == [(0, 0), (5, 0)]


def test_recorder_killed_right_after_a_reading_makes_no_second_one_for_its_time() -> None:
    rig = KindsRig()
    rig.read(4.5, 9.5)
    rig.commit(10 * S + 300 * MS)
    for at_ms in (10_310, 10_320):
        rig = again(rig, at_ms * MS)
    rig.read(14.5, 19.5)
    rig.commit(21 * S)
    for sensor in ("p", "m", "air"):
        assert [end for end, _ in rig.readings(sensor)] == [10, 20]
    assert len({(entry.sensor, entry.clock_ns) for entry in found(rig)}) == len(found(rig))


def found(rig: RecorderRig) -> list[ReadingEntry]:
    return [
        located.entry for spool in rig.spool.all for located in spool.scan() if isinstance(located.entry, ReadingEntry)
    ]


def test_recorder_full_spool_counts_what_cannot_be_made_again_and_brings_two_contacts_back_together() -> None:
    rig = KindsRig()
    rig.person(1 * S)
    rig.commit()
    rig.spool.full = True
    rig.edge("p", 4 * S, True, 0)
    rig.edge("f", 5 * S, True)
    rig.read(4.5, 9.5)
    for second in range(5, 16):
        rig.commit(second * S + 300 * MS)
    rig.edge("p", 16 * S, True, 1)
    rig.commit(16 * S + 300 * MS)
    rig.spool.full = False
    rig.commit(18 * S)
    rig.edge("p", 18 * S + 100 * MS, False, 0)
    rig.edge("p", 18 * S + 200 * MS, False, 1)
    rig.commit()
    rig.commit(21 * S)
    assert rig.markers() == ["rejected 3 spool-full"]  # float, movement, air; the first of people was made up for
    assert numbers(rig, "p", "people_in_count") == [(10, 1), (20, 0)]
    assert coverage(rig, "p") == {10: pytest.approx(40), 20: pytest.approx(20)}
    observed = [(edge.clock_ns, edge.channel, edge.level) for edge in journal(rig) if edge.observed]
    assert observed[-2:] == [(18 * S, 0, True), (18 * S, 1, True)]
    assert numbers(rig, "m", "activity") == [(20, 0)]
    assert coverage(rig, "m") == {20: 100}  # it was watched all the time


@pytest.mark.parametrize("kill_s", [9, 19])
def test_recorder_killed_around_a_full_spool_gives_two_contacts_the_same_readings(kill_s: int) -> None:
    rigs = []
    for killed in (False, True):
        rig = KindsRig()
        rig.person(1 * S)
        rig.commit(2 * S)
        rig.spool.full = True
        rig.edge("p", 4 * S, True, 0)
        rig.commit(6 * S)
        if kill_s > 10:
            rig.spool.full = False
            rig.commit(12 * S)
            rig.edge("p", 13 * S, True, 1)
            rig.commit(14 * S)
        if killed:
            rig = again(rig, 14 * S + 20 * MS if kill_s > 10 else 6 * S, True, kill_s > 10, False, False)
        rig.spool.full = False
        rig.commit(kill_s * S)
        rig.edge("p", (kill_s + 1) * S, False, 0)
        rig.edge("p", (kill_s + 1) * S + 100 * MS, False, 1)
        rig.commit(31 * S)
        rigs.append(rig)
    whole, killed_once = rigs
    assert numbers(killed_once, "p", "people_in_count") == numbers(whole, "p", "people_in_count")


def test_recorder_dead_card_holds_the_readings_of_every_shape() -> None:
    rig = KindsRig()
    rig.spool.dead = True
    rig.person(1 * S)
    rig.edge("f", 5 * S, True)
    rig.read(4.5, 9.5)
    for second in range(5, 13):
        rig.commit(second * S)
    rig.spool.dead = False
    rig.commit(14 * S)
    assert rig.markers() == []
    assert numbers(rig, "p", "people_in_count") == [(10, 1)]
    assert numbers(rig, "f", "float_active") == [(0, 0), (5, 1)]
    assert numbers(rig, "air", "air_temperature") == [(10, 7)]


def test_recorder_leaving_an_epoch_cuts_what_is_journalled_and_lets_the_others_go_on() -> None:
    rig = KindsRig()
    rig.person(1 * S)
    rig.edge("p", 3 * S, True, 0)
    rig.edge("m", 3 * S, True)
    rig.read(4.5)
    rig.commit(4 * S)
    assert rig.recorder.begin_epoch()
    rig.edge("p", 5 * S, True, 1)
    rig.edge("p", 6 * S, False, 0)
    rig.edge("p", 7 * S, False, 1)
    rig.edge("m", 8 * S, False)
    rig.read(9.5)
    rig.commit()
    rig.commit(11 * S)
    old, new = rig.spool.all
    assert [entry.sensor for located in old.scan() if isinstance(entry := located.entry, ReadingEntry)] == ["f", "p"]
    assert numbers(rig, "p", "people_in_count") == [(4, 1), (10, 0)]
    assert sum(coverage(rig, "p").values()) == pytest.approx(100)
    assert numbers(rig, "m", "activity") == [(10, 50)]
    assert coverage(rig, "m") == coverage(rig, "air") == {10: 100}
    opening = [entry for located in new.scan() if isinstance(entry := located.entry, Edge)][:2]
    assert [(edge.channel, edge.level, edge.observed) for edge in opening] == [(0, True, True), (1, False, True)]


def test_recorder_leaving_while_a_contact_bounces_counts_its_closure_once() -> None:
    rig = KindsRig()
    rig.edge("p", 1 * S, True, 0)
    rig.commit(2 * S)
    rig.clock.ns = 3 * S + 30 * MS
    for at_ms, channel, level in ((3_000, 0, False), (3_001, 1, True), (3_015, 0, True), (3_018, 0, False)):
        rig.recorder.sampler.put("p", at_ms * MS, level, channel)
    rig.commit()  # that of channel 1 has settled, and waits for that of channel 0
    assert rig.recorder.begin_epoch()
    rig.commit(4 * S)
    edges = [(edge.clock_ns // MS, edge.channel, edge.level) for edge in journal(rig) if not edge.observed]
    assert edges == [(1_000, 0, True), (3_000, 0, False), (3_001, 1, True)]
    observed = [(edge.channel, edge.level) for edge in journal(rig) if edge.observed]
    assert observed == [(0, False), (1, False), (0, True), (1, False)]


def test_recorder_readings_of_a_sensor_with_a_fault_are_bad_and_keep_their_numbers() -> None:
    rig = KindsRig()
    faults = rig.faults
    rig.person(1 * S)
    rig.read(4.5, 9.5)
    faults.set("p", "pin", "Loose.")
    rig.commit(11 * S)
    faults.set("p", "pin", "")
    rig.commit(21 * S)
    qualities = {(entry.sensor, entry.clock_ns // S): {each.quality for each in entry.values} for entry in found(rig)}
    assert qualities["p", 10] == {Quality.BAD}
    assert qualities["p", 20] == qualities["air", 10] == qualities["m", 10] == {Quality.GOOD}
    assert numbers(rig, "p", "people_in_count")[0] == (10, 1)


def test_recorder_held_contact_goes_on_telling_while_nothing_changes() -> None:
    rig = KindsRig()
    for second in range(1, 70):
        rig.commit(second * S)
    assert numbers(rig, "f", "float_active") == [(0, 0), (20, 0), (40, 0), (60, 0)]
