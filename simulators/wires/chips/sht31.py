"""A simulated SHT31. Source: data sheet SHT3x-DIS, version 7, sections 4.3 and 4.13."""

from collections.abc import Sequence

from simulators.parts.tamper import Tamper
from simulators.wires.chips.sensirion import SensirionChip, share

MEASURE = 0x2400


class FakeSht31(SensirionChip):
    """One SHT31."""

    def __init__(self, tamper: Tamper) -> None:
        super().__init__(tamper)
        self._words = [0, 0]

    def set(self, clock_ns: int, air_temperature: float, relative_humidity: float) -> None:
        """What is true at a measurement clock: Celsius and %."""
        self._now_ns = clock_ns
        self._words = [share(air_temperature, -45.0, 175.0), share(relative_humidity, 0.0, 100.0)]

    def _take(self, command: int) -> Sequence[int] | None:
        return self._words if command == MEASURE else None
