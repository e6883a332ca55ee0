"""A simulated 1-wire bus: the files in which the kernel's w1_therm shows its probes."""

from pathlib import Path

from gateway.buses.one_wire import crc8
from simulators.wires.kernel_file import show

_CONFIGURED = b"\x4b\x46\x7f\xff\x10\x10"
"""What a DS18B20 holds after its temperature: alarm limits, 12 bits, reserved bytes."""


def scratchpad(temperature_cel: float) -> bytes:
    """The nine bytes of a DS18B20 at a temperature, CRC included; it tells sixteenths of a degree."""
    data = round(temperature_cel * 16).to_bytes(2, "little", signed=True) + _CONFIGURED
    return data + bytes([crc8(data)])


class OneWireTree:
    """The folder of all devices.

    Arguments:
        folder: made when the first device is set.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: dict[str, bytes] = {}

    def set(self, device: str, read: bytes) -> None:
        """Show what was read of a device as the kernel would: where the CRC is wrong, the old bytes stay in the second
        line.

        Arguments:
            device: as in `28-0316a2798aff`.
            read: nine bytes.
        """
        crc = crc8(read[:8])
        right = crc == read[8]
        kept = read if right else self._kept.get(device, read)
        milli = int.from_bytes(kept[:2], "little", signed=True) * 1_000 // 16
        self._kept[device] = kept
        right_or_not = "YES" if right else "NO"
        text = f"{read.hex(' ')} : crc={crc:02x} {right_or_not}\n{kept.hex(' ')} t={milli}\n"
        show(self.folder / device / "w1_slave", text)

    def remove(self, device: str) -> None:
        """The device does not answer; may be called twice."""
        (self.folder / device / "w1_slave").unlink(missing_ok=True)
