"""`energy-pulse`: a meter whose S0 output closes for a moment with each further part of a kilowatt-hour."""

from collections.abc import Iterator

from firmware_config.sensor import SensorConfig
from sensorhub.reading import US_PER_S
from simulators.parts.part import SimulatedPart, Truth
from simulators.wires.contact import Change, ContactPart
from simulators.wires.rising import pulses, reached
from simulators.wires.wires import Wires
from simulators.world.place import Place

CLOSED_NS = 40_000_000
"""At least 30 ms, and as much between two (IEC 62053-31)."""

STEP_US = 30 * US_PER_S
_WH_PER_KWH = 1_000


class EnergyPulse(ContactPart):
    """One meter.

    Arguments:
        sensor, wires, place: what, connected to what, where.
    """

    def __init__(self, sensor: SensorConfig, wires: Wires, place: Place) -> None:
        super().__init__(sensor, wires, place)
        self._wh_per_pulse = _WH_PER_KWH / sensor.constants["pulses_per_kwh"]

    def _changes(self) -> Iterator[Change]:
        times = reached(self._place.energy_wh, self._place.start_us, STEP_US, self._wh_per_pulse)
        return pulses(times, self._wires, self._pin, CLOSED_NS, CLOSED_NS)

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        begin, end = (self._place.energy_wh(self._wires.wall_us(clock_ns)) for clock_ns in (from_ns, until_ns))
        return [
            Truth(
                "energy", "sum", end - begin, self._wh_per_pulse * (1 + self._unsettled(from_ns, until_ns)), "one pulse"
            )
        ]


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    return EnergyPulse(sensor, wires, place)
