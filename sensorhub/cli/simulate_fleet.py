"""`sensorhub simulate fleet`: many gateways at the protocol level, for load."""

from pathlib import Path
from typing import Annotated

import typer

from sensorhub.cli import options
from sensorhub.status import SENSORS_MAX


@options.with_broker
def fleet(
    keys: Annotated[Path, typer.Option(help="The hub's folder of keys; keys that miss are written there.")],
    gateways: Annotated[int, typer.Option(min=1, max=100_000, help="How many gateways: fleet-0001 and so on.")] = 100,
    sensors: Annotated[int, typer.Option(min=1, max=SENSORS_MAX, help="Sensors of each gateway.")] = 10,
    rate: Annotated[
        float, typer.Option(min=0, help="Readings per second of all together; 0: as fast as receipts come.")
    ] = 1_000,
    seconds: Annotated[float, typer.Option(min=0.1, help="For how long they measure.")] = 60,
    connections: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Connections to the broker, which gateways share; its access list must let each connection's login "
            "write and read for all of them. Default: one for every 100 gateways.",
            show_default=False,
        ),
    ] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Default: one for each core.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
    *,
    broker: options.Options,
) -> None:
    """Send readings of thousands of gateways to a hub, as packs with real receipts, and count what comes back.

    The hub must run, and --keys must be its keys folder: a gateway is known by its key file there. Its store keeps the
    readings, so take a hub of its own; to make a hub forget the gateways, delete fleet-*.key.
    Exit 0 where everything that was measured is stored, 1 where not.
    """
    from sensorhub.broker import BrokerSettings
    from sensorhub.config import check
    from simulators.fleet.run import FleetOptions, run_fleet

    settings = check("The command line", broker, BrokerSettings, Path.cwd())
    asked = FleetOptions(
        broker=settings,
        keys=keys,
        gateways=gateways,
        sensors=sensors,
        rate=rate,
        seconds=seconds,
        connections=connections,
        processes=processes,
        json=json,
    )
    raise typer.Exit(run_fleet(asked))
