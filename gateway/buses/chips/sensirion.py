"""Commands of Sensirion's I2C parts: a command of 16 bits, then words with a CRC each.

Source: data sheets of the SHT3x-DIS (4.3, 4.12) and the SCD4x (3.3, 3.11).
"""

import time

from gateway.buses.crc8 import crc8
from gateway.buses.i2c import I2c, NotAcknowledged, transfer
from gateway.sensors.part import PartFault

WAIT_S = 0.002
"""Between two tries to read an answer: a part that is still measuring does not acknowledge."""

TRIES = 25
"""50 ms in all: three times what the slowest measurement takes."""


def send(bus: I2c, address: int, command: int) -> None:
    """Send a command.

    Raises:
        NotAcknowledged, PartFault: nothing is there, or the part does not take it now.
    """
    transfer(bus, address, command.to_bytes(2, "big"))


def ask(bus: I2c, address: int, command: int, words: int) -> tuple[int, ...]:
    """Send a command, and read its answer once there is one.

    Arguments:
        bus, address: of the part.
        command: 16 bits.
        words: how many words of 16 bits it answers.

    Raises:
        NotAcknowledged, PartFault: no answer, or one whose CRC is wrong.
    """
    send(bus, address, command)
    answer = _answer(bus, address, 3 * words)
    parts = [answer[at : at + 3] for at in range(0, len(answer), 3)]
    if any(crc8(part[:2]) != part[2] for part in parts):
        raise PartFault(
            f"The answer of 0x{address:02x} on i2c-{bus.number} has a wrong CRC ({answer.hex(' ')}): something "
            "disturbs the bus. Look at its cable (under 1 m), at its ground, and at the pull-ups."
        )
    return tuple(int.from_bytes(part[:2], "big") for part in parts)


def _answer(bus: I2c, address: int, length: int) -> bytes:
    for _ in range(TRIES - 1):
        try:
            return transfer(bus, address, b"", length)
        except NotAcknowledged:
            time.sleep(WAIT_S)
    return transfer(bus, address, b"", length)
