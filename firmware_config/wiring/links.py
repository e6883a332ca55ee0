"""The wires of a sensor that do not reach the Pi: between its parts, and the jumper that sets its address."""

from collections.abc import Iterator
from dataclasses import dataclass

from firmware_config.sensor import SensorConfig

JUMPER = "jumper"
"""The colour, so to speak, of a bridge between two terminals of one part."""


@dataclass(frozen=True, slots=True)
class Linked:
    """One of them.

    Arguments:
        sensor: id of the sensor.
        start, to: its two terminals.
        colour: of the wire, in words.
        part: what sits in it, or what it does; empty: nothing.
    """

    sensor: str
    start: str
    to: str
    colour: str
    part: str

    def __str__(self) -> str:
        """As a line of text."""
        return f"{self.start} to {self.to}, {self.colour}"


def links(sensor: SensorConfig) -> Iterator[Linked]:
    """All of a sensor, with the channels, constants and address of its file."""
    bus = sensor.wired
    terminals = bus.terminals if bus is not None else ()
    values = {name: f"{value:g}" for name, value in sensor.constants.items()}
    values |= {name: terminals[channel] for name, channel in sensor.channels.items()}
    for each in sensor.entry.links:
        if each.bus in (None, bus.type if bus is not None else None):
            told = each.told(values)
            yield Linked(sensor.id, told.start, told.to, told.colour, told.part)
    if bus is not None and bus.strap:
        to = bus.strapped[bus.addresses.index(sensor.unit)]
        yield Linked(sensor.id, bus.strap, to, JUMPER, f"sets the address {hex(sensor.unit)}")
