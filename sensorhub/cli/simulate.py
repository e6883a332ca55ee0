"""`sensorhub simulate`: a county without hardware, what can go wrong in it, and load."""

from pathlib import Path
from typing import Annotated

import typer

from sensorhub.cli import simulate_fleet
from sensorhub.cli.demo import BrokerKind

app = typer.Typer(help="Simulate a county, its faults, or many gateways.", no_args_is_help=True, rich_markup_mode=None)

Deployment = Annotated[
    Path | None, typer.Option(help="Folder of the deployment. Default: the worked example, Essex.", show_default=False)
]
Gateways = Annotated[
    list[str] | None, typer.Option("--gateway", help="Only this gateway, with its whole ledger. May be repeated.")
]
Start = Annotated[
    str | None,
    typer.Option(
        help="When the world begins, UTC. Default: 2026-01-13T06:00:00Z, or what the scenario says. The same seed and "
        "start give the same.",
        show_default=False,
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(
        help="Folder to keep the data in. Default: a new one, deleted when all was right at the end.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the ledger as JSON.")]
Broker = Annotated[BrokerKind, typer.Option(help="Which broker to start.")]


@app.callback()
def _simulate() -> None:
    """Simulate a county, its faults, or many gateways."""


@app.command(short_help="Run a county, and compare what is stored.")
def world(
    deployment: Deployment = None,
    seed: Annotated[int, typer.Option(help="Seed of the world.")] = 1,
    hours: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=24 * 366,
            help="Length of the run, hours of the world; the intervals of all sensors must be whole in it. Default: 1, "
            "or what the scenario says.",
            show_default=False,
        ),
    ] = None,
    speed: Annotated[str, typer.Option(help="How many times faster than time, or max.")] = "max",
    start: Start = None,
    gateway: Gateways = None,
    faults: Annotated[
        str | None, typer.Option(help="What goes wrong: a scenario by name (simulate faults --list), or a file.")
    ] = None,
    data: Data = None,
    json: Json = False,
    broker: Broker = BrokerKind.AUTO,
) -> None:
    """Run a deployment in a simulated county through gateways, broker and hub, and compare what is stored.

    The ledger says for each quantity what truly happened, what is stored, and by how much they may differ, and why. It
    is printed a line a gateway, and whole for what differs, for what a fault hit, and for each --gateway.
    Exit 0 where all is within that, 1 where not.
    """
    from simulators.county.run import WorldOptions, pace_of, run_world
    from simulators.county.shipped import shipped_deployment
    from simulators.faults.scenario import find_scenario

    options = WorldOptions(
        deployment=deployment or shipped_deployment(),
        seed=seed,
        hours=hours,
        speed=pace_of(speed),
        start=start,
        gateways=tuple(gateway or ()),
        scenario=find_scenario(faults) if faults is not None else None,
        data=data,
        json=json,
        broker=broker.value,
    )
    raise typer.Exit(run_world(options))


@app.command(short_help="Run what can go wrong, and see whether it shows.")
def faults(
    scenario: Annotated[
        str | None, typer.Argument(help="Scenario to run: one of those listed, or a file.", show_default=False)
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the scenarios that come with the product.")] = False,
    deployment: Deployment = None,
    seed: Annotated[int, typer.Option(help="Seed of the world.")] = 1,
    start: Start = None,
    data: Data = None,
    json: Json = False,
    broker: Broker = BrokerKind.AUTO,
) -> None:
    """Run a fault scenario as long as it takes to show: in the quality or fault of what it hits, and nowhere else.

    A scenario is a TOML file: which fault, on which sensor or gateway, when, and how it must show.
    """
    from rich.console import Console

    from sensorhub.errors import AskedWrong
    from simulators.county.run import WorldOptions, run_world
    from simulators.county.shipped import shipped_deployment
    from simulators.faults.listing import list_scenarios
    from simulators.faults.scenario import find_scenario

    if list_:
        list_scenarios(Console(highlight=False), as_json=json)
        return
    if scenario is None:
        raise AskedWrong(
            "Name a scenario, or a file of your own; sensorhub simulate faults --list lists those there are."
        )
    options = WorldOptions(
        deployment=deployment or shipped_deployment(),
        seed=seed,
        start=start,
        scenario=find_scenario(scenario),
        data=data,
        json=json,
        broker=broker.value,
    )
    raise typer.Exit(run_world(options))


app.command(short_help="Send the load of thousands of gateways to a hub.")(simulate_fleet.fleet)
