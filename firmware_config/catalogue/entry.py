"""What the catalogue says of a kind: pins, buses, electrical behaviour, quantities, limits, calibration, wiring."""

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from firmware_config.catalogue.items import Constant, Item, Measure
from sensorhub.names import is_id

Strand = Literal["transport", "infrastructure", "public-services", "economy", "social-care"]
STRANDS: tuple[Strand, ...] = ("transport", "infrastructure", "public-services", "economy", "social-care")

Signal = Literal["dry-contact", "opto-24v", "s0-pulse", "open-collector", "logic-3v3", "logic-5v"]
"""What reaches a pin: a contact without voltage; 24 V of a detector card through an isolator board; an S0 meter's
pulse with an external pull-up; an open collector; logic of 3.3 V; logic of 5 V through a divider."""

BusType = Literal["i2c", "spi", "uart", "1-wire", "rs-485", "file"]
_STARTS: dict[BusType, tuple[str, ...]] = {
    "i2c": ("i2c-",),
    "spi": ("spi-",),
    "1-wire": ("1-wire",),
    "uart": ("uart-", "/dev/"),
    "rs-485": ("/dev/", "uart-"),
    "file": (),
}
"""How the names of a type's buses begin."""


def _is_kind(text: str) -> str:
    if not is_id(text):
        raise ValueError(f"{text!r} is no name for a kind: use lower-case letters, digits and hyphens")
    return text


