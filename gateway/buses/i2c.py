"""The I2C bus of a gateway, through smbus2, and transfers whose faults a person at the cabinet can act on."""

from errno import ETIMEDOUT
from typing import TYPE_CHECKING, Protocol

from gateway.sensors.part import PartFault

if TYPE_CHECKING:
    from smbus2 import i2c_msg


class I2c(Protocol):
    """An I2C bus. Called in the one worker thread; a transfer has ended when the call returns."""

    number: int
    """Of the bus: 1 is `i2c-1`."""

    def i2c_rdwr(self, *messages: "i2c_msg") -> None:
        """Do all messages as one transfer; what was read is in them afterwards.

        Raises:
            OSError: nothing acknowledged, or the bus hangs.
        """

    def close(self) -> None:
        """Give the bus back; may be called twice."""


class NotAcknowledged(PartFault):
    """Nothing acknowledged at an address: no part is there, or it is not ready for what it was asked."""


class LinuxI2c:
    """A bus of this machine, `/dev/i2c-NUMBER`.

    Raises:
        OSError: it is not there, or not for this user.
    """

    def __init__(self, number: int) -> None:
        from smbus2 import SMBus

        self.number = number
        self._bus = SMBus(number)

    def i2c_rdwr(self, *messages: "i2c_msg") -> None:
        self._bus.i2c_rdwr(*messages)

    def close(self) -> None:
        self._bus.close()


def open_i2c(number: int) -> I2c:
    """Open a bus of this machine.

    Raises:
        PartFault: it is not there, or not for this user.
    """
    try:
        return LinuxI2c(number)
    except FileNotFoundError:
        raise PartFault(
            f"There is no I2C bus {number} (/dev/i2c-{number}): switch it on with sudo raspi-config, "
            "Interface Options, I2C, and start the gateway again."
        ) from None
    except PermissionError:
        raise PartFault(
            f"This user may not use /dev/i2c-{number}: add it to the group i2c (sudo usermod -aG i2c USER) and log in "
            "again."
        ) from None
    except OSError as error:
        raise PartFault(f"The I2C bus {number} cannot be opened: {error.strerror}.") from None


def transfer(bus: I2c, address: int, write: bytes, read: int = 0) -> bytes:
    """Write to a part, then read from it, in one transfer.

    Arguments:
        bus: where it is.
        address: of the part, 7 bits.
        write: what is written; empty: only read.
        read: how many bytes are read, 0: only write.

    Raises:
        NotAcknowledged, PartFault: the transfer failed; the message says where, and what to look at.
    """
    from smbus2 import i2c_msg

    messages = [i2c_msg.write(address, write)] if write else []
    if read:
        messages.append(i2c_msg.read(address, read))
    try:
        bus.i2c_rdwr(*messages)
    except OSError as error:
        raise _fault(bus.number, address, error) from None
    return bytes(messages[-1]) if read else b""


def transfer_twice(bus: I2c, address: int, write: bytes, read: int) -> bytes:
    """Read from a part whose answers bear no checksum: twice, and both must be equal.

    Raises:
        NotAcknowledged, PartFault: a transfer failed, or the answers differ.
    """
    answer = transfer(bus, address, write, read)
    if transfer(bus, address, write, read) != answer:
        raise PartFault(
            f"Two reads of 0x{address:02x} on i2c-{bus.number} differ: something disturbs the bus. Look at the length "
            "of its cable (under 1 m), at its ground, and at the pull-ups."
        )
    return answer


def _fault(number: int, address: int, error: OSError) -> PartFault:
    if error.errno == ETIMEDOUT:
        return PartFault(
            f"i2c-{number} hangs while 0x{address:02x} is asked: something holds SDA or SCL low. Unplug its parts one "
            "by one until it answers, and look for water and shorts."
        )
    return NotAcknowledged(
        f"Nothing answers at 0x{address:02x} on i2c-{number} ({error.strerror or error}). Look at its 3.3 V, ground, "
        f"SDA and SCL, and whether sudo i2cdetect -y {number} shows it at another address."
    )
