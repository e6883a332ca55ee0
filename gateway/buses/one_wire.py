"""A temperature probe on 1-wire (DS18B20), as the kernel's w1_therm shows it in a file.

The file has two lines (Linux, Documentation/w1/slaves/w1_therm.rst): the nine bytes as read, their CRC and whether it
is right; then the last bytes that were right, and their temperature. After a bad read the second line is old, so only
the first one counts. The first two bytes are the temperature in sixteenths of a degree (Maxim, DS18B20).
"""

import re
from pathlib import Path

from gateway.sensors.part import PartFault

FAMILY = "28-"

_READ = re.compile(r"((?:[0-9a-f]{2} ){9}): crc=[0-9a-f]{2} (YES|NO)\n", re.ASCII)

_PER_CEL = 16
_POWER_ON_CEL = 85.0
_LOW_CEL, _HIGH_CEL = -55.0, 125.0


def crc8(data: bytes) -> int:
    """The check sum of 1-wire: polynomial 8C reflected, initial 0 (Maxim, application note 27)."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x8C if crc & 1 else crc >> 1
    return crc


def temperature(devices: Path, device: str) -> float:
    """What a probe measures now, Celsius; the kernel takes up to 0.75 s for it.

    Arguments:
        devices: folder of all devices.
        device: as in `28-0316a2798aff`.

    Raises:
        PartFault: it is not there, was read wrongly, or gives a value that is none.
    """
    if not device.startswith(FAMILY):
        raise PartFault(f"The 1-wire device {device} is no DS18B20: the number of one begins with {FAMILY}.")
    path = devices / device / "w1_slave"
    try:
        text = path.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise PartFault(
            f"The 1-wire probe {device} does not answer ({error.strerror}). Check its three wires, the resistor of 4.7 "
            "kilo-ohm from data to 3.3 V, and the number on its label."
        ) from None
    return _temperature(device, text)


def _temperature(device: str, text: str) -> float:
    found = _READ.match(text)
    if found is None:
        raise PartFault(f"The 1-wire probe {device} cannot be read: its file begins {text[:40]!r}. Check its wiring.")
    read = bytes.fromhex(found[1])
    if found[2] != "YES" or crc8(read[:8]) != read[8]:
        raise PartFault(
            f"The 1-wire probe {device} was read wrongly: its check sum does not fit. Check the length of its cable "
            "and the resistor of 4.7 kilo-ohm from data to 3.3 V."
        )
    if not any(read):
        raise PartFault(f"The 1-wire line of the probe {device} reads as all zeros: data is shorted to ground.")
    cel = int.from_bytes(read[:2], "little", signed=True) / _PER_CEL
    if cel == _POWER_ON_CEL:
        raise PartFault(
            f"The 1-wire probe {device} gives 85 °C, which it does when it has just been powered: it loses its "
            "supply. Check the red wire."
        )
    if not _LOW_CEL <= cel <= _HIGH_CEL:
        raise PartFault(
            f"The 1-wire probe {device} gives {cel:.2f} °C: it has too little power. Feed its red wire with 3.3 V "
            "instead of through the data wire."
        )
    return cel
