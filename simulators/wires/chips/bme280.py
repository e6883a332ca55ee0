"""A simulated BME280: calibration words, and the counts that the data sheet's formulas turn into what is true.

Source: Bosch BST-BME280-DS001, sections 4.2.3 (formulas in whole numbers) and 5.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from simulators.parts.tamper import Tamper
from simulators.wires.i2c import Chip, not_acknowledged

ID, STATUS, CONTROL_HUMIDITY, CONTROL = 0xD0, 0xF3, 0xF2, 0xF4
CALIBRATION_LOW, CALIBRATION_HIGH, DATA = 0x88, 0xE1, 0xF7
CHIP_ID = 0x60
SKIPPED, SKIPPED_HUMIDITY = 0x80000, 0x8000


@dataclass(frozen=True, slots=True)
class Words:
    """Calibration words; the defaults are those of the data sheet's example, and usual ones for humidity."""

    t: tuple[int, int, int] = (27504, 26435, -1000)
    p: tuple[int, ...] = (36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000)
    h: tuple[int, int, int, int, int, int] = (75, 361, 0, 324, 50, 30)

    def packed(self) -> tuple[bytes, bytes]:
        """As they stand in registers 0x88 to 0xA1, and 0xE1 to 0xE7."""
        h1, h2, h3, h4, h5, h6 = self.h
        low = struct.pack("<HhhHhhhhhhhhxB", *self.t, *self.p, h1)
        shared = (h4 & 0x0F) | (h5 & 0x0F) << 4
        return low, struct.pack("<hBbBbb", h2, h3, h4 >> 4, shared, h5 >> 4, h6)

    def fine(self, counts: int) -> int:
        """Temperature in 1/5120 Cel."""
        t1, t2, t3 = self.t
        first = ((counts >> 3) - (t1 << 1)) * t2 >> 11
        return first + (((counts >> 4) - t1) * ((counts >> 4) - t1) >> 12) * t3 // 2**14

    def pressure(self, counts: int, fine: int) -> int:
        """Pressure in 1/256 Pa."""
        p1, p2, p3, p4, p5, p6, p7, p8, p9 = self.p
        first = fine - 128000
        second = first * first * p6 + (first * p5 << 17) + (p4 << 35)
        first = ((1 << 47) + (first * first * p3 >> 8) + (first * p2 << 12)) * p1 >> 33
        pressure = ((1048576 - counts << 31) - second) * 3125 // first
        high = p9 * (pressure >> 13) * (pressure >> 13) >> 25
        return (pressure + high + (p8 * pressure >> 19) >> 8) + (p7 << 4)

    def humidity(self, counts: int, fine: int) -> int:
        """Humidity in 1/1024 %."""
        h1, h2, h3, h4, h5, h6 = self.h
        warm = fine - 76800
        left = (counts << 14) - (h4 << 20) - h5 * warm + 16384 >> 15
        right = ((warm * h6 >> 10) * ((warm * h3 >> 11) + 32768) >> 10) + 2097152
        value = left * (right * h2 + 8192 >> 14)
        value -= ((value >> 15) * (value >> 15) >> 7) * h1 >> 4
        return min(419430400, max(0, value)) >> 12


class FakeBme280(Chip):
    """One BME280.

    Arguments:
        tamper: what is wrong on the way.
        words: its calibration.
    """

    def __init__(self, tamper: Tamper, words: Words | None = None) -> None:
        self._tamper = tamper
        self._words = words or Words()
        self._now_ns = 0
        self._true = (20.0, 50.0, 1000.0)
        self._pointer = 0
        self._registers = bytearray(256)
        self._registers[ID] = CHIP_ID
        low, high = self._words.packed()
        self._registers[CALIBRATION_LOW : CALIBRATION_LOW + len(low)] = low
        self._registers[CALIBRATION_HIGH : CALIBRATION_HIGH + len(high)] = high
        self._show(SKIPPED, SKIPPED, SKIPPED_HUMIDITY)

    def set(self, clock_ns: int, air_temperature: float, relative_humidity: float, air_pressure: float) -> None:
        """What is true at a measurement clock: Celsius, %, hPa."""
        self._now_ns = clock_ns
        self._true = (air_temperature, relative_humidity, air_pressure)

    def write(self, data: bytes) -> None:
        if self._tamper.dead(self._now_ns):
            raise not_acknowledged()
        self._pointer = data[0]
        for register, value in zip(data[::2], data[1::2], strict=False):
            self._registers[register] = value
            if register == CONTROL and value & 3 in (1, 2):
                self._measure()
                self._registers[CONTROL] = value & ~3

    def read(self, length: int) -> bytes:
        answer = bytes(self._registers[self._pointer : self._pointer + length])
        answer = self._tamper.frame(self._now_ns, answer)
        if not answer or self._tamper.dead(self._now_ns):
            raise not_acknowledged()
        return answer[:length]

    def _measure(self) -> None:
        """Convert what is switched on, once: 16 bits each, as where the filter is off (section 3.4)."""
        temperature, humidity, pressure = self._true
        warm, pressed = self._registers[CONTROL] >> 5 & 7, self._registers[CONTROL] >> 2 & 7
        wet = self._registers[CONTROL_HUMIDITY] & 7
        words = self._words
        counts = _nearest(words.fine, temperature * 5120, 16)
        fine = words.fine(counts)
        pressure_counts = _nearest(lambda at: -words.pressure(at, fine), -pressure * 25600, 16)
        humidity_counts = _nearest(lambda at: words.humidity(at, fine), humidity * 1024, 1)
        self._show(
            pressure_counts if pressed else SKIPPED,
            counts if warm else SKIPPED,
            humidity_counts if wet else SKIPPED_HUMIDITY,
        )

    def _show(self, pressure: int, temperature: int, humidity: int) -> None:
        packed = pressure << 44 | temperature << 20 | humidity
        self._registers[DATA : DATA + 8] = packed.to_bytes(8, "big")


def _nearest(rising: Callable[[int], int], wanted: float, step: int) -> int:
    """The counts of 16 bits, in steps of `step`, at which `rising` comes nearest to `wanted`.

    The count in the middle stands for "not measured"; the one above it is given in its place.
    """
    low, high = 0, 0xFFFF
    while low < high:
        middle = (low + high) // 2
        if rising(middle * step) < wanted:
            low = middle + 1
        else:
            high = middle
    if low and abs(rising((low - 1) * step) - wanted) < abs(rising(low * step) - wanted):
        low -= 1
    return (low + (low == 0x8000)) * step
