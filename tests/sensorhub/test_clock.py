"""Times as text and as seconds, and the clocks of this machine."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sensorhub.clock import (
    BootClock,
    MachineClock,
    boot_ns,
    ns_from_us,
    parse_time_us,
    rfc3339,
    seconds_from_us,
    seconds_ns,
    us_from_seconds,
    wall_ns,
)
from sensorhub.reading import US_PER_S

YEAR_1678_US = -9_214_560_000 * US_PER_S
YEAR_2262_US = 9_214_646_400 * US_PER_S


@given(st.integers(YEAR_1678_US, YEAR_2262_US))
@example(0)
@example(-1)
@example(1_764_000_000_100_000)
def test_time_as_text_comes_back(time_us: int) -> None:
    assert parse_time_us(rfc3339(time_us)) == time_us


@pytest.mark.parametrize(
    ("time_us", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1_713_182_400_100_000, "2024-04-15T12:00:00.1Z"),
        (1_713_182_400_000_001, "2024-04-15T12:00:00.000001Z"),
        (-500_000, "1969-12-31T23:59:59.5Z"),
    ],
)
def test_text_has_the_decimals_that_the_time_has(time_us: int, text: str) -> None:
    assert rfc3339(time_us) == text


@pytest.mark.parametrize(
    "text",
    ["2024-04-15 12:00:00", "2024-04-15T12:00Z", "2024-04-15T13:00:00+01:00", "20240415T120000Z", "2024-04-15T12"],
)
def test_time_in_other_spellings_is_the_same(text: str) -> None:
    assert parse_time_us(text) == 1_713_182_400 * US_PER_S


@pytest.mark.parametrize("text", ["", "yesterday", "2024-13-01", "1713182400.5", "2024-04-15T25:00"])
def test_text_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_time_us(text)


@given(st.integers(-(2**33) * US_PER_S + 1, 2**33 * US_PER_S - 1))
@example(2**31 * US_PER_S + 1)
@example(2**33 * US_PER_S - 1)
def test_time_as_seconds_comes_back(time_us: int) -> None:
    assert us_from_seconds(seconds_from_us(time_us)) == time_us


def test_whole_seconds_are_integers() -> None:
    assert isinstance(seconds_from_us(5_000_000), int)
    assert isinstance(seconds_from_us(5_000_001), float)


def test_units_of_time() -> None:
    assert ns_from_us(3) == 3_000
    assert seconds_ns(0.1) == 100_000_000


def test_boot_clock_rises_within_one_boot() -> None:
    clock = BootClock()

    assert clock.boot_id == BootClock().boot_id
    assert clock.now_ns() <= clock.now_ns() <= boot_ns()


def test_machine_clock_is_that_of_the_machine() -> None:
    clock = MachineClock()
    before, after = time.monotonic(), wall_ns() // 1_000

    assert before <= clock.monotonic_s()
    assert after <= clock.wall_us()
    assert datetime.now(UTC).timestamp() >= after / US_PER_S
