"""The 40-pin header that every board here has: what each pin carries, and which a sensor may be connected to."""

HEADER: tuple[str | int, ...] = (
    *("3V3", "5V"),
    *(2, "5V"),
    *(3, "GND"),
    *(4, 14),
    *("GND", 15),
    *(17, 18),
    *(27, "GND"),
    *(22, 23),
    *("3V3", 24),
    *(10, "GND"),
    *(9, 25),
    *(11, 8),
    *("GND", 7),
    *(0, 1),
    *(5, "GND"),
    *(6, 12),
    *(13, "GND"),
    *(19, 16),
    *(26, 20),
    *("GND", 21),
)
"""What the physical pins 1 to 40 carry: the BCM number of a GPIO, or power. Odd pins are on the inner side."""

RESERVED_PINS = (0, 1)
"""BCM numbers of the pins that belong to the EEPROM of an add-on board."""

USABLE_PINS = tuple(range(2, 28))
"""BCM numbers of the pins for general use."""

FIXED_PULL_UP_PINS = (2, 3)
"""Pins with a pull-up of 1.8 kilo-ohm on the board that cannot be switched off: taken last for contacts."""

CONTACT_PINS = tuple(pin for pin in USABLE_PINS if pin not in FIXED_PULL_UP_PINS) + FIXED_PULL_UP_PINS
"""The pins in the order in which contacts are given to them."""

PHYSICAL = {carries: at for at, carries in enumerate(HEADER, 1) if isinstance(carries, int)}
"""Physical pin of each BCM number."""


def power_pins(carries: str) -> tuple[int, ...]:
    """The physical pins that carry `3V3`, `5V` or `GND`."""
    return tuple(at for at, found in enumerate(HEADER, 1) if found == carries)
