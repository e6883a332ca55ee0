"""The wiring picture as an SVG file that can be printed and taken to the cabinet."""

import textwrap
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from firmware_config.catalogue import Bus, Entry
from firmware_config.gateway import GatewayFile
from firmware_config.wiring import layout
from firmware_config.wiring.connections import Connection, carried
from firmware_config.wiring.layout import SIGN, Box, Inside, Layout, Net, Pad, Terminal
from firmware_config.wiring.links import Linked
from firmware_config.wiring.shapes import STYLE, SYMBOLS, Drawn, rect, symbol, symbol_of, text, wire
from firmware_config.wiring.wired import Wired

_MARGIN = 36.0
_TITLE = 96.0
_SYSTEM_LINE = 16.0
_SYSTEM_WIDTH = 230.0
"""Of the lines for the system's files: between two, and of the longest."""

_LINE = 18.0
_NOTE_CHARS = 128
_NOTE_COLUMNS = 2
_SMALL_CHAR = 7.2
"""Width of a character of small text, generously."""

_CROSS = 4.5
"""How far from the middle between two rows a wire crosses the header, so that two of them stay apart."""

_PILLS = {"3V3": "#ffd9d2", "5V": "#ffc2b8", "GND": "#d9dce1"}


def wiring_svg(picture: Wired) -> str:
    """The picture of a gateway: header, parts, wires with their colours and what sits in them, legend, warnings."""
    gateway, wires = picture.gateway, picture.wires
    found = layout.lay_out(gateway, wires)
    columns = _notes(gateway)
    width = 2 * (found.half_width + _MARGIN)
    title = max(_TITLE, _SYSTEM_LINE * (len(_system(picture)) + 1))
    below = _MARGIN + title + found.bottom - found.top + 30
    height = below + _LINE * (max(map(len, columns)) + 5) + _MARGIN
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        f"aria-label={quoteattr(f'Wiring of {gateway.gateway}')}>",
        f"<title>{escape(f'Wiring of {gateway.gateway}')}</title>",
        f"<style>{STYLE}</style>",
        rect(0, 0, width, height, 'fill="#ffffff"'),
        *_title(picture, width),
        f'<g transform="translate({width / 2:g} {_MARGIN + title - found.top:g})">',
        *_header(),
        *(piece for net in sorted(found.nets, key=_span, reverse=True) for piece in _net(net, found)),
        *(piece for pad in found.pads for piece in _pad(pad, wires)),
        *(piece for box in found.boxes for piece in _box(box, found)),
        *_adapters(found.pads),
        "</g>",
        *_legend([*wires, *(each.wire for box in found.boxes for each in box.inside)], below),
        *(
            text(_MARGIN + column * (width / _NOTE_COLUMNS), below + _LINE * (5 + at), note, kind)
            for column, notes in enumerate(columns)
            for at, (note, kind) in enumerate(notes)
        ),
        "</svg>",
    ]
    return "\n".join(drawn) + "\n"


def _title(picture: Wired, width: float) -> Drawn:
    gateway, board = picture.gateway, picture.board
    yield text(_MARGIN, _MARGIN + 22, gateway.gateway, "big")
    where = [gateway.title, f"site {gateway.site}" if gateway.site else ""]
    yield text(_MARGIN, _MARGIN + 46, ", ".join(filter(None, where)))
    yield text(_MARGIN, _MARGIN + 66, f"{board.title}; pin 1 is the square one")
    for at, (what, line) in enumerate(_system(picture)):
        y = _MARGIN + 12 + _SYSTEM_LINE * at
        yield text(width - _MARGIN - _SYSTEM_WIDTH - 8, y, what, "small end")
        yield text(width - _MARGIN - _SYSTEM_WIDTH, y, line, "small")


def _system(picture: Wired) -> list[tuple[str, str]]:
    """What the system's files need, line by line, with the interface that needs it."""
    return [line for head, lines in picture.system for line in (("", f"{head}:"), *lines)]


