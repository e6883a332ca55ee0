"""The serial port of a sensor, at the speed that the catalogue tells."""

from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses
from gateway.buses.modbus import ModbusUnit
from gateway.buses.serial_port import SerialPort


def port_of(sensor: SensorConfig, buses: Buses) -> SerialPort:
    """The UART of a sensor.

    Arguments:
        sensor: as configured.
        buses: of its gateway.

    Raises:
        PartFault: the port is not there, or not for this user.
    """
    return buses.serial(*_line(sensor))


def unit_of(sensor: SensorConfig, buses: Buses) -> ModbusUnit:
    """The Modbus unit of a sensor.

    Raises:
        PartFault: the library for it is not installed.
    """
    return buses.modbus(*_line(sensor), sensor.unit)


def _line(sensor: SensorConfig) -> tuple[str, int]:
    assert sensor.bus is not None and sensor.wired is not None, "checked with the configuration"
    assert sensor.wired.baud is not None, "told by the catalogue"
    return sensor.bus, sensor.wired.baud
