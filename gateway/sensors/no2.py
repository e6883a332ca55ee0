"""`no2`: nitrogen dioxide from a four-electrode cell, whose board gives two voltages to an ADS1115 on I2C.

The auxiliary electrode does not meet the gas: it tells how far the working one has drifted. Ozone counts as well, so
the result is indicative and never for legal limits.
"""

from collections.abc import Mapping

from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses
from gateway.buses.chips.ads1115 import read_volts
from gateway.buses.i2c import I2c
from gateway.sensors.part import Part, Sample
from gateway.spool.entries import Measured

FULL_SCALE_V = 2.048
MV_PER_V = 1_000

UG_M3_PER_PPB = 1.9125
"""Of NO2 at 20 Cel and 101,325 Pa, from the molar volume."""


def no2_ug_m3(working_mv: float, auxiliary_mv: float, constants: Mapping[str, float]) -> float:
    """Nitrogen dioxide in ug/m3, from both voltages (Alphasense AAN 803, algorithm 1).

    Arguments:
        working_mv, auxiliary_mv: of the electrodes, mV.
        constants: `working_zero_mv`, `auxiliary_zero_mv`, `sensitivity_mv_per_ppb`, `n_t` of the cell and its board.
    """
    auxiliary = constants["n_t"] * (auxiliary_mv - constants["auxiliary_zero_mv"])
    corrected_mv = working_mv - constants["working_zero_mv"] - auxiliary
    return corrected_mv / constants["sensitivity_mv_per_ppb"] * UG_M3_PER_PPB


class No2(Part):
    """One cell with its board, on two channels of a converter."""

    def __init__(self, bus: I2c, address: int, channels: Mapping[str, int], constants: Mapping[str, float]) -> None:
        self._bus = bus
        self._address = address
        self._channels = channels
        self._constants = constants

    def read(self, clock_ns: int) -> Sample:
        working, auxiliary = (
            read_volts(self._bus, self._address, self._channels[name], FULL_SCALE_V) * MV_PER_V
            for name in ("working", "auxiliary")
        )
        return [
            Measured("no2", no2_ug_m3(working, auxiliary, self._constants)),
            Measured("no2_working", working),
            Measured("no2_auxiliary", auxiliary),
        ]


def part(sensor: SensorConfig, buses: Buses) -> Part:
    """The part of a sensor of this kind."""
    assert sensor.bus is not None
    return No2(buses.i2c(sensor.bus), sensor.unit, sensor.channels, sensor.constants)