def _header() -> Drawn:
    x, rows = layout.COLUMN + layout.PIN_RADIUS + 4, layout.PITCH * (layout.HEADER_ROWS - 1)
    look = 'rx="6" fill="#e3ede6" stroke="#2c5b3f" stroke-width="1.5"'
    yield rect(-x, -layout.PITCH / 2 - 2, 2 * x, rows + layout.PITCH + 4, look)


def _span(net: Net) -> float:
    ys = [net.pad.y, *(terminal.y for terminal in net.terminals)]
    return max(ys) - min(ys)


def _net(net: Net, found: Layout) -> Drawn:
    """From the pad to its channel, along it, and out to each terminal; the furthest is drawn first."""
    sign, pad, y = SIGN[net.side], net.pad, net.pad.y
    start = f"M{pad.x:g} {y:g}"
    if pad.side != net.side:  # across the header, between two rows
        y += layout.PITCH / 2 - _CROSS * sign
        start += f"V{y:g}"
    farther = sorted(net.terminals, key=lambda each: abs(each.y - y), reverse=True)
    for terminal in farther:
        yield from wire(f"{start}H{net.x:g}V{terminal.y:g}H{sign * found.inner:g}", terminal.wire.colour)
    for terminal in farther[1:]:
        yield f'<circle cx="{net.x:g}" cy="{terminal.y:g}" r="4" fill="#1b1b1b"/>'
    for terminal in net.terminals:
        name = symbol_of(terminal.wire.part)
        if name:
            yield from symbol(name, sign * (found.inner - layout.PARTS_ZONE / 2 + 12), terminal.y, sign)


def _pad(pad: Pad, wires: Sequence[Connection]) -> Drawn:
    pin, _, terminal = pad.key
    here = [each for each in wires if layout.key_of(each) == pad.key]
    sign = -1 if pad.side == "left" else 1
    carries = terminal if pin is None else carried(pin)
    bus_end = next((each.end for each in here if each.end.isupper() and each.end not in carries and pin), "")
    words = f"{carries} {bus_end}" if bus_end else carries
    wide = layout.PILL_WIDTH
    inner = pad.x + sign * (layout.PIN_RADIUS + 7)
    fill = _PILLS.get(carries, "#fff3c4" if here else "#ffffff")
    edge = "#3a3a3a" if here else "#c9ced6"
    yield rect(min(inner, inner + sign * wide), pad.y - 10, wide, 20, f'rx="9" fill="{fill}" stroke="{edge}"')
    yield text(inner + sign * wide / 2, pad.y + 4, words, "small middle" if here else "idle middle")
    look = 'fill="#ffffff" stroke="#2c5b3f" stroke-width="1.6"'
    size = layout.PIN_RADIUS
    if pin is None:
        yield rect(pad.x - 1.5 * size, pad.y - size, 3 * size, 2 * size, look)
    elif pin == 1:
        yield rect(pad.x - size, pad.y - size, 2 * size, 2 * size, look)
    else:
        yield f'<circle cx="{pad.x:g}" cy="{pad.y:g}" r="{size:g}" {look}/>'
    yield text(pad.x, pad.y + 4, "USB" if pin is None else str(pin), "pin")


def _adapters(pads: Sequence[Pad]) -> Drawn:
    """The name of each USB adapter above its first terminal."""
    first: dict[str, Pad] = {}
    for pad in pads:
        first.setdefault(pad.key[1], pad)
    for device, pad in first.items():
        if device:
            yield text(0, pad.y - layout.PITCH * 0.7, f"USB adapter {device}", "name middle")


def _box(box: Box, found: Layout) -> Drawn:
    left = -found.half_width if box.side == "left" else found.inner
    yield rect(left, box.y, layout.BOX_WIDTH, box.height, 'class="box" rx="5"')
    for at, line in enumerate(box.head):
        yield text(left + 12, box.y + 19 + layout.HEAD_LINE * at, line, "small" if at else "name")
    for terminal in box.terminals:
        yield from _terminal(terminal, box, found)
    if box.inside:
        yield f'<path class="line" stroke-dasharray="2 3" d="M{left:g} {box.parting_y:g}h{layout.BOX_WIDTH:g}"/>'
        yield text(left + 12, box.parting_y + 14, "Between its own terminals, not to the Pi:", "small")
    for each in box.inside:
        yield from _inside(each, left)


