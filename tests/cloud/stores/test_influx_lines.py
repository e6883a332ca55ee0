"""Tests of readings as line protocol."""

from hypothesis import given
from hypothesis import strategies as st

from cloud.stores.influx_lines import Line, halves, lines_of, point_time_ns, quoted_string
from sensorhub.reading import US_PER_S, Marker, Quality
from tests.cloud.stores.packs import T0_US, pack, reading


def _text(lines: list[Line]) -> list[str]:
    return [line.encode().decode() for line in lines]


def test_records_of_one_sensor_and_instant_share_a_line() -> None:
    one = pack(
        [
            reading("detector-2", "actuation_count", value=3.0),
            reading("detector-3", "occupancy", value=0.1 + 0.2),
            reading("detector-2", "occupancy", value=12.5, quality=Quality.PARTIAL | Quality.BAD),
        ]
    )
    assert _text(lines_of(one)) == [
        "reading,gateway=device-1136,sensor=detector-2 "
        'actuation_count=3.0,occupancy=12.5,occupancy_quality="bad,partial" 1764000000000000000',
        "reading,gateway=device-1136,sensor=detector-3 occupancy=0.30000000000000004 1764000000000000000",
    ]


def test_time_off_the_second_carries_the_first_sequence() -> None:
    off = T0_US + 250_001
    one = pack([reading(quantity=name, time_us=off) for name in ("occupancy", "coverage", "occupancy")], first=12_998)
    assert [line.time_ns for line in lines_of(one)] == [off * 1_000 + 998, off * 1_000]
    assert [[sequence for sequence, _ in line.fields] for line in lines_of(one)] == [[12_998, 12_999], [13_000]]


@given(st.integers(2**28 * US_PER_S, (2**63 - 1) // 1_000 - 1), st.integers(1, 2**53 - 1))
def test_time_cut_to_microseconds_is_the_readings(time_us: int, sequence: int) -> None:
    time_ns = point_time_ns(time_us, sequence)
    assert time_ns // 1_000 == time_us
    assert time_us % US_PER_S or time_ns % 1_000 == 0


def test_lines_are_a_pure_function_of_the_pack() -> None:
    records = [reading(f"detector-{i % 7}", time_us=T0_US + i // 7 * 333_333) for i in range(100)]
    assert _text(lines_of(pack(records))) == _text(lines_of(pack(list(records), arrived_us=1)))


def test_markers_give_no_lines() -> None:
    assert lines_of(pack([Marker("dropped", T0_US, "1-9 spool-full")])) == []


def test_string_field_is_escaped() -> None:
    assert quoted_string('a "b" c\\d, e=f') == '"a \\"b\\" c\\\\d, e=f"'


@given(st.integers(1, 20), st.integers(1, 4))
def test_halves_go_down_to_single_records_and_lose_none(instants: int, quantities: int) -> None:
    names = ("occupancy", "coverage", "actuation_count", "mean_on_time")[:quantities]
    lines = lines_of(pack([reading(quantity=q, time_us=T0_US + i) for i in range(instants) for q in names]))
    waiting, ends = [lines], []
    while waiting:
        batch = waiting.pop()
        parts = halves(batch)
        if parts is None:
            ends += batch
        else:
            waiting += parts
    whole = {(line.time_ns, sequence) for line in lines for sequence, _ in line.fields}
    assert sorted((line.time_ns, sequence) for line in ends for sequence, _ in line.fields) == sorted(whole)
    assert all(len(line.fields) == 1 for line in ends)
