"""The process of a simulated county: all its gateways, each with its cabinet, in one world.

Run as `python -m simulators.county.process --data DIR`; everything else is in the order that was written there.
"""

import asyncio
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from firmware_config.deployment import load_deployment
from sensorhub.errors import first_of
from simulators.child import run_child, telling
from simulators.county.gateway import CountyGateway
from simulators.county.order import Order, read_order
from simulators.county.places import indoors, places
from simulators.county.telling import write_tellings
from simulators.faults.planning import planned
from simulators.faults.scenario import Scenario, read_scenario
from simulators.progress import RunProgress, write_progress
from simulators.world.county import World


def gateways_of(data: Path, order: Order) -> list[CountyGateway]:
    """The gateways of an order, each with its cabinet.

    Raises:
        SensorHubError: deployment or scenario cannot be read.
    """
    deployment = load_deployment(order.deployment)
    configs = [config for name, config in deployment.gateways.items() if name in order.boots]
    scenario: Scenario | None = read_scenario(order.scenario) if order.scenario is not None else None
    plans = planned(scenario, configs, indoors(deployment)) if scenario is not None else ()
    place = places(deployment, World(order.seed, order.wall_us))
    found = []
    for config in configs:
        mine = [plan for plan in plans if plan.gateway == config.gateway]
        seed = scenario.seed if scenario else 0
        found.append(CountyGateway(data, order, config, partial(place, config.gateway), mine, seed))
    return found


async def run_county(data: Path) -> None:
    """Run the order of a folder to its end, and write down what truly happened.

    Raises:
        KeptUnreadable: the folder has no order.
        SensorHubError: a gateway cannot go on.
    """
    order = read_order(data)
    gateways = gateways_of(data, order)
    with telling(partial(_write, data, gateways)):
        try:
            async with asyncio.TaskGroup() as tasks:
                for gateway in gateways:
                    tasks.create_task(gateway.run(), name=gateway.config.gateway)
        except ExceptionGroup as group:
            raise first_of(group) from None
        write_tellings(data, [gateway.telling for gateway in gateways if gateway.telling is not None])


def _write(data: Path, gateways: Sequence[CountyGateway]) -> None:
    records = {gateway.config.gateway: gateway.outstanding for gateway in gateways}
    write_progress(
        data,
        RunProgress(
            clock_ns=min(gateway.cabinet.clock.now_ns() for gateway in gateways),
            accepted=sum(gateway.driver.accepted_edges for gateway in gateways),
            outstanding=sum(records.values()),
            played=sum(gateway.telling is not None for gateway in gateways),
            gateways=len(gateways),
            records=records,
        ),
    )


if __name__ == "__main__":
    sys.exit(run_child(run_county, __doc__))
