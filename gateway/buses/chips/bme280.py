"""The BME280: air temperature, humidity and pressure, measured once a read (forced mode).

Source: Bosch BST-BME280-DS001 and its formulas in floating point, boschsensortec/BME280_SensorAPI bme280.c.
"""

import struct
import time
from dataclasses import dataclass

from gateway.buses.i2c import I2c, transfer, transfer_twice
from gateway.sensors.part import PartFault

CHIP_ID = 0x60
ID = 0xD0
CALIBRATION = (0x88, 26), (0xE1, 7)
CONTROL_HUMIDITY = 0xF2
STATUS = 0xF3
CONTROL = 0xF4
DATA = 0xF7, 8

MEASURING = 0x08
ONCE_EACH = 0x01
"""Humidity measured once."""

FORCED = 0x25
"""Temperature and pressure measured once, then asleep: its own heat stays below 0.1 Cel (data sheet, 3.5.1)."""

SKIPPED = 0x80000, 0x80000, 0x8000
"""Pressure, temperature, humidity as they stand where nothing was measured."""

WAIT_S = 0.002
TRIES = 15
"""30 ms in all: a measurement takes 9.3 ms at most."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Words that the chip was given when it was made: T1 to T3, P1 to P9, H1 to H6."""

    t: tuple[int, ...]
    p: tuple[int, ...]
    h: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Climate:
    """What the chip measured: Celsius, %, hPa."""

    air_temperature: float
    relative_humidity: float
    air_pressure: float


def unpack_calibration(low: bytes, high: bytes) -> Calibration:
    """Calibration words from registers 0x88 to 0xA1 and 0xE1 to 0xE7."""
    words = struct.unpack("<HhhHhhhhhhhhxB", low)
    h2, h3, e4, e5, e6, h6 = struct.unpack("<hBbBbb", high)
    # H4 and H5 are 12 bits each, with a signed high byte, and share the nibbles of 0xE5.
    return Calibration(words[:3], words[3:12], (words[12], h2, h3, e4 * 16 | e5 & 0x0F, e6 * 16 | e5 >> 4, h6))


def fine_temperature(words: Calibration, counts: int) -> float:
    """Temperature in 1/5120 Cel, which pressure and humidity are corrected by."""
    t1, t2, t3 = words.t
    return (counts / 16384 - t1 / 1024) * t2 + (counts / 131072 - t1 / 8192) ** 2 * t3


def pressure_pa(words: Calibration, counts: int, fine: float) -> float:
    """Air pressure in Pa; 0 where the words are none of a real chip."""
    p1, p2, p3, p4, p5, p6, p7, p8, p9 = words.p
    first = fine / 2 - 64000
    second = (first * first * p6 / 32768 + first * p5 * 2) / 4 + p4 * 65536
    first = (1 + (p3 * first * first / 524288 + p2 * first) / 524288 / 32768) * p1
    if first <= 0:
        return 0.0
    pressure = (1048576 - counts - second / 4096) * 6250 / first
    return pressure + (p9 * pressure * pressure / 2147483648 + pressure * p8 / 32768 + p7) / 16


def humidity_percent(words: Calibration, counts: int, fine: float) -> float:
    """Relative humidity in %, 0 to 100."""
    h1, h2, h3, h4, h5, h6 = words.h
    warm = fine - 76800
    slope = h2 / 65536 * (1 + h6 / 67108864 * warm * (1 + h3 / 67108864 * warm))
    humidity = (counts - (h4 * 64 + h5 / 16384 * warm)) * slope
    return min(100.0, max(0.0, humidity * (1 - h1 * humidity / 524288)))


class Bme280:
    """One BME280.

    Arguments:
        bus, address: where it is.
    """

    def __init__(self, bus: I2c, address: int) -> None:
        self._bus = bus
        self._address = address
        self._words: Calibration | None = None

    def read(self) -> Climate:
        """Measure now; takes some 10 ms.

        Raises:
            PartFault: no answer, another chip, or nothing measured.
        """
        if self._words is None:
            self._words = self._identify()
        self._measure()
        data = self._registers(*DATA)
        packed = int.from_bytes(data, "big")
        pressure, temperature, humidity = packed >> 44, packed >> 20 & 0xFFFFF, packed & 0xFFFF
        if any(value == skipped for value, skipped in zip((pressure, temperature, humidity), SKIPPED, strict=True)):
            raise PartFault(f"The {self._where} has measured nothing: look at its 3.3 V, it has lost its settings.")
        fine = fine_temperature(self._words, temperature)
        return Climate(
            fine / 5120,
            humidity_percent(self._words, humidity, fine),
            pressure_pa(self._words, pressure, fine) / 100,
        )

    @property
    def _where(self) -> str:
        return f"BME280 at 0x{self._address:02x} on i2c-{self._bus.number}"

    def _registers(self, first: int, number: int) -> bytes:
        return transfer_twice(self._bus, self._address, bytes([first]), number)

    def _identify(self) -> Calibration:
        chip = self._registers(ID, 1)[0]
        if chip != CHIP_ID:
            raise PartFault(
                f"What answers at 0x{self._address:02x} on i2c-{self._bus.number} is chip 0x{chip:02x}, no BME280 "
                f"(0x{CHIP_ID:02x}); a BMP280 (0x58) has no humidity. Look at the module's print and its address."
            )
        low, high = (self._registers(*where) for where in CALIBRATION)
        return unpack_calibration(low, high)

    def _measure(self) -> None:
        settings = bytes([CONTROL_HUMIDITY, ONCE_EACH, CONTROL, FORCED])
        transfer(self._bus, self._address, settings)
        for _ in range(TRIES):
            if not transfer(self._bus, self._address, bytes([STATUS]), 1)[0] & MEASURING:
                return
            time.sleep(WAIT_S)
        raise PartFault(f"A measurement of the {self._where} does not end: look at its 3.3 V.")
