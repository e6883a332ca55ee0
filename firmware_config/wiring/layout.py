"""Where everything of the wiring picture goes: header in the middle, parts on both sides, wires in channels between.

A part stands on the side of most of its pins, at their height. Every pin has a channel of its own on each side where
it is needed: the wire leaves the pin to its channel, runs up or down in it, and leaves it to the part. Channels are
ordered so that wires of one direction never cross. All lengths are px of the picture.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from firmware_config.gateway import GatewayFile
from firmware_config.sensor import SensorConfig
from firmware_config.wiring.connections import POWER, USB, Connection
from firmware_config.wiring.links import Linked, links

PITCH = 36.0
"""Between two rows of the header; two wires that cross it pass between them."""

PIN_RADIUS = 11.0
PILL_WIDTH = 106.0
COLUMN = 15.0
"""From the middle of the header to its pins."""

BOX_WIDTH = 350.0
PARTS_ZONE = 132.0
"""Before a part, for what sits in its wires."""

CHANNEL = 11.0
BOX_GAP = 22.0
HEAD_LINE = 17.0
ROW = 25.0
PART_LINE = 14.0
TEXT_CHARS = 50
NAME_CHARS = 28
END_CHARS = 18
"""Characters that fit into a part's box: of small text, of a terminal's name, and of one where two stand in a row."""

SIDE_SHARE_MAX = 0.55
"""Of the height of all parts; more would make the picture long, so parts cross over."""

HEADER_ROWS = 20
Side = Literal["left", "right"]
Key = tuple[int | None, str, str]
"""A pin of the header, or an adapter's device and the terminal's name."""

SIGN: dict[Side, int] = {"left": -1, "right": 1}


@dataclass
class Terminal:
    """One terminal of a part: its wire, and its height."""

    wire: Connection
    y: float = 0.0

    @property
    def names(self) -> list[str]:
        """What it is called, line by line."""
        return textwrap.wrap(self.wire.to, NAME_CHARS)

    @property
    def notes(self) -> list[str]:
        """What sits in its wire, line by line."""
        return textwrap.wrap(self.wire.part, TEXT_CHARS)

    @property
    def height(self) -> float:
        """What its row takes."""
        return ROW + PART_LINE * (len(self.names) - 1 + len(self.notes))


@dataclass
class Inside:
    """One wire inside a part's box, and its height there."""

    wire: Linked
    y: float = 0.0

    @property
    def ends(self) -> tuple[list[str], list[str]]:
        """What its two terminals are called, line by line."""
        return textwrap.wrap(self.wire.start, END_CHARS), textwrap.wrap(self.wire.to, END_CHARS)

    @property
    def notes(self) -> list[str]:
        """Its colour, and what sits in it, line by line."""
        return textwrap.wrap(", ".join(filter(None, (self.wire.colour, self.wire.part))), TEXT_CHARS)

    @property
    def height(self) -> float:
        """What its row takes."""
        return ROW + PART_LINE * (max(map(len, self.ends)) - 1 + len(self.notes))


@dataclass
class Box:
    """One part: its head, its terminals, and the wires that stay inside."""

    sensor: SensorConfig
    head: tuple[str, ...]
    terminals: list[Terminal]
    inside: list[Inside]
    side: Side = "left"
    y: float = 0.0

    @property
    def parting_y(self) -> float:
        """Where the wires that stay inside begin."""
        return self.y + 12 + HEAD_LINE * len(self.head) + sum(each.height for each in self.terminals)

    @property
    def height(self) -> float:
        """From top to bottom."""
        inside = HEAD_LINE + sum(each.height for each in self.inside) if self.inside else 0.0
        return self.parting_y - self.y + inside

    def stand(self, y: float) -> None:
        """Put it there, and all that is in it."""
        self.y = y
        row = y + 12 + HEAD_LINE * len(self.head)
        for terminal in self.terminals:
            terminal.y = row + ROW / 2
            row += terminal.height
        row += HEAD_LINE
        for each in self.inside:
            each.y = row + ROW / 2
            row += each.height


@dataclass
class Pad:
    """Where wires end at the Pi: a pin of the header, or a terminal of a USB adapter below it."""

    key: Key
    x: float
    y: float

    @property
    def side(self) -> Side:
        """Its column."""
        return "left" if self.x < 0 else "right"


@dataclass
class Net:
    """All wires of one pad to one side, and the channel they run in."""

    pad: Pad
    side: Side
    terminals: list[Terminal]
    x: float = 0.0


@dataclass
class Layout:
    """The picture without its title and notes; x is 0 in the middle of the header, y is 0 at its first row."""

    pads: list[Pad]
    boxes: list[Box]
    nets: list[Net] = field(default_factory=list)
    half_width: float = 0.0
    top: float = 0.0
    bottom: float = 0.0

    @property
    def inner(self) -> float:
        """How far from the middle parts begin."""
        return self.half_width - BOX_WIDTH


