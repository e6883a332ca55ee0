"""From a scenario to the sensors and gateways of a deployment that its faults happen to."""

import random
from collections.abc import Sequence

from firmware_config.catalogue.entry import Entry
from firmware_config.gateway import GatewayConfig
from sensorhub.errors import AskedWrong
from simulators.faults.scenario import CONTACT_FAULTS, GATEWAY_FAULTS, FaultPlan, Scenario

_WHOSE: dict[str, str] = {
    **dict.fromkeys(GATEWAY_FAULTS, "gateways"),
    **dict.fromkeys(CONTACT_FAULTS, "contacts"),
    "crossed": "pairs of contacts",
}
"""What can have a fault, in words; all others happen to parts on buses."""


class ScenarioMisfit(AskedWrong):
    """A scenario that does not fit a deployment."""


def planned(scenario: Scenario, configs: Sequence[GatewayConfig]) -> tuple[FaultPlan, ...]:
    """The faults of a scenario, each with the gateway and, but for those of whole gateways, the sensor it happens to.

    Raises:
        ScenarioMisfit: there is no such gateway, sensor or kind.
    """
    return tuple(_placed(plan, scenario.seed + at, configs) for at, plan in enumerate(scenario.faults))


def _placed(plan: FaultPlan, seed: int, configs: Sequence[GatewayConfig]) -> FaultPlan:
    whole = plan.fault in GATEWAY_FAULTS
    found = [
        (config.gateway, sensor.id)
        for config in configs
        for sensor in config.sensors
        if plan.gateway in ("", config.gateway) and plan.sensor in ("", sensor.id) and plan.kind in ("", sensor.kind)
        if whole or _can_have(sensor.entry, plan.fault)
    ]
    if not found:
        raise ScenarioMisfit(
            f"The scenario's fault {plan.fault} names gateway {plan.gateway or 'any'}, sensor {plan.sensor or 'any'} "
            f"and kind {plan.kind or 'any'}: the deployment has none such that can have it. It happens to "
            f"{_WHOSE.get(plan.fault, 'parts that are read over a bus')}: name one."
        )
    gateway, sensor = random.Random(seed).choice(sorted(found))
    return plan.model_copy(update={"gateway": gateway, "sensor": "" if whole else sensor})


def _can_have(known: Entry, fault: str) -> bool:
    """Whether it is a fault of contacts and the kind has contacts (two, where they are crossed), or of neither."""
    if known.reads == "samples":
        return fault not in CONTACT_FAULTS
    return fault in CONTACT_FAULTS and (fault != "crossed" or len(known.inputs) > 1)
