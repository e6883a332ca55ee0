"""The converter MCP3008 on the SPI bus, through gpiozero."""

import re

from gpiozero import MCP3008
from gpiozero.exc import GPIOZeroError

from gateway.sensors.part import PartFault
from gateway.sensors.pins import Factory

REFERENCE_V = 3.3
"""Both VDD and VREF of the converter are on the Pi's 3.3 V."""

COUNTS = 1024
"""10 bits: counts from 0 to 1023."""

_DEVICE = re.compile(r"spi-(\d)\.(\d)")


class Adc:
    """One channel of a converter; the channels of one converter share its SPI device.

    Arguments:
        device: of gpiozero.
        bus, channel: for messages.
    """

    def __init__(self, device: MCP3008, bus: str, channel: int) -> None:
        self._device = device
        self._name = f"channel {channel} of the converter at {bus}"

    def raw(self) -> int:
        """Counts, 0 to 1023.

        Raises:
            PartFault: the bus fails. That no converter is there cannot be told: it reads 0 or 1023 then.
        """
        try:
            return int(self._device.raw_value)
        except (GPIOZeroError, OSError) as error:
            raise PartFault(f"The {self._name} cannot be read ({error}): look at the wires of its SPI bus.") from None

    def close(self) -> None:
        """Give it back; may be called twice."""
        self._device.close()


def open_adc(factory: Factory, bus: str, channel: int) -> Adc:
    """Open one channel of the MCP3008 at `spi-0.0` (chip select on GPIO 8) or `spi-0.1` (on GPIO 7).

    Arguments:
        factory: the pins.
        bus: the SPI device.
        channel: 0 to 7.

    Raises:
        PartFault: there is no such bus, or its pins are taken.
    """
    found = _DEVICE.fullmatch(bus)
    if found is None:
        raise PartFault(f"{bus!r} is no SPI device: write spi-0.0 or spi-0.1.")
    try:
        device = MCP3008(channel, port=int(found[1]), device=int(found[2]), pin_factory=factory)
    except (GPIOZeroError, OSError) as error:
        raise PartFault(
            f"The converter at {bus} cannot be opened: {error}. Switch SPI on with sudo raspi-config, and leave "
            "GPIO 7 to 11 to it."
        ) from None
    return Adc(device, bus, channel)


def volts(counts: int) -> float:
    """The voltage in the middle of what gives `counts` (MCP3008 data sheet, equation 4-2), in V."""
    return (counts + 0.5) * REFERENCE_V / COUNTS
