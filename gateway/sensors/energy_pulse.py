"""`energy-pulse`: the S0 output of an electricity meter: energy by its pulses."""

from collections.abc import Mapping

from gateway.sensors.tally import Tally

_WH_PER_KWH = 1_000


class EnergyPulseTally(Tally):
    """Counts pulses.

    Arguments:
        constants: `pulses_per_kwh`, as on the meter's plate.
    """

    def __init__(self, constants: Mapping[str, float]) -> None:
        self._pulses_per_kwh = constants["pulses_per_kwh"]
        self.empty()

    def edge(self, channel: int, clock_ns: int, level: bool) -> None:
        self._pulses += level

    def values(self, observed_ns: int) -> Mapping[str, float]:
        return {"energy": self._pulses * _WH_PER_KWH / self._pulses_per_kwh}

    def empty(self) -> None:
        self._pulses = 0


def tally(constants: Mapping[str, float]) -> Tally:
    """Counts pulses."""
    return EnergyPulseTally(constants)
