"""The wiring picture in a terminal: the header as it lies before you, with the wires of each pin beside it."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from firmware_config.wiring.connections import Connection, carried
from firmware_config.wiring.wired import Wired

_STYLES = {"black": "bright_black", "white": "bright_white", "orange": "dark_orange", "brown": "orange4"}
"""Of colours that a terminal calls otherwise, or could not show on its own ground."""

_PLAIN = {"red", "yellow", "green", "blue", "violet"}


def print_wiring(console: Console, picture: Wired) -> None:
    """Draw the header of a gateway."""
    gateway, wires = picture.gateway, picture.wires
    about = (gateway.title, f"site {gateway.site}" if gateway.site else "", picture.board.title)
    console.print(Text.assemble((gateway.gateway, "bold"), "  ", ", ".join(filter(None, about))))
    console.print(_header(wires))
    usb = [wire for wire in wires if wire.pin is None]
    for device in dict.fromkeys(wire.carries for wire in usb):
        console.print(Text(device, style="bold"))
        console.print(Text("\n").join(_told(wire) for wire in usb if wire.carries == device))
    if picture.links:
        console.print(Text("Between the terminals of the parts, not to the Pi", style="bold"))
        console.print(
            Text("\n").join(_drawn(each.colour, f"{each.sensor}: {each}", each.part) for each in picture.links)
        )
    _print_system(console, picture)


def _print_system(console: Console, picture: Wired) -> None:
    """What the system's files need, line by line, so that it can be copied."""
    for head, lines in picture.system:
        console.print(Text(head, style="bold"))
        for at, (name, line) in enumerate(lines):
            if not at or lines[at - 1][0] != name:
                console.print(Text(f"# {name}", style="dim"))
            console.print(Text(line))


def _header(wires: Sequence[Connection]) -> Table:
    table = Table(show_header=True, box=None, padding=(0, 1), expand=False)
    table.add_column("sensor, terminal, colour", justify="right", overflow="fold")
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("pin", justify="right", style="bold", no_wrap=True)
    table.add_column("pin", style="bold", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("sensor, terminal, colour", overflow="fold")
    for odd in range(1, 41, 2):
        left, right = _at(odd, wires), _at(odd + 1, wires)
        table.add_row(left, _carried(odd, left), str(odd), str(odd + 1), _carried(odd + 1, right), right)
    return table


def _at(pin: int, wires: Sequence[Connection]) -> Text:
    return Text("\n").join(_told(wire) for wire in wires if wire.pin == pin)


def _carried(pin: int, wires: Text) -> Text:
    return Text(carried(pin), style="bold" if wires else "dim")


def _told(wire: Connection) -> Text:
    """One wire: sensor, terminal, colour, and what sits in it."""
    whose = f"{wire.sensor} {wire.input}" if wire.input else wire.sensor
    return _drawn(wire.colour, f"{whose}: {wire.to}, {wire.colour}", wire.part)


def _drawn(colour: str, words: str, part: str) -> Text:
    first = colour.lower().split("-")[0].split()[0]
    style = _STYLES.get(first, first if first in _PLAIN else "")
    told = Text.assemble(("━ ", style), words)
    if part:
        told.append(f" [{part}]", style="italic")
    return told
