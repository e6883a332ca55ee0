"""`sensorhub gateway`: prepare and run a gateway on a Raspberry Pi."""

import socket
from pathlib import Path
from typing import Annotated

import typer

from sensorhub.cli import options

app = typer.Typer(help="Prepare and run a gateway on a Raspberry Pi.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
@options.with_broker
def init(
    gateway: Annotated[
        str | None, typer.Argument(help="Name of the gateway, as in a127-rayleigh-weir. Default: this machine's name.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="Folder to write gateway.toml and gateway.key into.")] = Path(),
    *,
    broker: options.Options,
) -> None:
    """Write a commented configuration and the gateway's own key, and say what the hub needs to know."""
    from gateway.init import init_gateway
    from sensorhub.broker import BrokerSettings
    from sensorhub.config import check

    settings = check("The command line", broker, BrokerSettings, Path.cwd())
    typer.echo(init_gateway(folder, gateway or socket.gethostname().lower(), settings))


@app.command()
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
    """Read the contacts, keep what is measured, and send it to the hub, until stopped.

    Give a configuration, or the same with options; options win over the configuration.
    """
    from gateway.config import gateway_config
    from gateway.run import run_gateway

    told = options.given(gateway=gateway, key_file=key, spool=spool)
    raise typer.Exit(run_gateway(gateway_config(config, told, broker, contact or [])))
