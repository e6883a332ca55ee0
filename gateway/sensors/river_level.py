"""`river-level`: how high a river, brook or balancing pond stands."""

from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses
from gateway.buses.chips.water_level import level_part
from gateway.sensors.part import Part


def part(sensor: SensorConfig, buses: Buses) -> Part:
    """A ranger over UART or a pressure probe over I2C, as it is wired."""
    return level_part(sensor, buses)
