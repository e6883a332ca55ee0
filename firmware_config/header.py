"""The 40-pin header of a Raspberry Pi: which pins a sensor may be connected to."""

USABLE_PINS = tuple(range(2, 28))
"""BCM numbers of the pins for general use; 0 and 1 belong to the EEPROM of an add-on board."""

FIXED_PULL_UP_PINS = (2, 3)
"""Pins with a pull-up on the board that cannot be switched off: the I2C bus, taken last for contacts."""

CONTACT_PINS = tuple(pin for pin in USABLE_PINS if pin not in FIXED_PULL_UP_PINS) + FIXED_PULL_UP_PINS
"""The pins in the order in which contacts are given to them."""
