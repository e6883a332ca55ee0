"""`sensorhub hub`: run the hub."""

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


@app.command()
def run(
    config: Annotated[Path | None, typer.Option(help="Configuration of the hub (TOML).")] = None,
    data: Annotated[Path | None, typer.Option(help="The hub's folder; keys/ in it names the gateways.")] = None,
    host: Annotated[str | None, typer.Option(help="Address of the page; this machine only.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the page; 0 takes any that is free.")] = None,
    broker_host: options.BrokerHost = None,
    broker_port: options.BrokerPort = None,
    username: options.Username = None,
    password_file: options.PasswordFile = None,
    tls: options.Tls = False,
    ca_file: options.CaFile = None,
    cert_file: options.CertFile = None,
    key_file: options.KeyFile = None,
    store: options.Store = None,
    influx_url: options.InfluxUrl = None,
    influx_org: options.InfluxOrg = None,
    influx_bucket: options.InfluxBucket = None,
    influx_token_file: options.InfluxTokenFile = None,
) -> None:
    """Take what gateways send, store it, answer with receipts, and serve the live page, until stopped.

    Give a configuration, or the same with options; options win over the configuration.
    """
    from cloud.config import load_hub_config
    from cloud.hub import run_hub

    broker = options.given(
        host=broker_host,
        port=broker_port,
        username=username,
        password_file=password_file,
        tls=tls,
        ca_file=ca_file,
        cert_file=cert_file,
        key_file=key_file,
    )
    readings = options.given(
        store=store,
        influx_url=influx_url,
        influx_org=influx_org,
        influx_bucket=influx_bucket,
        influx_token_file=influx_token_file,
    )
    told = options.given(data=data, host=host, port=port, broker=broker or None, readings=readings or None)
    raise typer.Exit(run_hub(load_hub_config(config, told)))
