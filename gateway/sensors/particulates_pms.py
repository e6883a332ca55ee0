"""`particulates-pms`: particles in the air, by a PMS5003 that runs all the time."""

from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses
from gateway.buses.chips.pms5003 import FRAME, TIMEOUT_S, particles_of
from gateway.buses.frames import newest_frame
from gateway.buses.ports import port_of
from gateway.buses.serial_port import SerialPort
from gateway.sensors.part import Part
from gateway.spool.entries import Measured


class ParticulatesPms(Part):
    """One PMS5003 on a port."""

    def __init__(self, port: SerialPort) -> None:
        self._port = port

    def read(self, clock_ns: int) -> list[Measured]:
        pm1, pm2_5, pm10 = particles_of(newest_frame(self._port, FRAME))
        return [Measured("pm1", float(pm1)), Measured("pm2_5", float(pm2_5)), Measured("pm10", float(pm10))]


def part(sensor: SensorConfig, buses: Buses) -> Part:
    """The sensor on its UART."""
    return ParticulatesPms(port_of(sensor, buses, TIMEOUT_S))
