"""`room-climate`: temperature, humidity and CO2 of a care room, from an SHT31 and an SCD41 on one I2C bus.

The SCD41 warms itself, so temperature and humidity are those of the SHT31.
"""

from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses
from gateway.buses.chips.scd41 import Scd41
from gateway.buses.chips.sht31 import read_sht31
from gateway.buses.i2c import I2c
from gateway.sensors.part import Part, Sample
from gateway.spool.entries import Measured


class RoomClimate(Part):
    """One SHT31 and one SCD41."""

    def __init__(self, bus: I2c, address: int) -> None:
        self._bus = bus
        self._address = address
        self._scd41 = Scd41(bus)

    def read(self, clock_ns: int) -> Sample:
        temperature, humidity = read_sht31(self._bus, self._address)
        sample = [Measured("air_temperature", temperature), Measured("relative_humidity", humidity)]
        co2 = self._scd41.read(clock_ns)
        if co2 is not None:
            sample.append(Measured("co2", co2))
        return sample


def part(sensor: SensorConfig, buses: Buses) -> Part:
    """The part of a sensor of this kind."""
    assert sensor.bus is not None
    return RoomClimate(buses.i2c(sensor.bus), sensor.unit)
