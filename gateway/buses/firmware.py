"""What the Raspberry Pi's firmware tells of power and heat: 20 bits, of now (the lower half) and since the start.

Older kernels have a file for it; newer ones, as a Pi 5 runs them, only the firmware's mailbox, which `vcgencmd` asks
too (Raspberry Pi firmware wiki, "Mailbox property interface"; include/soc/bcm2835/raspberrypi-firmware.h).
"""

import fcntl
import struct
from pathlib import Path

from gateway.sensors.part import PartFault

UNDER_VOLTAGE_NOW = 0x1
ANY_NOW = 0xF
"""Low voltage, frequency capped, throttled, near its temperature limit (Raspberry Pi documentation, vcgencmd)."""

FILE = "sys/devices/platform/*/*:firmware/get_throttled"
"""`soc/soc:firmware` up to a Pi 4; both names have an address in them on a Pi 5."""

MAILBOX = "dev/vcio"

_ASK = 0xC000_6400 | struct.calcsize("P") << 16
"""_IOWR(100, 0, char *), as the kernel's vcio driver takes it."""

_GET_THROTTLED = 0x0003_0046
_REQUEST, _ANSWERED = 0, 0x8000_0000
_END = 0
_MESSAGE = struct.Struct("=7I")
"""Bytes of the message, request or answer, tag, bytes of its value, bytes of the answer, value, end."""


def firmware_flags(root: Path) -> int:
    """The bits of now and since the start.

    Arguments:
        root: folder under which `sys` and `dev` are.

    Raises:
        PartFault: neither the file nor the mailbox is there, or not for this user.
    """
    try:
        file = next(root.glob(FILE), None)
        return int(file.read_text(), 16) if file is not None else _asked(root / MAILBOX)
    except (OSError, ValueError) as error:
        raise PartFault(
            f"The firmware does not tell of power and heat ({error}). Is this a Raspberry Pi, and this user in the "
            "group video?"
        ) from None


def _asked(mailbox: Path) -> int:
    message = bytearray(_MESSAGE.pack(_MESSAGE.size, _REQUEST, _GET_THROTTLED, 4, 0, 0, _END))
    with mailbox.open("rb") as device:
        fcntl.ioctl(device, _ASK, message)
    return flags_in(bytes(message))


def flags_in(answer: bytes) -> int:
    """The flags in an answer of the mailbox.

    Raises:
        ValueError: it is none.
    """
    _, code, tag, _, _, flags, _ = _MESSAGE.unpack(answer)
    if (code, tag) != (_ANSWERED, _GET_THROTTLED):
        raise ValueError(f"the mailbox answered {code:#x} for {tag:#x}")
    return int(flags)
