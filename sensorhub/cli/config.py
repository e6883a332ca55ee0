"""`sensorhub config`: describe what is deployed, check it, draw it, look kinds up."""

import json as encoding
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sensorhub.cli import config_new

app = typer.Typer(
    help="Describe a deployment: check its files, draw a gateway's wiring, look kinds of sensors up.",
    short_help="Describe, check and draw what is deployed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Deployment = Annotated[Path, typer.Option(help="Folder of the deployment, with sites.toml and gateways/.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


class FileKind(StrEnum):
    """The files of a deployment that have a schema."""

    GATEWAY = "gateway"
    SITES = "sites"
    DEPLOYMENT = "deployment"


@app.command(short_help="Check all files of a deployment before the van leaves.")
def check(
    path: Annotated[Path, typer.Argument(help="Folder of a deployment, or a gateway's file.")] = Path(),
    json: Json = False,
) -> None:
    """Look at all files of a deployment before a van leaves: each finding with its place and what to write instead.

    Exits with 1 where anything is wrong; warnings alone exit with 0.
    """
    from rich.console import Console

    from firmware_config.checks.run import check_path
    from firmware_config.checks.view import print_findings
    from sensorhub.clock import today

    draft, findings = check_path(path, today())
    well = not any(finding.severity == "wrong" for finding in findings)
    if json:
        told = {"well": well, "sites": len(draft.sites), "gateways": len(draft.gateways)}
        typer.echo(encoding.dumps({**told, "findings": [finding.as_json() for finding in findings]}))
    else:
        print_findings(Console(highlight=False), draft, findings)
    raise typer.Exit(0 if well else 1)


@app.command(short_help="Print the JSON Schema of a file, for editors.")
def schema(
    file: Annotated[FileKind, typer.Argument(help="Which file it is for.")] = FileKind.GATEWAY,
) -> None:
    """Print the JSON Schema of a file, from which editors complete keys and kinds.

    Keep it beside the files, and name it in their first line: #:schema ../gateway.schema.json
    """
    from firmware_config.schema import schema_text

    typer.echo(schema_text(file.value), nl=False)


@app.command(short_help="Draw a gateway's wiring, pin by pin.")
def wiring(
    gateway: Annotated[str, typer.Argument(help="Name of the gateway, or its file.")],
    deployment: Deployment = Path(),
    svg: Annotated[Path | None, typer.Option(help="Write the picture to this file, to print it.")] = None,
    json: Json = False,
) -> None:
    """Draw the header of a gateway: which wire goes from which pin to which terminal, and what sits in it."""
    import dataclasses

    from rich.console import Console

    from firmware_config.wiring.svg import wiring_svg
    from firmware_config.wiring.terminal import print_wiring
    from firmware_config.wiring.wired import wired
    from sensorhub.errors import AskedWrong

    picture = wired(gateway, deployment)
    if svg is not None:
        try:
            svg.write_text(wiring_svg(picture))
        except OSError as error:
            raise AskedWrong(f"{svg} cannot be written: {error.strerror}.") from None
    if json:
        wires, links = map(dataclasses.asdict, picture.wires), map(dataclasses.asdict, picture.links)
        typer.echo(encoding.dumps({"wires": list(wires), "links": list(links)}))
    elif svg is None:
        print_wiring(Console(highlight=False), picture)


@app.command(short_help="List the kinds of sensors, or all about one.")
def catalogue(
    kind: Annotated[str | None, typer.Argument(help="Only this kind, and all that is known of it.")] = None,
    json: Json = False,
) -> None:
    """List the kinds of sensors: what each is for, how it is connected, what it measures."""
    from rich.console import Console

    from firmware_config.catalogue import entry, kinds
    from firmware_config.catalogue.view import print_kind, print_kinds

    if json:
        found = [entry(each).model_dump(mode="json") for each in ((kind,) if kind else kinds())]
        typer.echo(encoding.dumps(found[0] if kind else found))
    elif kind:
        print_kind(Console(highlight=False), entry(kind))
    else:
        print_kinds(Console(highlight=False))


app.command(short_help="Write a new gateway's file, asking for what is not told.")(config_new.new)
