"""`bin-fill`: how full a bin under a roof is, by an HC-SR04 in its lid."""

from collections.abc import Mapping

from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses
from gateway.buses.echo import Echo
from gateway.sensors.part import Part, PartFault
from gateway.spool.entries import Measured

_MM_PER_M = 1_000
_PERCENT = 100


def speed_of_sound_mps(air_temperature_cel: float) -> float:
    """The speed of sound in air, m/s; linear in the temperature (331.3 + 0.606 T)."""
    return 331.3 + 0.606 * air_temperature_cel


class BinFill(Part):
    """One bin.

    Arguments:
        echo: the ranger.
        constants: of the kind.
    """

    def __init__(self, echo: Echo, constants: Mapping[str, float]) -> None:
        self._echo = echo
        self._mm_per_s = speed_of_sound_mps(constants["air_temperature_cel"]) * _MM_PER_M / 2
        self._empty_mm = constants["empty_mm"]
        self._full_mm = constants["full_mm"]

    def read(self, clock_ns: int) -> list[Measured]:
        flight_s = self._echo.flight_s()
        if flight_s is None:
            raise PartFault("The ranger has no echo. Check that it looks straight down and that its face is clean.")
        distance_mm = flight_s * self._mm_per_s
        share = (self._empty_mm - distance_mm) / (self._empty_mm - self._full_mm)
        return [
            Measured("fill_level", _PERCENT * share),
            Measured("distance", distance_mm),
        ]

    def close(self) -> None:
        self._echo.close()


def part(sensor: SensorConfig, buses: Buses) -> Part:
    """The ranger on its two pins."""
    pins = sensor.pin_of
    return BinFill(buses.echo(pins["trigger"], pins["echo"]), sensor.constants)