def lay_out(gateway: GatewayFile, wires: Sequence[Connection]) -> Layout:
    """Find a place for everything."""
    pads = [Pad((pin, "", ""), COLUMN * (1 if pin % 2 == 0 else -1), PITCH * ((pin - 1) // 2)) for pin in range(1, 41)]
    boxes = [_box(sensor, [wire for wire in wires if wire.sensor == sensor.id]) for sensor in gateway.sensors]
    boxes = [box for box in boxes if box.terminals]
    _take_sides(boxes)
    for key, side in _adapters(boxes).items():
        below = 1 if pads[-1].key[1:2] == key[1:2] else 2  # room for the name of its adapter
        pads.append(Pad(key, COLUMN * SIGN[side], pads[-1].y + PITCH * below))
    by_key = {pad.key: pad for pad in pads}
    for side in SIGN:
        _stack([box for box in boxes if box.side == side], by_key)
    found = Layout(pads, boxes)
    for side in SIGN:
        found.nets += _nets([box for box in boxes if box.side == side], side, by_key)
    channels = max((sum(net.side == side for net in found.nets) for side in SIGN), default=0)
    found.half_width = edge_of_channels() + CHANNEL * (channels + 1) + PARTS_ZONE + BOX_WIDTH
    found.top = min([-PITCH, *(box.y for box in boxes)])
    last = max(pad.y for pad in pads)
    found.bottom = max([last + PITCH, *(box.y + box.height for box in boxes)])
    return found


def edge_of_channels() -> float:
    """How far from the middle the channels begin: beyond the labels of the pins."""
    return COLUMN + PIN_RADIUS + PILL_WIDTH + 12


def key_of(wire: Connection) -> Key:
    """The pad at which a wire ends."""
    if wire.pin is not None:
        return wire.pin, "", ""
    return None, wire.carries, wire.to if wire.end == USB else wire.end


def _adapters(boxes: Sequence[Box]) -> dict[Key, Side]:
    """The terminals of USB adapters, adapter by adapter, each on the side of the first part that has it."""
    found: dict[Key, Side] = {}
    for box in boxes:
        for wire in _wires(box):
            if wire.pin is None:
                found.setdefault(key_of(wire), box.side)
    return dict(sorted(found.items(), key=lambda each: each[0][1]))


def _wires(box: Box) -> list[Connection]:
    return [terminal.wire for terminal in box.terminals]


def _box(sensor: SensorConfig, wires: Sequence[Connection]) -> Box:
    known = sensor.entry
    where = [sensor.bus or ""]
    if sensor.wired is not None and sensor.unit:
        where.append(f"unit {sensor.unit}" if sensor.wired.type == "rs-485" else f"address {hex(sensor.unit)}")
    where += [f"{name} on channel {channel}" for name, channel in sensor.channels.items()]
    where += [sensor.device or "", f"serial {sensor.serial}" if sensor.serial else ""]
    what = f"{known.title}: {sensor.title}" if sensor.title not in ("", known.title) else known.title
    told = [what, ", ".join(filter(None, where))]
    head = (sensor.id, *(line for text in told if text for line in textwrap.wrap(text, TEXT_CHARS)))
    ordered = sorted(wires, key=lambda wire: (wire.pin is None, wire.pin or 0))
    return Box(sensor, head, [Terminal(wire) for wire in ordered], [Inside(each) for each in links(sensor)])


def _take_sides(boxes: Sequence[Box]) -> None:
    """Each part on the side of most of its signals, the surest first, until that side is full."""
    heights: dict[Side, float] = {"left": 0.0, "right": 0.0}
    full = SIDE_SHARE_MAX * sum(box.height for box in boxes)
    for box in sorted(boxes, key=lambda each: -abs(_leaning(each))):
        lean = _leaning(box)
        less_full: Side = "left" if heights["left"] <= heights["right"] else "right"
        wanted: Side = less_full if lean == 0 else "right" if lean > 0 else "left"
        box.side = wanted if heights[wanted] + box.height <= full else less_full
        heights[box.side] += box.height


def _leaning(box: Box) -> int:
    """How many more signals it has on even pins, to the right, than on odd ones."""
    signals = [wire.pin for wire in _wires(box) if wire.pin is not None and wire.carries not in POWER]
    return sum(1 if pin % 2 == 0 else -1 for pin in signals)


def _stack(boxes: list[Box], pads: dict[Key, Pad]) -> None:
    """Stand parts below each other, in the order of their signals' pins, around the middle of the header."""

    def height(box: Box) -> float:
        signals = [wire for wire in _wires(box) if wire.carries not in POWER] or _wires(box)
        return sum(pads[key_of(wire)].y for wire in signals) / len(signals)

    boxes.sort(key=height)
    total = sum(box.height + BOX_GAP for box in boxes) - BOX_GAP
    y = max(-PITCH, PITCH * (HEADER_ROWS - 1) / 2 - total / 2)
    for box in boxes:
        box.stand(y)
        y += box.height + BOX_GAP


def _nets(boxes: Sequence[Box], side: Side, pads: dict[Key, Pad]) -> list[Net]:
    terminals: dict[Key, list[Terminal]] = {}
    for box in boxes:
        for terminal in box.terminals:
            terminals.setdefault(key_of(terminal.wire), []).append(terminal)
    nets = [Net(pads[key], side, found) for key, found in terminals.items()]
    up = sorted((net for net in nets if _mean(net) <= net.pad.y), key=lambda net: net.pad.y)
    down = sorted((net for net in nets if _mean(net) > net.pad.y), key=lambda net: -net.pad.y)
    for at, net in enumerate((*up, *down)):
        net.x = SIGN[side] * (edge_of_channels() + CHANNEL * (at + 1))
    return nets


def _mean(net: Net) -> float:
    return sum(terminal.y for terminal in net.terminals) / len(net.terminals)
