"""The shapes of the wiring picture as SVG: lines of text, wires, and what sits in a wire."""

import re
from collections.abc import Callable, Iterator
from xml.sax.saxutils import escape

COLOURS = {
    "black": "#2b2b2b",
    "white": "#ffffff",
    "red": "#cc2b2b",
    "orange": "#ee7a10",
    "yellow": "#f5c518",
    "green": "#2f9e44",
    "blue": "#2566c8",
    "violet": "#8a3ab9",
    "brown": "#7a4a2b",
    "grey": "#9a9a9a",
    "pink": "#f08fb2",
}
"""Wires of other colours, as stripes, are drawn in the first of these that their name holds."""

STYLE = """
text { font-family: 'Liberation Sans', Arial, Helvetica, sans-serif; fill: #1b1b1b; font-size: 13px; }
.big { font-size: 26px; font-weight: bold; }
.name { font-size: 14px; font-weight: bold; }
.small { font-size: 11.5px; fill: #444; }
.part { font-size: 11.5px; fill: #8a2500; }
.idle { font-size: 11.5px; fill: #8a8f98; }
.pin { font-size: 11px; font-weight: bold; text-anchor: middle; }
.end { text-anchor: end; }
.middle { text-anchor: middle; }
.casing { fill: none; stroke: #3a3a3a; stroke-width: 4.8; stroke-linejoin: round; }
.wire { fill: none; stroke-width: 3; stroke-linejoin: round; }
.box { fill: #f6f8fa; stroke: #3a3a3a; stroke-width: 1.2; }
.symbol { fill: #ffffff; stroke: #1b1b1b; stroke-width: 1.4; }
.line { fill: none; stroke: #1b1b1b; stroke-width: 1.4; }
"""

Drawn = Iterator[str]


def text(x: float, y: float, words: str, kind: str = "") -> str:
    """A line of text."""
    return f'<text x="{x:g}" y="{y:g}" class="{kind}">{escape(words)}</text>'


def rect(x: float, y: float, width: float, height: float, look: str) -> str:
    """A rectangle; `look` holds its other attributes."""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" {look}/>'


def wire(path: str, colour: str) -> Drawn:
    """A wire along a path, with a dark edge so that white and yellow are seen on paper."""
    yield f'<path class="casing" d="{path}"/>'
    yield f'<path class="wire" stroke="{fill_of(colour)}" d="{path}"/>'


def fill_of(colour: str) -> str:
    """The colour of a wire on the screen, by its name in words."""
    return next((COLOURS[word] for word in colour.lower().replace("-", " ").split() if word in COLOURS), "#9a9a9a")


def symbol_of(part: str) -> str:
    """Which of `SYMBOLS` stands for what sits in a wire; empty: none, the words say it."""
    return next((name for name, mark in _MARKS.items() if mark.search(part.lower())), "")


def symbol(name: str, x: float, y: float, sign: int) -> Drawn:
    """One of `SYMBOLS`, in the wire at (x, y).

    Arguments:
        sign: where the part is: 1 to the right of it, -1 to the left; the Pi is on the other side.
    """
    return SYMBOLS[name](x, y, sign)


def _resistor(x: float, y: float, _sign: int) -> Drawn:
    yield rect(x - 17, y - 5.5, 34, 11, 'class="symbol"')


def _divider(x: float, y: float, sign: int) -> Drawn:
    """Part, series resistor, tap to the pin, resistor to ground."""
    tap = x - sign * 8
    yield rect(x + (4 if sign > 0 else -34), y - 5.5, 30, 11, 'class="symbol series"')
    yield f'<path class="line" d="M{tap:g} {y:g}v-4M{tap:g} {y - 16:g}v-3m-5 0h10m-8 -3h6"/>'
    yield rect(tap - 4, y - 16, 8, 12, 'class="symbol"')
    yield f'<circle class="tap" cx="{tap:g}" cy="{y:g}" r="3" fill="#1b1b1b"/>'


def _pull_up(x: float, y: float, _sign: int) -> Drawn:
    yield f'<path class="line" d="M{x:g} {y:g}v-4M{x:g} {y - 16:g}v-3m-6 0h12"/>'
    yield rect(x - 4, y - 16, 8, 12, 'class="symbol"')
    yield f'<circle cx="{x:g}" cy="{y:g}" r="3" fill="#1b1b1b"/>'
    yield text(x + 9, y - 11, "3V3", "small")


def _isolator(x: float, y: float, sign: int) -> Drawn:
    """24 V on the side of the part, 3.3 V on that of the Pi."""
    yield rect(x - 34, y - 11, 68, 22, 'class="symbol" rx="3"')
    yield f'<path class="line" stroke-dasharray="3 2" d="M{x:g} {y - 11:g}v22"/>'
    yield text(x + sign * 18, y + 4, "24 V", "small middle")
    yield text(x - sign * 18, y + 4, "3.3 V", "small middle")


SYMBOLS: dict[str, Callable[[float, float, int], Drawn]] = {
    "isolator board": _isolator,
    "voltage divider": _divider,
    "pull-up resistor": _pull_up,
    "resistor or filter": _resistor,
}

_MARKS = {
    name: re.compile(mark)
    for name, mark in {
        "voltage divider": "divider",
        "pull-up resistor": r"\d.*to 3(v|\.)3|pull-up",
        "isolator board": "isolator|opto",
        "resistor or filter": r"^(\d[\d.,]* ?k?(ohm|ilo)|filter|resistor|fuse)",
    }.items()
}
"""How a symbol is known in the catalogue's words, in small letters; the first that fits is drawn."""
