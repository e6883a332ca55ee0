"""One contract for every store: what it keeps, what it refuses, and what is there after it was opened again."""

from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloud.stores.protocol import Fate, Kept, Outcome, Query
from sensorhub.reading import US_PER_S, Marker, Quality
from sensorhub.topics import SEQUENCE_MAX
from tests.cloud.stores.opened import Opened
from tests.cloud.stores.packs import ARRIVED_US, EPOCH, GATEWAY, T0_US, pack, reading, readings


def test_pack_written_is_read_back_as_it_was_measured(opened: Opened) -> None:
    one = pack(
        [
            reading("detector-2", "occupancy", T0_US, 0.1 + 0.2),
            reading("detector-2", "actuation_count", T0_US, 3.0, Quality.PARTIAL),
            reading("detector-2", "coverage", T0_US, 50.0, Quality.PARTIAL | Quality.ESTIMATED_TIME),
            reading("detector-10", "occupancy", T0_US + 123_456, 0.0),
        ]
    )
    assert opened.store.write([one]) == [Outcome(Fate.STORED, ())]
    assert opened.rows() == opened.expected(one)


def test_readings_come_by_time_gateway_sensor_and_quantity(opened: Opened) -> None:
    here = pack([reading("b", time_us=T0_US + US_PER_S), *(reading(name) for name in ("c", "a", "b"))], gateway="g-2")
    there = pack([reading("b", "occupancy"), reading("b", "actuation_count")], gateway="g-1")
    opened.store.write([here, there])
    names = [(one.gateway, one.reading.sensor, one.reading.quantity) for one in opened.rows()]
    assert names == [
        ("g-1", "b", "actuation_count"),
        ("g-1", "b", "occupancy"),
        ("g-2", "a", "occupancy"),
        ("g-2", "b", "occupancy"),
        ("g-2", "c", "occupancy"),
        ("g-2", "b", "occupancy"),
    ]


@pytest.mark.parametrize(
    "query",
    [
        Query(gateway="g-1"),
        Query(gateway="g-1", sensor="detector-2", quantity="mean_on_time"),
        Query(sensor="nobody"),
        Query(gateway='it\'s "no" name\\'),
        Query(quantity="coverage"),
        Query(from_us=T0_US + 60 * US_PER_S, to_us=T0_US + 180 * US_PER_S),
        Query(from_us=-(2**62), to_us=2**62),
    ],
)
def test_query_names_what_is_read(opened: Opened, query: Query) -> None:
    packs = [pack(readings(20), gateway="g-1"), pack(readings(20), gateway="g-2")]
    opened.store.write(packs)
    assert opened.rows(query) == opened.expected(*packs, query=query)


def test_same_pack_again_is_a_duplicate_and_stored_once(opened: Opened) -> None:
    one = pack(readings(30))
    opened.store.write([one])
    for _ in range(2):
        assert opened.store.write([one]) == [Outcome(Fate.DUPLICATE, ())]
        opened.reopen()
    assert opened.rows() == opened.expected(one)


def test_same_pack_twice_in_one_group_is_stored_once(opened: Opened) -> None:
    one = pack(readings(3), refused=((2, 2),))
    assert opened.store.write([one, one]) == [Outcome(Fate.STORED, ((2, 2),)), Outcome(Fate.DUPLICATE, ((2, 2),))]
    assert opened.rows() == opened.expected(one)


@pytest.mark.parametrize(
    ("first", "count", "digest"),
    [
        (11, 10, "bbbbbbbbbbbbbbbb"),
        (11, 9, "aaaaaaaaaaaaaaaa"),
        (20, 5, "c" * 16),
        (1, 11, "c" * 16),
        (5, 40, "c" * 16),
    ],
)
@pytest.mark.parametrize("together", [True, False], ids=["one-group", "two-groups"])
def test_any_other_overlap_is_a_conflict_and_writes_nothing(
    opened: Opened, first: int, count: int, digest: str, together: bool
) -> None:
    one = pack(readings(10, first=11), first=11)
    other = pack([reading("detector-9", value=99.0)] * count, first=first, digest=digest)
    conflict = Outcome(Fate.CONFLICT, ((first, first + count - 1),))
    if together:
        assert opened.store.write([one, other]) == [Outcome(Fate.STORED, ()), conflict]
    else:
        opened.store.write([one])
        opened.reopen()
        assert opened.store.write([other]) == [conflict]
    assert opened.rows() == opened.expected(one)
    assert opened.store.kept(GATEWAY, EPOCH, 1, 100) == Kept(((11, 20),), ())


def test_neighbours_other_epochs_and_other_gateways_are_no_conflict(opened: Opened) -> None:
    packs = [
        pack(readings(10, first=11), first=11),
        pack(readings(10, first=1), first=1),
        pack(readings(10, first=21), first=21),
        pack(readings(5, first=100), first=11, epoch="0" * 16),
        pack(readings(5, first=11), first=11, gateway="other"),
    ]
    assert opened.store.write(packs) == [Outcome(Fate.STORED, ())] * 5
    assert opened.rows() == opened.expected(*packs)