def _inside(row: Inside, left: float) -> Drawn:
    """A wire between two terminals of the part, from the one's name to the other's, and below it what sits in it."""
    right = left + layout.BOX_WIDTH
    starts, ends = row.ends
    from_x = left + 26 + _SMALL_CHAR * max(map(len, starts))
    to_x = right - 26 - _SMALL_CHAR * max(map(len, ends))
    yield from wire(f"M{from_x:g} {row.y:g}H{to_x:g}", row.wire.colour)
    for x in (from_x, to_x):
        yield f'<circle cx="{x:g}" cy="{row.y:g}" r="4" class="symbol"/>'
    name = symbol_of(row.wire.part)
    if name:
        yield from symbol(name, (from_x + to_x) / 2, row.y, 1)
    for lines, x, kind in ((starts, left + 12, "small"), (ends, right - 12, "small end")):
        for at, line in enumerate(lines):
            yield text(x, row.y + 4 + layout.PART_LINE * at, line, kind)
    below = max(len(starts), len(ends))
    for at, line in enumerate(row.notes):
        yield text(left + 12, row.y + 4 + layout.PART_LINE * (below + at), line, "part")


def _terminal(terminal: Terminal, box: Box, found: Layout) -> Drawn:
    """Its name beside the wire, then colour and pin in words, for those who print without colour."""
    sign, told = SIGN[box.side], terminal.wire
    near, far = sign * (found.inner + 12), sign * (found.half_width - 12)
    from_side, to_side = ("end", "") if box.side == "left" else ("", "end")
    where = told.carries if told.pin is None else f"pin {told.pin}"
    yield f'<circle cx="{sign * found.inner:g}" cy="{terminal.y:g}" r="4.5" class="symbol"/>'
    yield text(far, terminal.y + 4.5, f"{told.colour}, {where}", f"small {to_side}")
    lines = [*((name, "") for name in terminal.names), *((note, "part ") for note in terminal.notes)]
    for at, (line, kind) in enumerate(lines):
        yield text(near, terminal.y + 4.5 + layout.PART_LINE * at, line, kind + from_side)


def _legend(wires: Sequence[Connection | Linked], y: float) -> Drawn:
    x = _MARGIN
    for colour in sorted({each.colour for each in wires}):
        yield from wire(f"M{x:g} {y:g}h34", colour)
        yield text(x + 42, y + 4.5, colour)
        x += 62 + 7.5 * len(colour)
    x = _MARGIN
    for name in (name for name in SYMBOLS if any(symbol_of(each.part) == name for each in wires)):
        yield from symbol(name, x + 34, y + 38, -1)
        yield text(x + 80, y + 42.5, name)
        x += 104 + 7 * len(name)
    yield f'<circle cx="{x + 10:g}" cy="{y + 38:g}" r="4" fill="#1b1b1b"/>'
    yield text(x + 24, y + 42.5, "joined in one terminal")
    words = "Numbers in circles are physical pins; GPIO numbers are BCM numbers, as in the gateway's file."
    yield text(_MARGIN, y + 70, words)


def _notes(gateway: GatewayFile) -> list[list[tuple[str, str]]]:
    """What to take care of, kind by kind, each once, in columns of about one length; with the look of each line.

    Of a kind with several buses: of those that its sensors are on.
    """
    used: dict[str, tuple[Entry, dict[Bus, None]]] = {}
    for sensor in gateway.sensors:
        buses = used.setdefault(sensor.kind, (sensor.entry, {}))[1]
        buses |= {sensor.wired: None} if sensor.wired is not None else {}
    columns: list[list[tuple[str, str]]] = [[] for _ in range(_NOTE_COLUMNS)]
    for known, on in used.values():
        lines = [(known.title, "name")]
        for sentence in filter(None, (*known.cautions(*on), known.broken_cable)):
            lines += ((line, "small") for line in textwrap.wrap(sentence, _NOTE_CHARS))
        min(columns, key=len).extend(lines)
    return columns
