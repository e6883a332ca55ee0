"""Interval readings of a part: what its samples come to, and how much of the interval they cover."""

from collections.abc import Sequence

import pytest

from firmware_config.catalogue import entry
from gateway.anchors.times import AnchorBook
from gateway.recorder.kinds import mark_of
from gateway.recorder.sample_intervals import SampleIntervals
from gateway.sensors.part import Sample
from gateway.spool import Anchor, AnchorKind, Measured, ReadingEntry
from sensorhub.reading import Quality

S = 1_000_000_000
PERIOD = 60 * S
WALL = 1_764_000_000 * S  # a multiple of 60 s


def made(sample_s: float = 10, anchors: AnchorBook | None = None) -> SampleIntervals:
    if anchors is None:
        anchors = AnchorBook()
        anchors.note(Anchor(0, WALL, 0, AnchorKind.GIVEN))
    return SampleIntervals("air", PERIOD, anchors, round(sample_s * S))


def degrees(value: float, quality: Quality = Quality.GOOD) -> Sample:
    return [Measured("air_temperature", value, quality)]


def numbers(reading: ReadingEntry) -> dict[str, float]:
    return {measured.quantity: measured.value for measured in reading.values}


def test_interval_is_the_mean_of_its_samples() -> None:
    part = made()
    for number in range(6):
        part.sample(number * 10 * S + 9 * S, degrees(number))
    (reading,) = part.close_until(PERIOD)
    assert reading == ReadingEntry("air", PERIOD, (Measured("air_temperature", 2.5),))


def test_interval_with_a_failed_read_is_partial() -> None:
    part = made()
    for number in range(6):
        due_ns = number * 10 * S + 9 * S
        if number == 3:
            part.fail(due_ns)
        else:
            part.sample(due_ns, degrees(number))
    (reading,) = part.close_until(PERIOD)
    assert numbers(reading) == {"air_temperature": 2.4, "coverage": pytest.approx(100 * 5 / 6)}
    assert {measured.quality for measured in reading.values} == {Quality.PARTIAL}


def test_interval_in_which_reading_began_late_is_partial() -> None:
    part = made()
    for due_s in (39, 49, 59):
        part.sample(due_s * S, degrees(1))
    (reading,) = part.close_until(PERIOD)
    assert numbers(reading)["coverage"] == 50


def test_interval_whose_every_read_came_is_whole_though_it_began_with_the_first() -> None:
    part = made(sample_s=60)
    part.sample(59 * S, degrees(1))
    (reading,) = part.close_until(PERIOD)
    assert "coverage" not in numbers(reading)


def test_interval_of_a_part_that_sleeps_is_whole_with_one_sample() -> None:
    part = made()
    for number in range(6):
        part.sample(number * 10 * S + 9 * S, degrees(7) if number == 4 else None)
    (reading,) = part.close_until(PERIOD)
    assert numbers(reading) == {"air_temperature": 7}


