"""The SPI bus of a simulated header, as the kernel of a Pi gives it: words go out, words come in.

gpiozero reaches SPI through the kernel's driver on a Pi, so that is what stands in here. Its own mock drives each bit
over mock pins, takes thirty times as long, and shares one bus among all pin factories of a process.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from gpiozero import SPI


class SpiDevice(ABC):
    """A part on an SPI bus, selected by a pin of its own."""

    @abstractmethod
    def exchange(self, words: Sequence[int]) -> list[int]:
        """What it answers while `words` of 8 bits go out: as many."""


class PlayedSpi(SPI):  # type: ignore[misc]  # gpiozero has no types
    """One opened SPI device.

    Arguments:
        devices: parts by their select pin; where there is none, the line in stays low.
        pins: `clock_pin`, `mosi_pin`, `miso_pin`, `select_pin`.
        pin_factory: the header.
    """

    def __init__(self, devices: Mapping[str, SpiDevice], pins: Mapping[str, str], pin_factory: Any) -> None:
        super().__init__(pin_factory=pin_factory)
        self._devices = devices
        self._select = pins["select_pin"]
        self._closed = False
        pin_factory.reserve_pins(self, *pins.values())

    def _conflicts_with(self, other: object) -> bool:
        # Channels of one converter share its device, and converters the bus; a contact shares its pin with nobody.
        return not isinstance(other, PlayedSpi)

    @property
    def closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        self._closed = True
        self.pin_factory.release_all(self)
        super().close()

    def transfer(self, data: Sequence[int]) -> list[int]:
        device = self._devices.get(self._select)
        return device.exchange(data) if device is not None else [0] * len(data)
