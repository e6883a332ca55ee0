"""The converter ADS1115: four voltages against ground, 16 bits, one conversion a read.

Source: Texas Instruments SBAS444, sections 8.1 and 9.3 to 9.5.
"""

import time

from gateway.buses.i2c import I2c, transfer, transfer_twice
from gateway.sensors.part import PartFault

CONVERSION = 0
CONFIG = 1

GAINS = {6.144: 0, 4.096: 1, 2.048: 2, 1.024: 3, 0.512: 4, 0.256: 5}
"""Code of the amplifier by full scale, V. No input may be above VDD (3.3 V) whatever the full scale."""

BEGIN = 0x8000
"""Written: begin one conversion. Read: none is under way."""

ONCE = 0x0100
RATE_128 = 0x0080
"""128 a second: 7.8 ms each."""

NO_COMPARATOR = 0x0003

WAIT_S = 0.002
TRIES = 10
"""20 ms in all: twice what a conversion takes."""


def read_volts(bus: I2c, address: int, channel: int, full_scale_v: float) -> float:
    """Convert one input against ground now; takes some 8 ms.

    Arguments:
        bus, address: of the converter.
        channel: 0 to 3.
        full_scale_v: one of `GAINS`, V.

    Returns:
        V, in steps of full scale / 32768.

    Raises:
        PartFault: no answer, one that is not of this conversion, or an input above full scale.
    """
    where = f"the ADS1115 at 0x{address:02x} on i2c-{bus.number}"
    config = BEGIN | (4 + channel) << 12 | GAINS[full_scale_v] << 9 | ONCE | RATE_128 | NO_COMPARATOR
    transfer(bus, address, bytes([CONFIG]) + config.to_bytes(2, "big"))
    _await(bus, address, config, where)
    counts = int.from_bytes(transfer_twice(bus, address, bytes([CONVERSION]), 2), "big", signed=True)
    if counts == 0x7FFF:
        raise PartFault(f"Channel {channel} of {where} is above {full_scale_v} V: look at what is wired to it.")
    return counts * full_scale_v / 0x8000


def _await(bus: I2c, address: int, config: int, where: str) -> None:
    """Wait for the conversion that `config` began."""
    for turn in range(TRIES):
        told = int.from_bytes(transfer(bus, address, bytes([CONFIG]), 2), "big")
        if told == config:
            return
        if told | BEGIN != config:
            raise PartFault(
                f"What answers as {where} does not hold its settings (0x{told:04x}, not 0x{config:04x}): look at its "
                "3.3 V, and whether another part has the same address."
            )
        if turn < TRIES - 1:
            time.sleep(WAIT_S)
    raise PartFault(f"A conversion of {where} does not end: look at its 3.3 V.")
