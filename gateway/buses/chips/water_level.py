"""Water level above a datum, from a ranger that looks down on the water or a pressure probe in it."""

from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses
from gateway.buses.chips.a02yyuw import A02yyuw
from gateway.buses.chips.pressure_probe import level_mm, read_loop_ma
from gateway.buses.i2c import I2c
from gateway.buses.ports import port_of
from gateway.sensors.part import Part
from gateway.spool.entries import Measured


class RangerLevel(Part):
    """Level from the distance down to the water.

    Arguments:
        ranger: what measures it.
        mounting_height_mm: of the ranger's face above the datum.
    """

    def __init__(self, ranger: A02yyuw, mounting_height_mm: float) -> None:
        self._ranger = ranger
        self._height_mm = mounting_height_mm

    def read(self, clock_ns: int) -> list[Measured]:
        return [Measured("water_level", self._height_mm - self._ranger.distance_mm(clock_ns))]


class ProbeLevel(Part):
    """Level from the pressure on a probe in the water.

    Arguments:
        i2c, address, channel: of the converter's input across the resistor in its loop.
        constants: of the kind.
    """

    def __init__(self, i2c: I2c, address: int, channel: int, constants: dict[str, float]) -> None:
        self._i2c = i2c
        self._address = address
        self._channel = channel
        self._height_mm = constants["mounting_height_mm"]
        self._range_mm = constants["probe_range_mm"]
        self._shunt_ohm = constants["shunt_ohm"]

    def read(self, clock_ns: int) -> list[Measured]:
        current_ma = read_loop_ma(self._i2c, self._address, self._channel, self._shunt_ohm)
        return [Measured("water_level", self._height_mm + level_mm(current_ma, self._range_mm))]


def level_part(sensor: SensorConfig, buses: Buses) -> Part:
    """The part of a kind that measures a level over UART or I2C.

    Raises:
        PartFault: its bus is not there.
    """
    constants = sensor.constants
    assert sensor.bus is not None and sensor.wired is not None, "checked with the configuration"
    if sensor.wired.type == "i2c":
        return ProbeLevel(buses.i2c(sensor.bus), sensor.unit, sensor.channels["probe"], constants)
    return RangerLevel(A02yyuw(port_of(sensor, buses)), constants["mounting_height_mm"])
