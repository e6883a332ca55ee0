"""`structure-tilt`: how far a bridge, wall or slope leans, by an inclinometer on Modbus RTU.

Two holding registers, tilt along and across: 16 bits with sign, hundredths of a degree.
"""

from collections.abc import Mapping

from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses
from gateway.buses.modbus import ModbusUnit
from gateway.buses.ports import unit_of
from gateway.sensors.part import Part
from gateway.spool.entries import Measured

PER_DEGREE = 100


class StructureTilt(Part):
    """One inclinometer.

    Arguments:
        unit: of the Modbus line.
        constants: of the kind.
    """

    def __init__(self, unit: ModbusUnit, constants: Mapping[str, float]) -> None:
        self._unit = unit
        self._register = round(constants["register"])
        self._zeros = constants["zero_x_deg"], constants["zero_y_deg"]

    def read(self, clock_ns: int) -> list[Measured]:
        x, y = (
            (word - 0x1_0000 if word >= 0x8000 else word) / PER_DEGREE - zero
            for word, zero in zip(self._unit.registers(self._register, 2), self._zeros, strict=True)
        )
        return [Measured("tilt_x", x), Measured("tilt_y", y)]


def part(sensor: SensorConfig, buses: Buses) -> Part:
    """The inclinometer on its RS-485 line."""
    return StructureTilt(unit_of(sensor, buses), sensor.constants)
