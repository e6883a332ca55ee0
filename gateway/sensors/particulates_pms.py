"""`particulates-pms`: particles in the air, by a PMS5003 that runs all the time."""

from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses
from gateway.buses.chips.pms5003 import FRAME, particles_of
from gateway.buses.frames import Frames
from gateway.buses.ports import port_of
from gateway.buses.serial_port import SerialPort
from gateway.sensors.part import Part
from gateway.spool.entries import Measured


class ParticulatesPms(Part):
    """One PMS5003 on a port."""

    def __init__(self, port: SerialPort) -> None:
        self._frames = Frames(port, FRAME)

    def read(self, clock_ns: int) -> list[Measured]:
        pm1, pm2_5, pm10 = particles_of(self._frames.newest(clock_ns))
        return [Measured("pm1", float(pm1)), Measured("pm2_5", float(pm2_5)), Measured("pm10", float(pm10))]


def part(sensor: SensorConfig, buses: Buses) -> Part:
    """The sensor on its UART."""
    return ParticulatesPms(port_of(sensor, buses))