class Input(Item):
    """One pin of a kind.

    Arguments:
        name: in `pins` of a sensor, as in `upstream`.
        what: what is connected, for the wiring picture.
        direction: `in`, or `out` for a trigger.
        pull: the resistor that holds the pin while nothing drives it; `external` where the board's own is too weak.
        signals: what may be connected, the usual first.
        active: level of the pin while it detects; a contact to ground is active low.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    what: str
    direction: Literal["in", "out"] = "in"
    pull: Literal["up", "down", "external", "none"] = "up"
    signals: tuple[Signal, ...] = Field(default=("dry-contact",), min_length=1)
    active: Literal["low", "high"] = "low"

    def low_when_active(self, sensor: Literal["closed", "open"]) -> bool:
        """Whether the pin of a sensor that is active closed, or open, is low while it detects."""
        return (self.active == "low") == (sensor == "closed")


class Bus(Item):
    """The bus a kind is read over.

    Arguments:
        type: of the bus.
        part: what is read over it, in a word, where the kind can be on several.
        addresses: those the part can be set to, the usual first (I2C: 7 bits; RS-485: Modbus unit).
        also_at: addresses of its further chips, which cannot be set.
        strap: terminal of the part that sets its address, and `strapped`: where it goes for each of `addresses`.
        channels: names of the inputs of a converter that the part needs, as in `working`, `auxiliary`.
        terminals: of the converter's inputs, in the order of their channels, as its print or data sheet calls them.
        baud: of a UART or RS-485.
        warnings: as of the kind, of what is read over this bus alone.
    """

    type: BusType
    part: str = ""
    addresses: tuple[int, ...] = ()
    also_at: tuple[int, ...] = ()
    strap: str = ""
    strapped: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    terminals: tuple[str, ...] = ()
    baud: int | None = None
    warnings: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if len(self.strapped) != (len(self.addresses) if self.strap else 0):
            raise ValueError("strapped has one terminal for each of addresses, where there is a strap")
        if bool(self.channels) != bool(self.terminals):
            raise ValueError("channels and terminals belong to a converter, and go together")
        return self


class Wire(Item):
    """One wire of the wiring picture.

    Arguments:
        end: where it goes on the Pi: the name of an input, or `3V3`, `5V`, `GND`, `SDA`, `SCL`, `TX`, `RX`, `MOSI`,
            `MISO`, `SCLK`, `CE0`, `1-WIRE`, `USB`.
        to: terminal of the part.
        colour: of the wire, in words.
        part: what sits in it, as in "330/470 ohm divider"; empty: nothing.
        bus: the bus it belongs to, where the kind can be on several.
        to_open: terminal of the part where the sensor is active open; empty: the same.
    """

    end: str
    to: str
    colour: str
    part: str = ""
    bus: BusType | None = None
    to_open: str = ""


class Link(Item):
    """One wire of the wiring picture that does not reach the Pi: between the terminals of a sensor's parts.

    `{name}` in a text stands for the terminal of the converter that the input of this name goes to, or for the value of
    the constant of this name.

    Arguments:
        start, to: its two terminals.
        colour, part, bus: as of `Wire`.
    """

    start: str
    to: str
    colour: str
    part: str = ""
    bus: BusType | None = None

    @property
    def names(self) -> frozenset[str]:
        """The names that its texts hold."""
        texts = (self.start, self.to, self.part)
        return frozenset(name for text in texts for _, name, _, _ in Formatter().parse(text) if name)

    def told(self, values: Mapping[str, str]) -> Self:
        """The same with values in the place of their names."""
        texts = {"start": self.start, "to": self.to, "part": self.part}
        return self.model_copy(update={key: text.format_map(values) for key, text in texts.items()})


class Entry(Item):
    """One kind.

    Arguments:
        kind: its name; of the file, of the module in `gateway/sensors/`, of the simulator part.
        title: what it is, in a few words.
        what_for: a sentence.
        strand: who owns it; `shown_to`: other strands that may show it.
        every_gateway: whether each gateway has one without being told.
        reads: `edges` (counted contacts), `level` (a held contact, told as it changes), `samples` (read over a bus).
        journalled: whether edges go into the journal; social care keeps them in memory.
        inputs, buses, wires, links: how it is connected; where there are several buses, a sensor is on one of them.
        measures: its quantities.
        constants: its calibration.
        indicative: whether its readings are `indicative` always.
        period_s: usual length of an interval (of `level` kinds: the heartbeat).
        period_min_s: shortest interval that is taken; people are not to be told one by one.
        sample_s: of `samples`: usual time between two reads; `sample_s_max`: the longest that makes sense.
        debounce_ms: of contacts: how long they must be still; `debounce_ms_max`: longer ones lose what is counted.
        break_reads: what a cut cable looks like: `active` where wiring allows it, as `broken_cable` says how.
        stuck_active_min, stuck_inactive_h: after how long a counted contact is stuck; None: never. A held contact never
            is: how long a door stands open is its message.
        look_at: what to look at where its contacts are stuck or chatter, after "Look at".
        rate_max_hz: closures a second of all its contacts that are more than it can see; None: no limit.
        frozen_h: after how long with the very same values the reads of a part count as frozen; None: never.
        current_ma: taken from the 3.3 V pin; `current_5v_ma`: from the 5 V pin.
        warnings: on power and level shifting, a sentence each.
        indoors: whether it must not be put outdoors.
        reference: data sheet or source.
    """

    kind: Annotated[str, AfterValidator(_is_kind)]
    title: str
    what_for: str
    strand: Strand
    shown_to: tuple[Strand, ...] = ()
    every_gateway: bool = False
    reads: Literal["edges", "level", "samples"]
    journalled: bool = True
    inputs: tuple[Input, ...] = ()
    buses: tuple[Bus, ...] = ()
    wires: tuple[Wire, ...] = ()
    links: tuple[Link, ...] = ()
    measures: tuple[Measure, ...] = Field(min_length=1)
    constants: tuple[Constant, ...] = ()
    indicative: bool = False
    period_s: int = Field(ge=1, le=86_400)
    period_min_s: int = Field(default=1, ge=1, le=86_400)
    sample_s: float | None = Field(default=None, gt=0, le=86_400)
    sample_s_max: float | None = Field(default=None, gt=0, le=86_400)
    debounce_ms: int = Field(default=20, ge=0, le=10_000)
    debounce_ms_max: int | None = Field(default=None, ge=0, le=10_000)
    break_reads: Literal["active", "inactive", "fault"] = "fault"
    broken_cable: str = ""
    stuck_active_min: float | None = Field(default=None, gt=0)
    stuck_inactive_h: float | None = Field(default=None, gt=0)
    look_at: str = "the contact and its cable"
    rate_max_hz: float | None = Field(default=None, gt=0)
    frozen_h: float | None = Field(default=None, gt=0)
    current_ma: float = Field(default=0.0, ge=0)
    current_5v_ma: float = Field(default=0.0, ge=0)
    warnings: tuple[str, ...] = ()
    indoors: bool = False
    reference: str

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.reads == "samples") != (self.sample_s is not None):
            raise ValueError("sample_s belongs to a kind that reads samples, and to no other")
        if self.reads != "samples" and not self.inputs:
            raise ValueError("a kind that reads edges or a level needs inputs")
        if self.reads != "edges" and (self.stuck_active_min is not None or self.stuck_inactive_h is not None):
            raise ValueError("stuck_active_min and stuck_inactive_h belong to a kind that reads edges")
        if unknown := sorted(self._unknown_names()):
            raise ValueError(f"links name {', '.join(unknown)}, which is neither a channel nor a constant")
        if len(self.choices) > 1 and not all(bus.part for bus in self.buses):
            raise ValueError("where there are several buses, each says which part is read over it")
        if sum(measure.shown for measure in self.measures) not in (1, 2, 3):
            raise ValueError("one to three measures must be shown")
        return self

    def _unknown_names(self) -> Iterator[str]:
        known = {each.name for each in self.constants}
        for link in self.links:
            channels = (bus.channels for bus in self.buses if link.bus in (None, bus.type))
            yield from link.names - known.union(*channels)

    @property
    def choices(self) -> tuple[Bus, ...]:
        """The buses that a sensor names one of; none where the gateway itself is what is read."""
        return tuple(bus for bus in self.buses if bus.type != "file")

    @property
    def quantities(self) -> tuple[str, ...]:
        """Names of all its quantities."""
        return tuple(measure.quantity for measure in self.measures)

    @property
    def shown(self) -> tuple[str, ...]:
        """Those that a row shows."""
        return tuple(measure.quantity for measure in self.measures if measure.shown)

    @property
    def one(self) -> str:
        """One of it, in a sentence: `a loop`, `an anemometer`."""
        return f"{'an' if self.kind[0] in 'aeiou' else 'a'} {self.kind}"

    @property
    def module(self) -> str:
        """The last part of the name of its modules."""
        return self.kind.replace("-", "_")

    def cautions(self, *buses: Bus) -> tuple[str, ...]:
        """Its warnings and those of the buses, which are named where they are several."""
        named = {bus: f"{bus.part.capitalize()} on {bus.type}: " if len(buses) > 1 else "" for bus in buses}
        own = (f"{name}{sentence}" for bus, name in named.items() for sentence in bus.warnings)
        return (*self.warnings, *own)

    def bus_for(self, name: str) -> Bus | None:
        """The one of its buses that a bus of this name can be, as `i2c-1`; None where it can be none."""
        return next((bus for bus in self.buses if name.startswith(_STARTS[bus.type])), None)

    @property
    def is_care(self) -> bool:
        """Whether its data is personal."""
        return self.strand == "social-care"
