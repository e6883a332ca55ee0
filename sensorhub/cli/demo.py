"""`sensorhub demo`: everything on this machine, with a recorded junction."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sensorhub.cli import options


class StoreName(StrEnum):
    """The stores that a demo can be run with."""

    DUCKDB = "duckdb"
    INFLUXDB = "influxdb"


class BrokerKind(StrEnum):
    """Which broker a demo starts."""

    AUTO = "auto"
    MOSQUITTO = "mosquitto"
    EMBEDDED = "embedded"


def demo(
    data: Annotated[
        Path | None,
        typer.Option(
            help="Folder to keep the data in. Default: a new one, named; with --once deleted when all was right.",
            show_default=False,
        ),
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port of the page. Default: 8080.", show_default=False)] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    recording: Annotated[
        Path | None, typer.Option(help="Recording to play: CSV, CSV.gz or Parquet. Default: the junction supplied.")
    ] = None,
    deployment: Annotated[
        Path | None,
        typer.Option(help="Deployment whose gateways live in a simulated county beside it. Default: Essex."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Play it once with its own times, then compare.")] = False,
    speed: Annotated[float | None, typer.Option(help="How many times faster; needs --once.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the ledger as JSON; needs --once.")] = False,
    interval: Annotated[
        int | None,
        typer.Option(help="Length of intervals in seconds. Default: 5, and 60 with --once.", show_default=False),
    ] = None,
    broker: Annotated[BrokerKind, typer.Option(help="Which broker to start.")] = BrokerKind.AUTO,
    store: Annotated[StoreName, typer.Option(help="Where readings are kept.")] = StoreName.DUCKDB,
    influx_url: options.InfluxUrl = None,
    influx_org: options.InfluxOrg = None,
    influx_bucket: options.InfluxBucket = None,
    influx_token_file: options.InfluxTokenFile = None,
) -> None:
    """Play a recorded junction and a simulated county through pins, gateways, broker, hub and store, on a live page.

    Without options they play in real time, the recording in a loop with times shifted to now, until Ctrl-C.
    With --once it plays the recording once, waits until every reading is stored, and compares what was
    driven with what is stored: exit 0 where they are equal, 1 where not.
    """
    from simulators.demo import run_demo
    from simulators.demo_checks import DemoOptions

    raise typer.Exit(
        run_demo(
            DemoOptions(
                data=data,
                port=port,
                recording=recording,
                deployment=deployment,
                once=once,
                speed=speed,
                interval_s=interval,
                store=store.value,
                influx_url=influx_url,
                influx_org=influx_org,
                influx_bucket=influx_bucket,
                influx_token_file=influx_token_file,
                json=json,
                open_page=open_page,
                broker=broker.value,
            )
        )
    )
