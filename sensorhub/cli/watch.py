"""`sensorhub watch`: at the cabinet, every input live, without network."""

from pathlib import Path
from typing import Annotated

import typer


def watch(
    gateway: Annotated[str | None, typer.Option(help="Only this gateway.")] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="Folder with gateways: of a demo, or of one gateway. Default: that of the configuration."),
    ] = None,
    config: Annotated[Path, typer.Option(help="Configuration of the gateway on this machine.")] = Path("gateway.toml"),
    plain: Annotated[bool, typer.Option("--plain", help="Lines in place of a table that moves.")] = False,
    json: Annotated[bool, typer.Option("--json", help="A JSON object a line, once a second.")] = False,
) -> None:
    """Show every input of the running gateways on this machine: pins, edges, newest reading, state, fault, spool.

    They tell it over a socket of their own, so it works without network. Ctrl-C ends it.
    """
    from gateway.watching.run import run_watch, spools_to_watch

    raise typer.Exit(run_watch(spools_to_watch(data, config), gateway, plain=plain, as_json=json))
