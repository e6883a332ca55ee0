"""A simulated MCP3008 on the SPI bus: eight voltages as counts of 10 bits.

Source: Microchip DS21295, sections 4.2, 5.0 and 6.1.
"""

from collections.abc import Sequence

from simulators.parts.tamper import Tamper
from simulators.pins import PlayerFactory
from simulators.wires.spi import SpiDevice

COUNTS = 1024
COUNT_V = 3.3 / COUNTS
NOISE_V = 0.0006
"""Standard deviation of what a part gives to a channel: a fifth of a count."""

_SELECT = {"spi-0.0": "GPIO8", "spi-0.1": "GPIO7"}


class FakeAdc(SpiDevice):
    """One converter.

    Arguments:
        factory: the header.
        bus: `spi-0.0` or `spi-0.1`.
    """

    def __init__(self, factory: PlayerFactory, bus: str) -> None:
        self._words = [bytes(2)] * 8
        factory.spi_devices[_SELECT[bus]] = self

    def set(self, channel: int, voltage: float, clock_ns: int, tamper: Tamper) -> None:
        """Put a voltage on a channel; SPI has no acknowledgement, so a dead part leaves the line low.

        Arguments:
            channel: 0 to 7.
            voltage: against ground, V.
            clock_ns, tamper: when that is, and what is wrong on the way.
        """
        counts = min(COUNTS - 1, max(0, int(voltage / COUNT_V)))
        answer = b"" if tamper.dead(clock_ns) else tamper.frame(clock_ns, counts.to_bytes(2, "big"))
        self._words[channel] = answer[:2].ljust(2, b"\0")

    def exchange(self, words: Sequence[int]) -> list[int]:
        start, settings, *_ = words
        assert start == 1 and settings & 0x80, "one channel against ground"
        return [0, *self._words[settings >> 4 & 7]]
