"""The SHT31: air temperature and humidity, one measurement a read, each word with a CRC.

Source: data sheet SHT3x-DIS, version 7.
"""

from gateway.buses.chips.sensirion import ask
from gateway.buses.i2c import I2c

MEASURE = 0x2400
"""Once, high repeatability, without clock stretching, which the Pi's I2C does badly."""


def read_sht31(bus: I2c, address: int) -> tuple[float, float]:
    """Measure now; takes some 15 ms.

    Returns:
        Air temperature in Celsius and relative humidity in %.

    Raises:
        PartFault: no answer, or one whose CRC is wrong.
    """
    temperature, humidity = ask(bus, address, MEASURE, 2)
    return -45 + 175 * temperature / 65535, 100 * humidity / 65535
