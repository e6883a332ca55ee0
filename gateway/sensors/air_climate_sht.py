"""`air-climate-sht`: air temperature and humidity from an SHT31 on I2C."""

from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses
from gateway.buses.chips.sht31 import read_sht31
from gateway.buses.i2c import I2c
from gateway.sensors.part import Part, Sample
from gateway.spool.entries import Measured


class AirClimateSht(Part):
    """One SHT31."""

    def __init__(self, bus: I2c, address: int) -> None:
        self._bus = bus
        self._address = address

    def read(self, clock_ns: int) -> Sample:
        temperature, humidity = read_sht31(self._bus, self._address)
        return [Measured("air_temperature", temperature), Measured("relative_humidity", humidity)]


def part(sensor: SensorConfig, buses: Buses) -> Part:
    """The part of a sensor of this kind."""
    assert sensor.bus is not None
    return AirClimateSht(buses.i2c(sensor.bus), sensor.unit)
