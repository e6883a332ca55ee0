"""Pins: whether buses want them, and whether the resistors on the board suit what is connected."""

from collections.abc import Iterator

from firmware_config.boards import Interface
from firmware_config.checks.finding import Finding
from firmware_config.clashes import free_pins, pin_places
from firmware_config.draft import GatewayDraft
from firmware_config.header import FIXED_PULL_UP_PINS

_NEEDS = {"down": "a pull-down", "external": "a pull-up of its own", "none": "no pull-up"}


def buses_of(gateway: GatewayDraft) -> list[Interface]:
    """The interfaces of the board that are switched on, or that a sensor is on."""
    board = gateway.board
    if board is None:
        return []
    named = [found for name in gateway.says.interfaces if (found := board.interface(name)) is not None]
    for sensor in gateway.says.sensors:
        if sensor.bus is not None and not any(each.serves(sensor.bus) for each in named):
            named += [each for each in board.interfaces if each.serves(sensor.bus)][:1]
    return named


def pins_of_buses(gateway: GatewayDraft) -> frozenset[int]:
    """The pins that these need."""
    return frozenset(pin for each in buses_of(gateway) for pin in each.pins.values())


def buses_have_their_pins(gateway: GatewayDraft) -> Iterator[Finding]:
    """No sensor sits on a pin that a bus needs."""
    needed = {
        pin: f"{end} of {each.name}" if end.lower() != each.name else each.name
        for each in reversed(buses_of(gateway))
        for end, pin in each.pins.items()
    }
    free = free_pins(gateway.says.sensors, frozenset(needed))
    for at, sensor in enumerate(gateway.says.sensors):
        for _, pin, place in pin_places(sensor):
            if pin in needed:
                yield gateway.finding(("sensors", at, *place), f"GPIO {pin} is {needed[pin]}", free)


def fixed_pull_ups_suit(gateway: GatewayDraft) -> Iterator[Finding]:
    """GPIO 2 and 3 are pulled up on the board, for I2C: a contact to ground works there, all else does not."""
    taken = pins_of_buses(gateway)
    free = free_pins(gateway.says.sensors, taken.union(FIXED_PULL_UP_PINS))
    for at, sensor in enumerate(gateway.says.sensors):
        inputs = {each.name: each for each in sensor.entry.inputs}
        for name, pin, place in pin_places(sensor):
            if pin not in FIXED_PULL_UP_PINS:
                continue
            if inputs[name].pull == "up" and pin not in taken:
                wrong = f"the resistor of GPIO {pin} sends 1.8 mA through the contact, and I2C can never be switched on"
                yield gateway.finding(("sensors", at, *place), wrong, f"leave it if both are well, or {free}", "note")
            elif inputs[name].pull != "up":
                what, needs = inputs[name].what, _NEEDS[inputs[name].pull]
                wrong = f"GPIO {pin} has a pull-up of 1.8 kilo-ohm on the board, and the {what} needs {needs}"
                yield gateway.finding(("sensors", at, *place), wrong, free)