@pytest.mark.parametrize("sample_s", [0.1, 1, 7, 8, 16, 59, 60])
def test_interval_is_whole_however_the_time_between_reads_goes_into_it(sample_s: float) -> None:
    part, due_ns, found = made(sample_s), 0, []
    while due_ns < 20 * PERIOD:
        due_ns += round(sample_s * S)
        part.sample(due_ns - S // 20, degrees(1))
        found += part.close_until(due_ns - S // 20)
    assert len(found) >= 18
    assert all("coverage" not in numbers(reading) for reading in found[1:])


def test_interval_that_the_clock_makes_a_little_shorter_still_misses_what_did_not_come() -> None:
    anchors = AnchorBook()
    part = made(anchors=anchors)
    readings = []
    for number in range(18):
        due_ns = number * 10 * S + 9 * S
        anchors.note(Anchor(due_ns, WALL + due_ns * 1_001 // 1_000, 0, AnchorKind.NTP))
        if number not in (8, 9):
            part.sample(due_ns, degrees(1))
        readings += part.close_until(due_ns)
    assert [numbers(reading).get("coverage", 100) for reading in readings] == [100, pytest.approx(100 * 4 / 6)]


def test_interval_without_a_sample_gives_no_reading_and_costs_none_after_it() -> None:
    part = made()
    for number in range(18):
        due_ns = number * 10 * S + 9 * S
        if 6 <= number < 12:
            part.fail(due_ns)
        else:
            part.sample(due_ns, degrees(number))
    assert [reading.clock_ns for reading in part.close_until(3 * PERIOD)] == [PERIOD, 3 * PERIOD]


def test_interval_of_a_part_that_comes_back_after_long_has_only_its_own_samples() -> None:
    part = made()
    part.sample(59 * S, degrees(1))
    part.sample(7 * PERIOD + 59 * S, degrees(2))
    first, last = part.close_until(8 * PERIOD)
    assert (first.clock_ns, last.clock_ns) == (PERIOD, 8 * PERIOD)
    assert (numbers(first)["air_temperature"], numbers(last)["air_temperature"]) == (1, 2)


def test_interval_takes_the_quality_of_every_sample_and_the_marks_of_its_kind() -> None:
    anchors = AnchorBook()
    part = SampleIntervals(
        "air",
        PERIOD,
        anchors,
        30 * S,
        mark=lambda each: Measured(each.quantity, each.value, each.quality | Quality.SUSPECT),
    )
    part.sample(29 * S, degrees(1, Quality.INDICATIVE))
    part.sample(59 * S, degrees(2))
    (reading,) = part.close_until(PERIOD)
    assert reading.values[0].quality == Quality.INDICATIVE | Quality.SUSPECT


def test_interval_with_one_implausible_sample_is_suspect_though_its_mean_is_not() -> None:
    mark = mark_of(entry("air-climate"))
    part = SampleIntervals("air", PERIOD, AnchorBook(), 10 * S, mark=mark)
    for number in range(6):
        part.sample(number * 10 * S + 9 * S, [*degrees(61 if number == 3 else 20), Measured("air_pressure", 1_000)])
    part.sample(PERIOD + 9 * S, degrees(20))
    first, second = part.close_until(2 * PERIOD)
    assert [(each.quantity, each.quality) for each in first.values] == [
        ("air_temperature", Quality.SUSPECT),
        ("air_pressure", Quality.GOOD),
    ]
    assert second.values[0].quality == Quality.PARTIAL


def test_interval_value_that_is_made_of_others_has_what_is_against_each_of_them() -> None:
    part = made(sample_s=30)
    part.summarise(lambda samples: [Measured("lamax", 70), Measured("air_temperature", 1)])
    part.sample(29 * S, [Measured("laeq", 70, Quality.SUSPECT), Measured("air_temperature", 1)])
    part.sample(59 * S, degrees(1, Quality.INDICATIVE))
    (reading,) = part.close_until(PERIOD)
    assert [each.quality for each in reading.values] == [Quality.SUSPECT | Quality.INDICATIVE, Quality.INDICATIVE]


def test_interval_is_made_by_the_summary_of_the_part_once_it_is_there() -> None:
    def highest(samples: Sequence[Sample]) -> Sample:
        return [max((measured for sample in samples for measured in sample), key=lambda measured: measured.value)]

    part = made()
    part.summarise(highest)
    for number in range(6):
        part.sample(number * 10 * S + 9 * S, degrees(number))
    assert numbers(part.close_until(PERIOD)[0]) == {"air_temperature": 5}


@pytest.mark.parametrize("sample", [[], degrees(float("nan")), degrees(float("inf"))])
def test_interval_of_samples_that_are_no_numbers_gives_no_reading(sample: Sample) -> None:
    part = made(sample_s=60)
    part.sample(59 * S, sample)
    assert part.close_until(PERIOD) == []


def test_intervals_end_by_the_clock_that_is_known_when_they_open() -> None:
    anchors = AnchorBook()
    part = made(anchors=anchors)
    part.sample(9 * S, degrees(1))
    anchors.note(Anchor(50 * S, WALL + 20 * S, 0, AnchorKind.NTP))  # boot 60 s is wall :30
    for due_s in (59, 69, 79, 89, 99):
        part.sample(due_s * S, degrees(1))
    assert [reading.clock_ns // S for reading in part.close_until(150 * S)] == [60, 90, 150]


def test_copy_goes_on_on_its_own() -> None:
    part = made()
    part.sample(9 * S, degrees(1))
    twin = part.copy()
    part.sample(19 * S, degrees(3))
    assert numbers(part.close_until(PERIOD)[0])["air_temperature"] == 2
    assert numbers(twin.close_until(PERIOD)[0])["air_temperature"] == 1


def test_cut_gives_what_came_until_then() -> None:
    part = made()
    part.sample(9 * S, degrees(1))
    cut = part.cut(15 * S)
    assert cut is not None
    assert numbers(cut) == {"air_temperature": 1, "coverage": pytest.approx(100 / 6)}
    part.sample(19 * S, degrees(3))
    assert numbers(part.close_until(PERIOD)[0])["air_temperature"] == 3
