"""A simulated ADS1115: four voltages, 16 bits. Source: Texas Instruments SBAS444, sections 9.3 to 9.6."""

from simulators.parts.tamper import Tamper
from simulators.wires.i2c import Chip, FakeI2c, not_acknowledged

CONVERSION, CONFIG = 0, 1
BEGIN = 0x8000
POWER_ON = 0x8583
"""What the configuration holds until it is written."""

FULL_SCALES_V = (6.144, 4.096, 2.048, 1.024, 0.512, 0.256, 0.256, 0.256)

NOISE_V = 0.00003
"""Standard deviation of what a part gives to a channel: half a count of +-2.048 V at 128 a second (section 7.1)."""


class FakeAds1115(Chip):
    """One converter; its channels may belong to several parts, each with what is wrong with it."""

    def __init__(self) -> None:
        self._volts = [0.0] * 4
        self._tampers = [Tamper()] * 4
        self._now_ns = 0
        self._registers = [0, POWER_ON, 0x8000, 0x7FFF]
        self._pointer = CONVERSION

    def set(self, channel: int, voltage: float, clock_ns: int, tamper: Tamper) -> None:
        """Put a voltage on a channel.

        Arguments:
            channel: 0 to 3.
            voltage: against ground, V.
            clock_ns, tamper: when that is, and what is wrong with the part on this channel.
        """
        self._volts[channel] = voltage
        self._tampers[channel] = tamper
        self._now_ns = clock_ns

    @property
    def _tamper(self) -> Tamper:
        return self._tampers[self._registers[CONFIG] >> 12 & 3]

    def write(self, data: bytes) -> None:
        self._pointer = data[0] & 3
        if self._pointer == CONFIG and len(data) == 3:
            self._registers[CONFIG] = int.from_bytes(data[1:], "big") | BEGIN
            if data[1] & 0x80:
                self._convert(self._registers[CONFIG])
        if self._tamper.dead(self._now_ns):
            raise not_acknowledged()

    def read(self, length: int) -> bytes:
        if self._tamper.dead(self._now_ns):
            raise not_acknowledged()
        answer = self._tamper.frame(self._now_ns, self._registers[self._pointer].to_bytes(2, "big"))
        if not answer:
            raise not_acknowledged()
        return answer[:length]

    def _convert(self, config: int) -> None:
        assert config & 0x4000, "one input against ground"
        counts = round(self._volts[config >> 12 & 3] / FULL_SCALES_V[config >> 9 & 7] * 0x8000)
        self._registers[CONVERSION] = min(0x7FFF, max(-0x8000, counts)) & 0xFFFF


def ads1115_at(bus: FakeI2c, address: int) -> FakeAds1115:
    """The converter at an address of a bus; wired to it where it is not yet."""
    if address not in bus.chips:
        bus.attach(address, FakeAds1115())
    chip = bus.chips[address]
    assert isinstance(chip, FakeAds1115)
    return chip
