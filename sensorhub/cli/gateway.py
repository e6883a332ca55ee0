"""`sensorhub gateway`: prepare, check and run a gateway on a Raspberry Pi."""

import json as encoding
import socket
from pathlib import Path
from typing import Annotated

import typer

from sensorhub.cli import options

app = typer.Typer(
    help="Prepare, check and run a gateway on a Raspberry Pi.", no_args_is_help=True, rich_markup_mode=None
)

Config = Annotated[Path, typer.Option(help="Configuration, as `sensorhub gateway init` writes it.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


@app.command(short_help="Write a commented configuration and a key.")
@options.with_broker
def init(
    gateway: Annotated[
        str | None,
        typer.Argument(
            help="Name of the gateway, as in a127-rayleigh-weir. Default: that of the file, else this machine's."
        ),
    ] = None,
    folder: Annotated[Path, typer.Option(help="Folder to write gateway.toml and gateway.key into.")] = Path(),
    desk: Annotated[
        Path | None, typer.Option("--from", help="The gateway's file of a deployment, to be taken as it is.")
    ] = None,
    *,
    broker: options.Options,
) -> None:
    """Write a commented configuration and the gateway's own key, and say what the hub needs to know.

    With --from the configuration is the file that was made at the desk, with the broker added.
    """
    from gateway.init import init_gateway
    from sensorhub.broker import BrokerSettings
    from sensorhub.config import check

    settings = check("The command line", broker, BrokerSettings, Path.cwd())
    name = gateway if gateway or desk else socket.gethostname().lower()
    typer.echo(init_gateway(folder, name, settings, desk))


@app.command(short_help="Measure, keep, and send to the hub, until stopped.")
@options.with_broker
def run(
    config: Annotated[Path | None, typer.Option(help="Configuration, as `sensorhub gateway init` writes it.")] = None,
    gateway: Annotated[str | None, typer.Option(help="Name of the gateway.")] = None,
    key: Annotated[Path | None, typer.Option(help="The gateway's own key file.")] = None,
    spool: Annotated[Path | None, typer.Option(help="Folder that keeps what is not yet received.")] = None,
    contact: Annotated[
        list[str] | None, typer.Option(help="A detector and its pin, as in detector-1=4. May be repeated.")
    ] = None,
    *,
    broker: options.Options,
) -> None:
    """Read the sensors, keep what is measured, and send it to the hub, until stopped.

    Give a configuration, or the same with options; options win over the configuration. Without any it is gateway.toml
    in this folder.
    """
    from firmware_config.gateway import gateway_config
    from gateway.run import run_gateway

    told = options.given(gateway=gateway, key_file=key, spool=spool)
    if config is None and not (told or broker or contact):
        config = Path("gateway.toml")
    raise typer.Exit(run_gateway(gateway_config(config, told, broker, contact or [])))


@app.command(short_help="Check all that a gateway needs on this machine.")
def check(config: Config = Path("gateway.toml"), json: Json = False) -> None:
    """Look at all that a gateway needs on this machine: configuration, key, card, clock, pins, parts, broker.

    Each finding is a sentence that says what to do. Exits with 1 where anything is wrong.
    """
    from rich.console import Console

    from gateway.checks.check import check_gateway
    from gateway.checks.finding import any_wrong, print_findings

    findings = check_gateway(config)
    wrong = any_wrong(findings)
    if json:
        told = [{"subject": each.subject, "state": each.state, "text": each.text} for each in findings]
        typer.echo(encoding.dumps({"well": not wrong, "findings": told}))
    else:
        print_findings(Console(highlight=False), findings)
    raise typer.Exit(1 if wrong else 0)


@app.command(short_help="Show how the gateway on this machine is.")
def status(config: Config = Path("gateway.toml"), json: Json = False) -> None:
    """Show what the gateway on this machine last said of itself: connection, spool and hours left, clock, faults.

    Exits with 1 where it does not run, or has trouble.
    """
    from rich.console import Console

    from firmware_config.gateway import GatewayConfig
    from gateway.status.view import print_view, view
    from sensorhub.config import load_toml

    known = load_toml(config, GatewayConfig)
    seen = view(known.spool)
    if json:
        said = seen.said.model_dump(mode="json", exclude_none=True) if seen.said else {}
        typer.echo(encoding.dumps({"well": seen.well, "running": seen.running, "age_s": round(seen.age_s, 1), **said}))
    else:
        start = f"sensorhub gateway run --config {config}"
        print_view(Console(highlight=False), known.gateway, known.spool, seen, start)
    raise typer.Exit(0 if seen.well else 1)
