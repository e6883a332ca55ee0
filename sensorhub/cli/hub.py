"""`sensorhub hub`: run the hub, and have gateways send again what it lost."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from sensorhub.cli import options

app = typer.Typer(
    help="Run the hub: take packs, store readings, show them live.", no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def _hub() -> None:
    """Run the hub: take packs, store readings, show them live."""


@app.command(short_help="Run the hub until stopped.")
@options.with_broker
def run(
    config: Annotated[Path | None, typer.Option(help="Configuration of the hub (TOML).")] = None,
    data: Annotated[Path | None, typer.Option(help="The hub's folder; keys/ in it names the gateways.")] = None,
    host: Annotated[str | None, typer.Option(help="Address of the page; this machine only.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the page; 0 takes any that is free.")] = None,
    social_care: Annotated[
        bool | None, typer.Option("--social-care", help="Serve social care's gateways, and no others.")
    ] = None,
    store: Annotated[str | None, typer.Option(help="Where readings are kept: duckdb (default) or influxdb.")] = None,
    influx_url: options.InfluxUrl = None,
    influx_org: options.InfluxOrg = None,
    influx_bucket: options.InfluxBucket = None,
    influx_token_file: options.InfluxTokenFile = None,
    *,
    broker: options.Options,
) -> None:
    """Take what gateways send, store it, answer with receipts, and serve the live page, until stopped.

    Give a configuration, or the same with options; options win over the configuration.
    """
    from cloud.config import load_hub_config
    from cloud.hub import run_hub

    readings = options.given(
        store=store,
        influx_url=influx_url,
        influx_org=influx_org,
        influx_bucket=influx_bucket,
        influx_token_file=influx_token_file,
    )
    told = options.given(
        data=data,
        host=host,
        port=port,
        social_care=social_care,
        broker=broker or None,
        readings=readings or None,
    )
    raise typer.Exit(run_hub(load_hub_config(config, told)))


@app.command(short_help="Have gateways send again what the store lost.")
def refetch(
    data: Annotated[Path, typer.Option(help="The hub's folder.")],
    gateway: Annotated[str | None, typer.Argument(help="Only of this gateway. Default: all.")] = None,
    since: Annotated[
        str | None, typer.Option(help="What came to the hub from this time on, as in 2026-11-22T08:30:00Z (UTC).")
    ] = None,
    status: Annotated[bool, typer.Option("--status", help="Only say how many records still miss.")] = False,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Have gateways send again what the store lost, as after a restore from an older backup.

    Nothing is deleted: each record stays until its repeat is here. Without --since it says how many still miss.
    Beside a running hub it asks the hub; without one it works on the files.
    """
    from cloud import access
    from sensorhub.cli.options import given

    asked = {name: str(value) for name, value in given(gateway=gateway).items()}
    asked["format"] = "json" if json else "text"
    if status or since is None:
        pieces = access.still_wanted(data, asked)
    else:
        pieces = access.refetch(data, {**asked, "since": since})
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
