"""`air-climate`: air temperature, humidity and pressure from a BME280 on I2C."""

from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses
from gateway.buses.chips.bme280 import Bme280
from gateway.sensors.part import Part, Sample
from gateway.spool.entries import Measured


class AirClimate(Part):
    """One BME280."""

    def __init__(self, chip: Bme280) -> None:
        self._chip = chip

    def read(self, clock_ns: int) -> Sample:
        climate = self._chip.read()
        return [
            Measured("air_temperature", climate.air_temperature),
            Measured("relative_humidity", climate.relative_humidity),
            Measured("air_pressure", climate.air_pressure),
        ]


def part(sensor: SensorConfig, buses: Buses) -> Part:
    """The part of a sensor of this kind."""
    assert sensor.bus is not None
    return AirClimate(Bme280(buses.i2c(sensor.bus), sensor.unit))
