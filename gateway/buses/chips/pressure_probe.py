"""A pressure probe on a current loop of 4 to 20 mA: the current through a resistor, read by an ADS1115."""

from gateway.buses.chips.ads1115 import read_volts
from gateway.buses.i2c import I2c
from gateway.sensors.part import PartFault

FULL_SCALE_V = 4.096
BROKEN_MA = 3.6
SHORT_MA = 21.0
"""Outside these a transmitter or its cable has failed (NAMUR NE 43)."""


def read_loop_ma(i2c: I2c, address: int, channel: int, shunt_ohm: float) -> float:
    """The current of the loop now.

    Arguments:
        i2c, address, channel: of the converter's input across the resistor.
        shunt_ohm: the resistor; at most 150 ohm, so that 21 mA stay below 3.3 V.

    Returns:
        mA.

    Raises:
        PartFault: the converter fails, the loop is open, or it is short.
    """
    current_ma = read_volts(i2c, address, channel, FULL_SCALE_V) / shunt_ohm * 1_000
    if current_ma < BROKEN_MA:
        raise PartFault(
            f"The loop of the pressure probe carries {current_ma:.2f} mA, less than {BROKEN_MA} mA: its cable is "
            "broken or its supply is off. Look at the 24 V, at the terminals, and at the polarity."
        )
    if current_ma > SHORT_MA:
        raise PartFault(
            f"The loop of the pressure probe carries {current_ma:.2f} mA, more than {SHORT_MA} mA: its cable is short "
            "or the probe is broken. Look for water in the junction box."
        )
    return current_ma


def level_mm(current_ma: float, range_mm: float) -> float:
    """Height of the water above the probe, mm; 4 mA is none, 20 mA is the probe's whole range.

    Arguments:
        current_ma: of the loop.
        range_mm: the height that gives 20 mA.
    """
    return (current_ma - 4) / 16 * range_mm
