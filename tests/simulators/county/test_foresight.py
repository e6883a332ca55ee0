"""Whether a scenario can happen in a world, asked before anything starts."""

from typing import Any

import pytest

from firmware_config.deployment import load_deployment
from sensorhub.clock import parse_time_us
from simulators.county.foresight import foreseen
from simulators.county.run import START
from simulators.county.shipped import shipped_deployment
from simulators.faults.plan import FaultPlan
from simulators.faults.planning import ScenarioMisfit
from simulators.faults.scenario import Scenario
from simulators.world.county import World

DEPLOYMENT = load_deployment(shipped_deployment())


def foresee(start: str = START, hours: int = 1, **plan: Any) -> tuple[FaultPlan, ...]:
    scenario = Scenario(title="t", what="w", hours=hours, faults=(FaultPlan(shows=("fault",), **plan),))
    configs = list(DEPLOYMENT.gateways.values())
    return foreseen(scenario, DEPLOYMENT, configs, World(1, parse_time_us(start)), hours * 3_600)


def test_foresight_of_a_fault_that_needs_nothing_of_the_world() -> None:
    (plan,) = foresee(fault="stuck", gateway="a13-sadlers-farm", sensor="loop-3")
    assert (plan.gateway, plan.sensor) == ("a13-sadlers-farm", "loop-3")


def test_foresight_of_rain_that_does_not_come_is_refused() -> None:
    rain: dict[str, Any] = {"fault": "echo-lost", "when": "rain", "kind": "river-level"}
    with pytest.raises(ScenarioMisfit, match="maldon-fullbridge/river-1 only while it rains, and it does not rain"):
        foresee("2026-01-14T00:00:00Z", **rain)
    assert foresee("2026-01-18T13:00:00Z", hours=4, **rain)


def test_foresight_of_a_fault_after_the_end_is_refused() -> None:
    scenario = Scenario(
        title="t", what="w", hours=2, faults=(FaultPlan(fault="stuck", shows=("fault",), from_s=5_400),)
    )
    configs = list(DEPLOYMENT.gateways.values())
    with pytest.raises(ScenarioMisfit, match="begins at 5400 s, when the run is over: give more hours"):
        foreseen(scenario, DEPLOYMENT, configs, World(1, parse_time_us(START)), 3_600)


def test_foresight_of_a_clock_that_nobody_would_believe_is_refused() -> None:
    wrong: dict[str, Any] = {"fault": "clock-wrong", "offset_s": 90.0}
    with pytest.raises(ScenarioMisfit, match=r"No gateway believes a clock before 2025-11-01.*give a later --start"):
        foresee("2025-06-01T00:00:00Z", **wrong)
    assert foresee(**wrong)
