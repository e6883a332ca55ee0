"""From a scenario to the sensors that its faults happen to."""

from typing import Any

import pytest

from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from simulators.faults.plan import FaultPlan
from simulators.faults.planning import ScenarioMisfit, planned
from simulators.faults.scenario import Scenario

FAR = {"mounting_height_mm": 4_000.0}
DEEP = {"mounting_height_mm": 0.0}
CONFIGS = [
    GatewayConfig(
        gateway=gateway,
        sensors=(
            SensorConfig(id="loop-1", kind="loop", pin=5),
            SensorConfig(id="loop-2", kind="loop", pin=6),
            SensorConfig(id="pair", kind="loop-pair", pins={"upstream": 12, "downstream": 13}),
            SensorConfig(id="air", kind="air-climate", bus="i2c-1"),
            SensorConfig(id="warm", kind="air-climate-sht", bus="i2c-1"),
            SensorConfig(id="deep", kind="river-level", bus="i2c-3", channels={"probe": 0}, calibration=DEEP),
            SensorConfig(id="far", kind="river-level", bus="uart-0", calibration=FAR),
            SensorConfig(id="loud", kind="noise-level", bus="spi-0.0", channels={"level": 0}),
            SensorConfig(id="vane", kind="wind-vane", bus="spi-0.1", channels={"vane": 0}),
            SensorConfig(id="bin", kind="bin-fill", pins={"trigger": 16, "echo": 19}),
        ),
    )
    for gateway in ("a", "b")
]


def place_all(seed: int = 1, indoors: tuple[str, ...] = (), **plan: Any) -> tuple[FaultPlan, ...]:
    scenario = Scenario(title="t", what="w", seed=seed, faults=(FaultPlan(shows=("fault",), **plan),))
    return planned(scenario, CONFIGS, indoors)


def place(seed: int = 1, **plan: Any) -> FaultPlan:
    (placed,) = place_all(seed, **plan)
    return placed


def places(**plan: Any) -> set[str]:
    """The sensors among which the seed chooses."""
    return {place(seed, **plan).sensor for seed in range(60)}


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
        {"fault": "dead", "bus": "uart-9"},
        {"fault": "dead-bus", "sensor": "bin"},  # on none
        {"fault": "half-frames", "sensor": "air"},  # a master of I2C fetches as many bytes as it wants
        {"fault": "echo-lost", "sensor": "deep"},  # a probe
        {"fault": "flipped", "sensor": "bin"},  # no frames
    ],
)
def test_planned_fault_that_can_happen_to_nothing_is_refused(plan: dict[str, Any]) -> None:
    with pytest.raises(ScenarioMisfit, match="and the deployment has none such"):
        place(**plan)


def test_planned_crossed_contacts_are_those_of_a_pair() -> None:
    assert {place(seed, fault="crossed").sensor for seed in range(10)} == {"pair"}


def test_planned_bus_is_named_or_its_type() -> None:
    assert places(fault="dead", bus="i2c-1") == {"air", "warm"}
    assert places(fault="dead", bus="i2c") == {"air", "warm", "deep"}
    assert places(fault="drift", per_hour=1.0, bus="uart", kind="river-level") == {"far"}


BUSES: list[tuple[dict[str, Any], list[str]]] = [
    ({"sensor": "warm"}, ["air", "warm"]),
    ({"bus": "i2c-1"}, ["air", "warm"]),
    ({"kind": "river-level", "bus": "i2c"}, ["deep"]),
    ({"bus": "uart-0"}, ["far"]),
    ({"bus": "spi-0.0"}, ["loud", "vane"]),  # one bus, two that it selects
]


def test_planned_dead_bus_is_dead_for_all_on_it_and_no_other() -> None:
    for named, dead in BUSES:
        found = place_all(fault="dead-bus", gateway="b", **named)
        assert [(plan.gateway, plan.sensor, plan.fault) for plan in found] == [
            ("b", sensor, "dead-bus") for sensor in dead
        ]


def test_planned_lost_echo_is_that_of_a_ranger() -> None:
    assert places(fault="echo-lost") == {"far", "bin"}
    assert places(fault="half-frames", share=0.5) == {"far"}


def test_planned_fault_of_rain_happens_outdoors() -> None:
    found = {place_all(seed, ("a",), fault="echo-lost", when="rain")[0].gateway for seed in range(20)}
    assert found == {"b"}
    with pytest.raises(ScenarioMisfit, match="in rain: outdoors"):
        place_all(indoors=("a", "b"), fault="echo-lost", when="rain")
