"""The catalogue as a person reads it in a terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from firmware_config.catalogue.entry import STRANDS, Constant, Entry, Measure
from firmware_config.catalogue.shelf import entry, kinds
from sensorhub.quantity import QUANTITIES, screen_unit


def print_kinds(console: Console) -> None:
    """A line for each kind, strand by strand."""
    table = Table(box=None, padding=(0, 2, 0, 0))
    for head in ("kind", "what it is", "connected by", "shows"):
        table.add_column(head, overflow="fold", no_wrap=head == "kind")
    for strand in STRANDS:
        table.add_row(Text(strand, style="bold"))
        for known in (entry(kind) for kind in kinds()):
            if known.strand == strand:
                shows = ", ".join(QUANTITIES[name].title for name in known.shown)
                table.add_row(known.kind, known.title, connected_by(known), shows)
    console.print(table)


def print_kind(console: Console, known: Entry) -> None:
    """All that the catalogue says of one kind."""
    console.print(Text.assemble((known.kind, "bold"), f"  {known.title}, {known.strand}"))
    console.print(Text(known.what_for))
    console.print(Text(f"Connected by {connected_by(known)}; an interval of {known.period_s} s."))
    rows = (
        ("quantity", "unit", "plausible", [_measure(each) for each in known.measures]),
        ("constant", "default", "taken", [_constant(each) for each in known.constants]),
    )
    for *head, cells in rows:
        if cells:
            table = Table(box=None, padding=(0, 2, 0, 0))
            for title in (*head, ""):
                table.add_column(title, overflow="fold")
            for row in cells:
                table.add_row(*row)
            console.print(table)
    for wire in known.wires:
        on = f" ({wire.bus})" if wire.bus else ""
        console.print(Text(f"{wire.end}{on} to {wire.to}, {wire.colour}{', ' if wire.part else ''}{wire.part}"))
    for link in known.links:
        on = f" ({link.bus})" if link.bus else ""
        console.print(Text(f"{link.start}{on} to {link.to}, {link.colour}{', ' if link.part else ''}{link.part}"))
    if known.links:
        words = "{name} stands for the terminal of the sensor's channel, or for the constant, of that name."
        console.print(Text(words, style="dim"))
    for sentence in filter(None, (*known.warnings, known.broken_cable)):
        console.print(Text.assemble(("! ", "yellow"), sentence))
    console.print(Text(f"Reference: {known.reference}", style="dim"))


def connected_by(known: Entry) -> str:
    """Pins and buses in a few words."""
    buses = [each.type for each in known.buses if each.type != "file"]
    pins = f"{len(known.inputs)} pin{'s'[: len(known.inputs) > 1]}" if known.inputs else ""
    return pins or " or ".join(buses) or "nothing: the gateway itself"


def limits(measure: Measure) -> str:
    """The plausible range of a quantity, in words."""
    low, high = measure.limits
    return f"{low:,g} to {high:,g}"


def _measure(measure: Measure) -> tuple[str, ...]:
    row = QUANTITIES[measure.quantity]
    return row.name, screen_unit(row.unit), limits(measure), row.what


def _constant(constant: Constant) -> tuple[str, ...]:
    default = "none: say it" if constant.default is None else f"{constant.default:g}"
    return constant.name, default, f"{constant.low:g} to {constant.high:g}", constant.what
