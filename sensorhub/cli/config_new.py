"""`sensorhub config new`: a new gateway's file; what no option says is asked."""

import json as encoding
import sys
from pathlib import Path
from typing import Annotated

import typer

from sensorhub.cli import options
from sensorhub.errors import AskedWrong


def new(
    gateway: Annotated[str | None, typer.Argument(help="Name of the gateway, as in a127-rayleigh-weir.")] = None,
    deployment: Annotated[Path, typer.Option(help="Folder of the deployment, with sites.toml.")] = Path(),
    site: Annotated[str | None, typer.Option(help="Site at which it stands.")] = None,
    board: Annotated[str | None, typer.Option(help="Model of the Raspberry Pi, as in 4b.")] = None,
    title: Annotated[str | None, typer.Option(help="Where it stands, in words.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="A kind of sensor it has. May be repeated.")] = None,
    constant: Annotated[
        list[str] | None, typer.Option(help="Calibration, as in rain-gauge-1.mm_per_tip=0.2. May be repeated.")
    ] = None,
    device: Annotated[
        list[str] | None,
        typer.Option(help="1-wire probe, as in road-temperature-1=28-0316a2798aff. May be repeated."),
    ] = None,
    bus: Annotated[
        list[str] | None,
        typer.Option(help="The bus of a kind that has several, as in river-level-1=i2c-1 or =i2c. May be repeated."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Write a new gateway's file, with free pins and buses for its sensors; what no option says is asked.

    Constants that have a usual value are not asked: they are in the file as comments, for what was measured on site.
    The file is written only where `check` finds nothing wrong with it.
    """
    from firmware_config.asking import Told, make_gateway
    from sensorhub.clock import today

    told = Told(gateway, site, board, title, kind or (), constant or (), device or (), bus or ())
    made = make_gateway(deployment, told, today(), _ask, lambda line: typer.echo(line, err=json))
    if json:
        findings = [finding.as_json() for finding in made.findings]
        file = str(made.path) if made.well else None
        told_of = {"well": made.well, "file": file, "sensors": made.sensors, "notes": made.notes, "findings": findings}
        typer.echo(encoding.dumps(told_of))
    else:
        for finding in made.findings:
            typer.echo(f"{finding.severity}: {finding.fault}")
        for note in made.notes:
            typer.echo(f"note: {note}")
        if made.well:
            typer.echo(
                f"Wrote {' and '.join(map(str, made.files))}. Put what you measured on site in the place of # lines."
            )
            typer.echo(f"Next: sensorhub config wiring {made.gateway} --deployment {deployment}")
        else:
            typer.echo(f"{made.path} is not written: see what is wrong above.")
    raise typer.Exit(0 if made.well else 1)


def _ask(question: str, option: str, empty: str | None) -> str:
    try:
        answer: str = typer.prompt(question, empty, show_default=False)
    except typer.Abort:
        typer.echo(err=True)  # the prompt's line is still open
        if sys.stdin.isatty():
            typer.echo("Stopped. Nothing is written.", err=True)
            raise typer.Exit(options.INTERRUPTED) from None
        if empty is not None:
            return empty
        typer.echo(f"Nobody answers. Add {option}", err=True)
        raise typer.Exit(AskedWrong.exit_code) from None
    return answer
