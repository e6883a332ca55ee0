"""From a scenario to the sensors that its faults happen to."""

from typing import Any

import pytest

from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from simulators.faults.planning import ScenarioMisfit, planned
from simulators.faults.scenario import FaultPlan, Scenario

CONFIGS = [
    GatewayConfig(
        gateway=gateway,
        sensors=(
            SensorConfig(id="loop-1", kind="loop", pin=5),
            SensorConfig(id="loop-2", kind="loop", pin=6),
            SensorConfig(id="pair", kind="loop-pair", pins={"upstream": 12, "downstream": 13}),
            SensorConfig(id="air", kind="air-climate", bus="i2c-1"),
        ),
    )
    for gateway in ("a", "b")
]


def place(seed: int = 1, **plan: Any) -> FaultPlan:
    scenario = Scenario(title="t", what="w", seed=seed, shows=("fault",), faults=(FaultPlan(**plan),))
    (placed,) = planned(scenario, CONFIGS)
    return placed


def test_planned_sensor_of_a_kind_is_chosen_by_the_seed() -> None:
    chosen = {
        (place(seed, fault="stuck", kind="loop").gateway, place(seed, fault="stuck", kind="loop").sensor)
        for seed in range(40)
    }
    assert chosen == {(gateway, sensor) for gateway in "ab" for sensor in ("loop-1", "loop-2")}
    assert place(3, fault="stuck", kind="loop") == place(3, fault="stuck", kind="loop")


def test_planned_sensor_that_is_named_is_that_one() -> None:
    placed = place(fault="dead", gateway="b", sensor="air")
    assert (placed.gateway, placed.sensor) == ("b", "air")


def test_planned_fault_of_a_whole_gateway_has_no_sensor() -> None:
    placed = place(fault="power-cut", kind="air-climate", gateway="a")
    assert (placed.gateway, placed.sensor) == ("a", "")


@pytest.mark.parametrize(
    "plan",
    [
        {"fault": "stuck", "kind": "rain-gauge"},
        {"fault": "stuck", "gateway": "c"},
        {"fault": "power-cut", "gateway": "c"},
        {"fault": "dead", "sensor": "loop-1"},  # no part on a bus
        {"fault": "stuck", "sensor": "air"},  # no contact
        {"fault": "crossed", "sensor": "loop-1"},  # nothing to cross it with
    ],
)
def test_planned_fault_that_can_happen_to_nothing_is_refused(plan: dict[str, Any]) -> None:
    with pytest.raises(ScenarioMisfit, match="the deployment has none such"):
        place(**plan)


def test_planned_crossed_contacts_are_those_of_a_pair() -> None:
    assert {place(seed, fault="crossed").sensor for seed in range(10)} == {"pair"}