def test_kept_tells_stored_and_refused_ranges_after_a_restart(opened: Opened) -> None:
    opened.store.write(
        [
            pack(readings(8), first=1, refused=((3, 3), (10, 10))),
            pack(readings(10), first=11),
            pack(readings(10), first=31, refused=((35, 36),)),
            pack([], first=51, refused=((51, 52),)),
        ]
    )
    for _ in range(2):
        kept = opened.store.kept(GATEWAY, EPOCH, 1, 1_000)
        assert kept == Kept(((1, 2), (4, 9), (11, 20), (31, 34), (37, 42)), ((3, 3), (10, 10), (35, 36), (51, 52)))
        assert opened.store.kept(GATEWAY, EPOCH, 2, 3) == Kept(((2, 2),), ((3, 3),))
        assert opened.store.kept(GATEWAY, "0" * 16, 1, 1_000) == Kept((), ())
        opened.reopen()


def test_refused_ranges_of_a_duplicate_are_those_first_noted(opened: Opened) -> None:
    opened.store.write([pack(readings(2), refused=((2, 2),))])
    opened.reopen()
    again = pack(readings(3), refused=())
    assert opened.store.write([again]) == [Outcome(Fate.DUPLICATE, ((2, 2),))]


def test_marker_is_kept_and_is_no_reading(opened: Opened) -> None:
    marker = Marker("dropped", T0_US, "900-1019 spool-full")
    one = pack([reading(), marker, reading("detector-3")])
    assert opened.store.write([one]) == [Outcome(Fate.STORED, ())]
    assert opened.rows() == opened.expected(one)
    assert opened.store.kept(GATEWAY, EPOCH, 1, 10) == Kept(((1, 3),), ())
    assert set(opened.store.arrivals()) == {(GATEWAY, "detector-2"), (GATEWAY, "detector-3")}


def test_events_of_one_sensor_at_one_microsecond_are_all_kept(opened: Opened) -> None:
    one = pack([reading(time_us=T0_US + 250_000, value=float(i)) for i in range(5)])
    opened.store.write([one])
    assert sorted(row.reading.value for row in opened.rows()) == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert {row.reading.time_us for row in opened.rows()} == {T0_US + 250_000}


def test_arrivals_are_the_newest_of_each_sensor_and_survive_a_restart(opened: Opened) -> None:
    opened.store.write([pack([reading("detector-2"), reading("detector-3")])])
    opened.store.write([pack([reading("detector-2", time_us=T0_US + 5)], first=10, arrived_us=ARRIVED_US + 9)])
    opened.store.write([pack([reading("detector-2", time_us=T0_US + 6)], first=20, arrived_us=ARRIVED_US - 9)])
    opened.store.write([pack([reading("detector-2")], gateway="other")])
    for _ in range(2):
        assert opened.store.arrivals() == {
            (GATEWAY, "detector-2"): ARRIVED_US + 9,
            (GATEWAY, "detector-3"): ARRIVED_US,
            ("other", "detector-2"): ARRIVED_US,
        }
        opened.reopen()


def test_nothing_written_is_nothing_read(opened: Opened) -> None:
    assert opened.store.write([]) == []
    assert opened.rows() == []
    assert opened.store.arrivals() == {}


def test_store_has_an_id_of_16_hex_digits(opened: Opened) -> None:
    assert len(opened.store.id) == 16
    assert set(opened.store.id) <= set("0123456789abcdef")


def test_reader_that_stops_midway_does_not_hinder_a_writer(opened: Opened) -> None:
    opened.store.write([pack(readings(900))])
    reader = opened.store.read(Query())
    next(reader)
    assert opened.store.write([pack(readings(900, first=1_001), first=1_001)]) == [Outcome(Fate.STORED, ())]
    del reader
    assert len(opened.rows()) == 1_800


def test_other_threads_read_while_one_writes(opened: Opened) -> None:
    seen: list[int] = []
    packs = [pack(readings(90, first=1 + 90 * k), first=1 + 90 * k) for k in range(20)]
    writer = Thread(target=lambda: [opened.store.write([one]) for one in packs])
    writer.start()
    while writer.is_alive():
        seen.append(len(opened.rows()))
        assert opened.store.kept(GATEWAY, EPOCH, 1, 10_000).refused == ()
    writer.join()
    assert opened.kind == "influxdb" or all(count % 90 == 0 for count in seen)
    assert seen == sorted(seen)
    assert opened.rows() == opened.expected(*packs)


EXTREMES = [5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, -0.0, 0.0, 0.1 + 0.2, 1e22, 1e23, 2.0**53 + 2]
VALUES = st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=300)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(values=VALUES)
def test_every_finite_value_comes_back_exactly(opened: Opened, values: list[float]) -> None:
    values = EXTREMES + values
    first = 1 + max((last for _, last in opened.store.kept(GATEWAY, EPOCH, 1, SEQUENCE_MAX).stored), default=0)
    at = [T0_US + sequence * 1_000_003 for sequence in range(first, first + len(values))]
    one = pack([reading(time_us=time_us, value=value) for time_us, value in zip(at, values, strict=True)], first=first)
    assert opened.store.write([one]) == [Outcome(Fate.STORED, ())]
    rows = opened.rows(Query(from_us=at[0], to_us=at[-1] + 1))
    assert [(row.reading.time_us, row.reading.value.hex()) for row in rows] == [
        (time_us, value.hex()) for time_us, value in zip(at, values, strict=True)
    ]
