"""`no2`: a four-electrode cell at the kerb, two voltages on an ADS1115."""

from firmware_config.sensor import SensorConfig
from simulators.instants import Instants
from simulators.parts.part import SimulatedPart, Truth
from simulators.wires.chips.ads1115 import NOISE_V, FakeAds1115, ads1115_at
from simulators.wires.i2c import bus_number
from simulators.wires.wires import Wires
from simulators.world.place import Place

UG_M3_PER_PPB = 1.9125
MV_PER_V = 1_000

AUXILIARY_MV = 5.0
"""What the auxiliary electrode gives above its zero: it drifts with the weather, and never meets the gas."""

COUNT_MV = 2.048 / 0x8000 * MV_PER_V
TOLERANCE_MV = COUNT_MV / 2 + NOISE_V * MV_PER_V
REASON = "half a count of 0.06 mV, and noise"


class No2(SimulatedPart):
    """One cell with its board."""

    def __init__(self, sensor: SensorConfig, chip: FakeAds1115, wires: Wires, place: Place) -> None:
        self._channels = sensor.channels
        self._constants = sensor.constants
        self._chip = chip
        self._wires = wires
        self._place = place
        self._instants = Instants(sensor.period_s)

    def settle(self, clock_ns: int) -> None:
        time_us = self._wires.wall_us(clock_ns)
        true = self._place.air(time_us).no2
        told = self._voltages_mv(true)
        self._instants.note(clock_ns, time_us, {"no2": true, **told})
        sensed = self._voltages_mv(self._wires.tamper.value("no2", clock_ns, true))
        for name in ("working", "auxiliary"):
            voltage = sensed[f"no2_{name}"] / MV_PER_V + self._wires.chance.gauss(0.0, NOISE_V)
            self._chip.set(self._channels[name], voltage, clock_ns, self._wires.tamper)

    def _voltages_mv(self, no2: float) -> dict[str, float]:
        constants = self._constants
        gas_mv = no2 / UG_M3_PER_PPB * constants["sensitivity_mv_per_ppb"]
        return {
            "no2_working": constants["working_zero_mv"] + gas_mv + constants["n_t"] * AUXILIARY_MV,
            "no2_auxiliary": constants["auxiliary_zero_mv"] + AUXILIARY_MV,
        }

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        both = TOLERANCE_MV * (1 + abs(self._constants["n_t"]))
        gas = both / self._constants["sensitivity_mv_per_ppb"] * UG_M3_PER_PPB
        tolerances = {
            "no2": (gas, f"{REASON}, of both electrodes"),
            "no2_working": (TOLERANCE_MV, REASON),
            "no2_auxiliary": (TOLERANCE_MV, REASON),
        }
        return self._instants.means(from_ns, until_ns, tolerances)


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    chip = ads1115_at(wires.bench.i2c(bus_number(sensor.bus)), sensor.unit)
    return No2(sensor, chip, wires, place)
