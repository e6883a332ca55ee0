"""Options and exit codes that several commands share."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

INTERRUPTED = 130
"""Exit code of a command that a person stopped, as of a shell's."""

Options = dict[str, object]
"""Values that were given on the command line, by the names of the configuration's keys."""

_BROKER = {
    "broker_host": Annotated[str | None, typer.Option(help="Name or address of the MQTT broker.")],
    "broker_port": Annotated[int | None, typer.Option(help="Port of the broker: 1883, or 8883 with TLS.")],
    "username": Annotated[str | None, typer.Option(help="Name to sign in with at the broker.")],
    "password_file": Annotated[Path | None, typer.Option(help="File that holds the broker's password, mode 0600.")],
    "tls": Annotated[bool | None, typer.Option("--tls", help="Speak TLS to the broker.")],
    "ca_file": Annotated[Path | None, typer.Option(help="Certificates to trust (PEM); turns TLS on.")],
    "cert_file": Annotated[Path | None, typer.Option(help="Client certificate (PEM); turns TLS on.")],
    "key_file": Annotated[Path | None, typer.Option(help="Private key of the client certificate.")],
}

InfluxUrl = Annotated[str | None, typer.Option(help="Address of your InfluxDB 2 or 3.")]
InfluxOrg = Annotated[str | None, typer.Option(help="Organisation in InfluxDB.")]
InfluxBucket = Annotated[str | None, typer.Option(help="Bucket to write to.")]
InfluxTokenFile = Annotated[Path | None, typer.Option(help="File that holds the token for InfluxDB, mode 0600.")]


def given(**values: object) -> Options:
    """The options that were given."""
    return {name: value for name, value in values.items() if value is not None}


def with_broker(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of the broker; it gets those that were given as `broker`, by their keys there."""
    own = inspect.signature(command)
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        for name, annotation in _BROKER.items()
    ]
    kept = [parameter for name, parameter in own.parameters.items() if name != "broker"]

    @functools.wraps(command)
    def run(**values: Any) -> None:
        broker = {name.removeprefix("broker_"): values.pop(name) for name in _BROKER}
        command(broker=given(**broker), **values)

    run.__signature__ = own.replace(parameters=[*kept, *added])  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in (*kept, *added)}
    return run
