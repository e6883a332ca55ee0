"""Whether what a scenario says can happen in a world: asked before anything starts."""

from collections.abc import Callable, Sequence
from functools import partial

from firmware_config.deployment import Deployment
from firmware_config.gateway import GatewayConfig
from sensorhub.clock import rfc3339
from sensorhub.reading import US_PER_S
from simulators.county.places import indoors, places, rains
from simulators.county.spans import holding
from simulators.faults.plan import FaultPlan
from simulators.faults.planning import ScenarioMisfit, planned
from simulators.faults.scenario import Scenario
from simulators.faults.time_server import EARLIEST_US
from simulators.world.county import World
from simulators.world.place import Place


def foreseen(
    scenario: Scenario, deployment: Deployment, configs: Sequence[GatewayConfig], world: World, seconds: int
) -> tuple[FaultPlan, ...]:
    """The faults of a scenario, each with what it happens to.

    Arguments:
        scenario: which.
        deployment, configs: the gateways that run, and where they stand.
        world: in which.
        seconds: length of the run.

    Raises:
        ScenarioMisfit: there is nothing that they can happen to, or not in this world at this time: with each.
    """
    plans = planned(scenario, configs, indoors(deployment))
    place = places(deployment, world)
    misfits = [why for plan in plans if (why := _why_not(plan, world, seconds, place))]
    if misfits:
        raise ScenarioMisfit("\n".join(misfits))
    return plans


def _why_not(plan: FaultPlan, world: World, seconds: int, place: Callable[[str, str], Place]) -> str:
    if plan.fault == "clock-wrong" and world.start_us < EARLIEST_US:
        return f"No gateway believes a clock before {rfc3339(EARLIEST_US)}: give a later --start to see a wrong one."
    if plan.from_s >= seconds:
        return f"The scenario's fault {plan.fault} begins at {plan.from_s} s, when the run is over: give more hours."
    if not holding(plan, seconds, partial(_wet, place(plan.gateway, plan.sensor))):
        return (
            f"The scenario's fault {plan.fault} happens to {plan.gateway}/{plan.sensor} only while it rains, and "
            "it does not rain there in time: choose another --start or --seed, or more hours."
        )
    return ""


def _wet(place: Place, since_s: int) -> bool:
    return rains(place, place.start_us + since_s * US_PER_S)
