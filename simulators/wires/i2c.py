"""A simulated I2C bus: takes the messages of smbus2, and chips answer them."""

import ctypes
from abc import ABC, abstractmethod
from typing import Any

READ = 0x0001
"""Flag of a message that reads (linux/i2c.h, I2C_M_RD)."""

REMOTE_IO = 121
"""What Linux tells where nothing acknowledged (EREMOTEIO); not every system that simulates has a name for it."""


def not_acknowledged() -> OSError:
    """The error of a transfer that nothing acknowledged."""
    return OSError(REMOTE_IO, "Remote I/O error")


def bus_number(bus: str | None) -> int:
    """The number of a bus as a sensor names it: 1 of `i2c-1`."""
    assert bus is not None
    return int(bus.removeprefix("i2c-"))


class Chip(ABC):
    """A chip on an I2C bus. Where it does not acknowledge, it raises `not_acknowledged()`."""

    @abstractmethod
    def write(self, data: bytes) -> None:
        """It is written to."""

    @abstractmethod
    def read(self, length: int) -> bytes:
        """It is read; what it does not drive of `length` bytes reads as 0xFF, and what it has beyond is not fetched."""


class FakeI2c:
    """One bus.

    Arguments:
        number: of the bus: 1 is `i2c-1`.
    """

    def __init__(self, number: int = 1) -> None:
        self.number = number
        self.chips: dict[int, Chip] = {}
        """By address."""

    def attach(self, address: int, chip: Chip) -> None:
        """Wire a chip to the bus.

        Raises:
            ValueError: another has this address.
        """
        if address in self.chips:
            raise ValueError(f"two chips at 0x{address:02x} on i2c-{self.number}")
        self.chips[address] = chip

    def i2c_rdwr(self, *messages: Any) -> None:
        """Do all messages, `i2c_msg` of smbus2, as one transfer."""
        for message in messages:
            chip = self.chips.get(message.addr)
            if chip is None:
                raise not_acknowledged()
            if message.flags & READ:
                # Nobody holds the line low where the chip does not: the pull-ups make ones of it.
                answer = chip.read(message.len).ljust(message.len, b"\xff")
                ctypes.memmove(message.buf, answer, message.len)
            else:
                chip.write(bytes(message))

    def close(self) -> None:
        """Chips stay wired when a gateway lets go of the bus."""
