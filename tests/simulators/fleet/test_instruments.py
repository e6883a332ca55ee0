"""Tests of a fleet's packs: the fast way gives the bytes of the one encoder, and values are as they may be."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_config.catalogue import entry
from sensorhub.pack import compress, decode_pack, decompress, encode_pack
from sensorhub.quantity import QUANTITIES
from sensorhub.reading import US_PER_S, Reading
from sensorhub.status import SENSORS_MAX
from sensorhub.topics import RECORDS_PER_PACK_MAX, PackId
from simulators.fleet.instruments import Instant, Instruments, pack_body, pack_payload, records_of

NAME = "fleet-0001"
MANY = Instruments(30, random.Random(4))


def readings(instruments: Instruments, times_us: list[int], instants: list[Instant]) -> list[Reading]:
    return [
        Reading(series.sensor, series.quantity, time_us, value, series.quality)
        for time_us, instant in zip(times_us, instants, strict=True)
        for series, value in zip(instruments.series, instant.values, strict=True)
    ]


@given(
    begin_us=st.integers(2**28 * US_PER_S, 2**33 * US_PER_S),
    steps_us=st.lists(st.integers(1, 100 * US_PER_S), max_size=8),
)
def test_pack_is_byte_for_byte_that_of_the_encoder(begin_us: int, steps_us: list[int]) -> None:
    times_us = [begin_us]
    for step_us in steps_us:
        times_us.append(times_us[-1] + step_us)
    instants = MANY.draw(len(times_us))

    assert pack_body(NAME, times_us, instants) == encode_pack(NAME, readings(MANY, times_us, instants))


@pytest.mark.parametrize("sensors", [1, 7, SENSORS_MAX])
def test_full_pack_is_read_back_whole(sensors: int) -> None:
    instruments = Instruments(sensors, random.Random(1))
    number = RECORDS_PER_PACK_MAX // len(instruments.series)
    times_us = [1_764_000_000_000_000 + at * 1_500_000 for at in range(number)]
    instants = instruments.draw(number)
    sent = readings(instruments, times_us, instants)
    body = pack_body(NAME, times_us, instants)
    assert body == encode_pack(NAME, sent)

    decoded = decode_pack(PackId(NAME, "0" * 16, 1, len(sent)), pack_payload(body))

    assert [record for _, record in decoded.records] == sent
    assert decoded.refused == ()
    assert decompress(pack_payload(body)) == body
    assert len(pack_payload(body)) < 1.1 * len(compress(body))


def test_payload_that_does_not_shrink_is_the_body() -> None:
    assert pack_payload(b"[{}]") == b"[{}]"


def test_instruments_read_as_many_series_as_they_say() -> None:
    assert records_of(30) == len(MANY.series) == sum(len(each.quantities) for each in MANY.described(1.0))


def test_values_are_within_the_limits_of_their_kind() -> None:
    kind_of = {told.id: told.kind for told in MANY.described(1.0)}
    limits = [
        next(
            measure.limits for measure in entry(kind_of[series.sensor]).measures if measure.quantity == series.quantity
        )
        for series in MANY.series
    ]

    for instant in MANY.draw(100):
        assert all(low <= value <= high for value, (low, high) in zip(instant.values, limits, strict=True))


def test_values_of_counts_are_whole_and_differ() -> None:
    at, _ = next((at, series) for at, series in enumerate(MANY.series) if QUANTITIES[series.quantity].unit == "count")

    values = {instant.values[at] for instant in MANY.draw(100)}

    assert all(value.is_integer() for value in values)
    assert len(values) > 10


def test_social_care_is_no_part_of_a_fleet() -> None:
    told = Instruments(SENSORS_MAX, random.Random(1)).described(1.0)

    assert not any(entry(each.kind).is_care for each in told)
    assert len({each.id for each in told}) == SENSORS_MAX
