"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

BrokerHost = Annotated[str | None, typer.Option(help="Name or address of the MQTT broker.")]
BrokerPort = Annotated[int | None, typer.Option(help="Port of the broker: 1883, or 8883 with TLS.")]
Username = Annotated[str | None, typer.Option(help="Name to sign in with at the broker.")]
PasswordFile = Annotated[Path | None, typer.Option(help="File that holds the broker's password, mode 0600.")]
Tls = Annotated[bool, typer.Option("--tls", help="Speak TLS to the broker.")]
CaFile = Annotated[Path | None, typer.Option(help="Certificates to trust (PEM); turns TLS on.")]
CertFile = Annotated[Path | None, typer.Option(help="Client certificate (PEM); turns TLS on.")]
KeyFile = Annotated[Path | None, typer.Option(help="Private key of the client certificate.")]

Store = Annotated[str | None, typer.Option(help="Where readings are kept: duckdb (default) or influxdb.")]
InfluxUrl = Annotated[str | None, typer.Option(help="Address of your InfluxDB 2 or 3.")]
InfluxOrg = Annotated[str | None, typer.Option(help="Organisation in InfluxDB.")]
InfluxBucket = Annotated[str | None, typer.Option(help="Bucket to write to.")]
InfluxTokenFile = Annotated[Path | None, typer.Option(help="File that holds the token for InfluxDB, mode 0600.")]


def given(**values: object) -> dict[str, object]:
    """The options that were given: those that are neither None nor False."""
    return {name: value for name, value in values.items() if value is not None and value is not False}
