"""`road-temperature`: the temperature of the road's surface, by a DS18B20 in it."""

from pathlib import Path

from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses
from gateway.buses.one_wire import temperature
from gateway.sensors.part import Part
from gateway.spool.entries import Measured


class RoadTemperature(Part):
    """One probe.

    Arguments:
        devices: folder of all 1-wire devices.
        device: the probe's.
    """

    def __init__(self, devices: Path, device: str) -> None:
        self._devices = devices
        self._device = device

    def read(self, clock_ns: int) -> list[Measured]:
        return [Measured("road_temperature", temperature(self._devices, self._device))]


def part(sensor: SensorConfig, buses: Buses) -> Part:
    """The probe on the 1-wire bus."""
    assert sensor.device is not None, "checked with the configuration"
    return RoadTemperature(buses.world.one_wire, sensor.device)
