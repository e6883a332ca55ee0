"""When faults hold, and the times beside."""

from typing import Any

import pytest

from simulators.county.spans import LAG_S, RECOVERY_S, beside, calm, holding, joined
from simulators.faults.plan import FaultPlan


def plan(**told: Any) -> FaultPlan:
    return FaultPlan(**{"fault": "echo-lost", "shows": ("fault",), **told})


def test_holding_of_a_fault_is_its_time_within_the_run() -> None:
    assert holding(plan(from_s=60, to_s=120), 3_600, lambda _: False) == [(60, 120)]
    assert holding(plan(from_s=60), 3_600, lambda _: False) == [(60, 3_600)]
    assert holding(plan(from_s=3_600), 3_600, lambda _: False) == []


def test_holding_of_a_fault_of_rain_is_while_it_rains() -> None:
    wet = {240, 300, 360, 600}
    asked = plan(when="rain", from_s=60, to_s=630)
    assert holding(asked, 3_600, lambda since_s: since_s in wet) == [(240, 420), (600, 630)]
    assert holding(asked, 3_600, lambda _: False) == []


def test_joined_spans_are_in_order_and_apart() -> None:
    assert joined([(50, 60), (10, 20), (15, 30), (30, 40)]) == [(10, 40), (50, 60)]
    assert joined([]) == []


def test_beside_is_all_that_others_leave() -> None:
    assert beside([(0, 480), (960, 1_080)], 3_600) == [(480, 960), (1_080, 3_600)]
    assert beside([(60, 3_600)], 3_600) == [(0, 60)]
    assert beside([], 3_600) == [(0, 3_600)]


def test_calm_without_a_fault_is_the_whole_run() -> None:
    assert calm([], 900, 360) == [(0, 360)]


@pytest.mark.parametrize("period_s", [60, 300, 900])
def test_calm_is_in_whole_intervals_before_and_after(period_s: int) -> None:
    before, after = calm([(1_815, 2_415)], period_s, 7_200)
    assert before[0] == 0
    assert after[1] == 7_200
    assert before[1] % period_s == after[0] % period_s == 0
    assert 0 <= 1_815 - LAG_S - before[1] < period_s
    assert 0 <= after[0] - 2_415 - RECOVERY_S < period_s


def test_calm_of_a_fault_that_lasts_is_what_was_before_it() -> None:
    assert calm([(1_800, 7_200)], 60, 7_200) == [(0, 1_680)]
    assert calm([(0, 7_200)], 60, 7_200) == []


def test_calm_between_two_faults_is_an_interval_at_least() -> None:
    assert calm([(600, 660), (1_200, 1_260)], 60, 3_600) == [(0, 480), (960, 1_080), (1_560, 3_600)]
    assert calm([(600, 660), (1_200, 1_260)], 300, 3_600) == [(0, 300), (1_800, 3_600)]
