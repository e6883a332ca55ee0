"""`sensorhub export`, `gaps` and `dead-letters`: what a hub keeps, from a running hub or from its files."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from sensorhub.errors import AskedWrong

dead_letters = typer.Typer(
    help="What the hub could not accept, kept whole with the reason.", no_args_is_help=True, rich_markup_mode=None
)

Data = Annotated[Path, typer.Option(help="The hub's folder.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="File to write; default: standard output.")]


@dead_letters.callback()
def _dead_letters() -> None:
    """What the hub could not accept, kept whole with the reason."""


def export(
    data: Data,
    quantity: Annotated[str | None, typer.Option(help="Only this quantity, as in actuation_count.")] = None,
    gateway: Annotated[str | None, typer.Option(help="Only this gateway.")] = None,
    sensor: Annotated[str | None, typer.Option(help="Only this sensor.")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="From this time on, as in 2026-11-22 or 2026-11-22T08:30:00Z (UTC).")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="Up to this time, itself left out.")] = None,
    format_: Annotated[str, typer.Option("--format", help="csv, parquet or json.")] = "csv",
    output: Output = None,
) -> None:
    """Write readings as a table: time, gateway, sensor, quantity, value, unit, quality.

    Beside a running hub it asks the hub; without one it opens the files.
    """
    from cloud.access import export_readings
    from sensorhub.cli.options import given

    told = given(gateway=gateway, sensor=sensor, quantity=quantity, to=to, format=format_)
    parameters = {name: str(value) for name, value in {**told, **given(**{"from": from_})}.items()}
    _write(export_readings(data, parameters), output)


@dead_letters.command("list", short_help="List dead letters, newest first.")
def list_(
    data: Data,
    gateway: Annotated[str | None, typer.Option(help="Only of this gateway.")] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON, with the raw bytes in base64.")] = False,
    output: Output = None,
) -> None:
    """List dead letters, newest first: when, gateway, topic, reason, how often.

    Beside a running hub it asks the hub; without one it opens the files.
    """
    from cloud.access import list_dead_letters
    from sensorhub.cli.options import given

    parameters = {name: str(value) for name, value in given(gateway=gateway).items()}
    _write(list_dead_letters(data, {**parameters, "format": "json" if json else "text"}), output)


def gaps(
    data: Data,
    gateway: Annotated[str | None, typer.Option(help="Only of this gateway.")] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    output: Output = None,
) -> None:
    """List what is lost and what is in conflict: when, gateway, how many records, why, between which times.

    Beside a running hub it asks the hub; without one it opens the files.
    """
    from cloud.access import list_gaps
    from sensorhub.cli.options import given

    parameters = {name: str(value) for name, value in given(gateway=gateway).items()}
    _write(list_gaps(data, {**parameters, "format": "json" if json else "text"}), output)


def _write(pieces: Iterator[bytes], output: Path | None) -> None:
    """Write to standard output, or to a file that appears only when it is whole."""
    if output is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    part = output.with_name(output.name + ".part")
    try:
        with part.open("wb") as file:
            file.writelines(pieces)
        part.replace(output)
    except OSError as error:
        raise AskedWrong(f"{output} cannot be written: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)
