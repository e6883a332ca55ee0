"""docs/sensors.md: every kind of sensor, from the catalogue."""

from collections.abc import Iterator

from firmware_config.catalogue import Bus, Entry, entry, kinds
from firmware_config.catalogue.entry import STRANDS, Input
from firmware_config.catalogue.view import connected_by, limits
from firmware_config.reference.tables import cell, table
from sensorhub.quantity import QUANTITIES

_HEAD = """# Kinds of sensors

Generated from the catalogue (`firmware_config/catalogue/`) by `python -m firmware_config.reference`; change it there.
How a sensor is written down: [configuration](configuration.md). How a kind is added:
[adding a sensor](adding-a-sensor.md).

A value outside its plausible range keeps its number and is marked `suspect`. An interval that was not observed
throughout is `partial` and has its `coverage`. Nothing above 3.3 V may reach a pin. In wires `{name}` stands for the
terminal of the sensor's channel, or for the constant, of that name.
"""

_BREAK = {
    "active": "A cut cable reads as if it detected, so it is found.",
    "inactive": "A cut cable reads as if nothing were there.",
    "fault": "A cut cable is a fault of the sensor.",
}
_PULLS = {
    "up": "pulled up by the Pi",
    "down": "pulled down by the Pi",
    "external": "pulled by a resistor of its own",
    "none": "not pulled",
}


def sensors() -> str:
    """The document."""
    known = [entry(kind) for kind in kinds()]
    pieces = [_HEAD, *_overview(known)]
    for strand in STRANDS:
        own = [each for each in known if each.strand == strand]
        if own:
            pieces += [
                f"## {strand.capitalize().replace('-', ' ')}\n",
                *(piece for each in own for piece in _kind(each)),
            ]
    return "\n".join(pieces).rstrip() + "\n"


def _overview(known: list[Entry]) -> Iterator[str]:
    rows = [
        (
            f"[`{each.kind}`](#{each.kind})",
            each.title,
            each.strand,
            connected_by(each),
            ", ".join(QUANTITIES[name].title for name in each.shown),
        )
        for strand in STRANDS
        for each in known
        if each.strand == strand
    ]
    yield table(("Kind", "What it is", "Strand", "Connected by", "Shows"), rows)


def _kind(known: Entry) -> Iterator[str]:
    yield f"### {known.kind}\n"
    yield f"**{known.title}.** {known.what_for}\n"
    yield f"{' '.join(_facts(known))}\n"
    rows = [
        (f"`{each.quantity}`", f"`{QUANTITIES[each.quantity].unit}`", limits(each), QUANTITIES[each.quantity].what)
        for each in known.measures
    ]
    yield table(("Quantity", "Unit", "Plausible", "What it is"), rows)
    if known.inputs:
        yield table(("Input", "What is connected", "Electrically"), [_input(each) for each in known.inputs])
    if known.wires:
        rows_of_wires = [
            (f"{each.end}{f' ({each.bus})' if each.bus else ''}", each.to, each.colour, each.part)
            for each in known.wires
        ]
        yield table(("At the Pi", "At the part", "Colour", "In it"), rows_of_wires)
    if known.links:
        rows_of_links = [
            (f"{each.start}{f' ({each.bus})' if each.bus else ''}", each.to, each.colour, each.part)
            for each in known.links
        ]
        yield table(("Between its own terminals", "To", "Colour", "In it"), rows_of_links)
    if known.constants:
        constants = [
            (
                f"`{each.name}`",
                "must be said" if each.default is None else f"{each.default:g}",
                f"{each.low:g} to {each.high:g}",
                each.what,
            )
            for each in known.constants
        ]
        yield table(("Constant", "Default", "Taken", "What it is"), constants)
    notes = [*known.cautions(*known.choices), known.broken_cable or _BREAK[known.break_reads]]
    yield "\n".join(f"- {cell(note)}" for note in notes) + "\n"
    yield f"Reference: {known.reference}.\n" if not known.reference.endswith(".") else f"Reference: {known.reference}\n"


def _facts(known: Entry) -> Iterator[str]:
    if known.every_gateway:
        yield "Every gateway has one without being told."
    if known.shown_to:
        yield f"Also shown to {', '.join(known.shown_to)}."
    if known.is_care:
        yield "Personal data: its gateway is wholly social care."
    if known.indicative:
        yield "Its readings are `indicative`, always."
    if known.indoors:
        yield "For indoors."
    length = f"An interval is {known.period_s} s"
    if known.reads == "samples":
        yield f"{length}, with a read every {known.sample_s:g} s."
    elif known.reads == "level":
        yield f"It is told as it changes, and every {known.period_s} s."
        yield f"A contact still for {known.debounce_ms} ms has settled; how long it stays so is never a fault."
    else:
        yield f"{length}; a contact still for {known.debounce_ms} ms has settled."
    if known.period_min_s > 1:
        yield f"No interval may be shorter than {known.period_min_s} s."
    if not known.journalled:
        yield "Single events are never written down."
    for rail, taken_ma in (("3.3 V", known.current_ma), ("5 V", known.current_5v_ma)):
        if taken_ma:
            yield f"It takes {taken_ma:g} mA from {rail}."
    for bus in known.buses:
        addresses = ", ".join(_address(bus, at) for at in range(len(bus.addresses)))
        if addresses:
            yield f"On {bus.type} it is at {addresses}."
    if known.stuck_active_min or known.stuck_inactive_h:
        held = f"held for {known.stuck_active_min:g} min" if known.stuck_active_min else ""
        still = f"without a closure for {known.stuck_inactive_h:g} h" if known.stuck_inactive_h else ""
        yield f"It counts as stuck {' or '.join(filter(None, (held, still)))}."


def _address(bus: Bus, at: int) -> str:
    """One of the addresses of a part, with where its strap goes for it."""
    address = bus.addresses[at]
    strapped = f" ({bus.strap if at == 0 else ''} to {bus.strapped[at]})".replace("( ", "(") if bus.strap else ""
    return f"{hex(address) if bus.type == 'i2c' else address}{strapped}"


def _input(known: Input) -> tuple[str, str, str]:
    signals = " or ".join(f"`{each}`" for each in known.signals)
    way = "driven by the Pi" if known.direction == "out" else f"{_PULLS[known.pull]}, active {known.active}"
    return f"`{known.name}`", known.what, f"{signals}, {way}"
