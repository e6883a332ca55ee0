"""Tests of when a fleet's gateways measure and send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorhub.reading import US_PER_S
from simulators.fleet.schedule import Beat, Plan, RateImpossible

BEGIN_US = 1_764_000_000 * US_PER_S


def run(beat: Beat, until_us: int) -> list[list[int]]:
    """Take each pack when it is due."""
    packs = []
    while (due_us := beat.due_us) is not None and due_us <= until_us:
        packs.append(beat.take(due_us))
    return packs


@given(
    gateways=st.integers(1, 60),
    records=st.integers(1, 1_000),
    instants_per_s=st.floats(0.5, 2_000),
    seconds=st.floats(0.5, 20),
)
def test_fleet_measures_at_its_rate(gateways: int, records: int, instants_per_s: float, seconds: float) -> None:
    wanted = instants_per_s * records * seconds
    plan = Plan(gateways, records, instants_per_s * records)
    end_us = BEGIN_US + round(seconds * US_PER_S)

    measured = 0
    for number in range(gateways):
        beat = plan.beat(number, BEGIN_US, end_us)
        times = [time_us for pack in run(beat, end_us + 10 * US_PER_S) for time_us in pack]
        assert times == sorted(set(times))
        assert all(BEGIN_US <= time_us < end_us for time_us in times)
        assert beat.due_us is None
        assert beat.waiting(end_us) == 0
        measured += len(times) * records

    assert abs(measured - wanted) <= records + 1e-6 * wanted


def test_pack_is_held_open_ten_seconds() -> None:
    plan = Plan(1, 20, 20.0)
    beat = plan.beat(0, BEGIN_US, BEGIN_US + 35 * US_PER_S)

    packs = run(beat, BEGIN_US + 60 * US_PER_S)

    assert plan.period_s == 1.0
    assert [len(pack) for pack in packs] == [1, 10, 10, 10, 4]
    assert packs[1] == [BEGIN_US + second * US_PER_S for second in range(1, 11)]


def test_pack_is_full_at_a_thousand_records() -> None:
    beat = Plan(1, 300, 30_000.0).beat(0, BEGIN_US, BEGIN_US + US_PER_S)

    assert max(len(pack) for pack in run(beat, BEGIN_US + 2 * US_PER_S)) == 3


def test_gateways_take_turns_from_the_first_pack_on() -> None:
    plan = Plan(100, 10, 1_000.0)
    due = [plan.beat(number, BEGIN_US, BEGIN_US + 60 * US_PER_S).due_us for number in range(100)]

    in_a_second = [
        sum(1 for at in due if at is not None and at // US_PER_S == BEGIN_US // US_PER_S + s) for s in range(10)
    ]
    assert set(in_a_second) == {10}


def test_gateways_close_their_last_packs_one_after_another() -> None:
    plan = Plan(2_000, 10, 200.0)
    end_us = BEGIN_US + 101 * US_PER_S
    last = []
    for number in range(2_000):
        beat = plan.beat(number, BEGIN_US, end_us)
        run(beat, end_us - 1)
        if beat.due_us is not None:
            last.append(beat.due_us - end_us)

    assert all(0 <= late_us < 4 * US_PER_S for late_us in last)
    assert len(last) == len(set(last))


def test_instants_that_had_to_wait_go_in_full_packs() -> None:
    beat = Plan(1, 100, 100.0).beat(0, BEGIN_US, BEGIN_US + 60 * US_PER_S)
    now_us = BEGIN_US + 25 * US_PER_S

    assert beat.waiting(now_us) == 26
    assert [len(beat.take(now_us)) for _ in range(4)] == [10, 10, 6, 0]
    assert beat.waiting(now_us) == 0


def test_without_a_rate_packs_are_always_full_and_their_times_rise() -> None:
    beat = Plan(3, 30, 0.0).beat(0, BEGIN_US, BEGIN_US + US_PER_S)
    first, second = beat.take(BEGIN_US + 10), beat.take(BEGIN_US + 11)

    assert len(first) == len(second) == 33
    assert first[-1] == BEGIN_US + 10
    assert second[0] > first[-1]
    assert beat.take(BEGIN_US + US_PER_S) == []


@pytest.mark.parametrize(("rate", "words"), [(0.001, "less than once a day"), (1e12, "more than once a microsecond")])
def test_rate_that_cannot_be_is_refused_with_one_that_can(rate: float, words: str) -> None:
    with pytest.raises(RateImpossible, match=words):
        Plan(10, 20, rate).check()


@pytest.mark.parametrize("rate", [0.0, 0.01, 1_000.0])
def test_rate_that_can_be_is_taken(rate: float) -> None:
    Plan(10, 20, rate).check()
