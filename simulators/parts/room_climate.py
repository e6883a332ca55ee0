"""`room-climate`: an SHT31 and an SCD41 in a room."""

from firmware_config.sensor import SensorConfig
from simulators.instants import Instants
from simulators.parts.part import SimulatedPart, Truth
from simulators.wires.chips.scd41 import ADDRESS, FakeScd41
from simulators.wires.chips.sht31 import FakeSht31
from simulators.wires.i2c import bus_number
from simulators.wires.wires import Wires
from simulators.world.place import Place, Room

TOLERANCES = {
    "air_temperature": (0.002, "half a count of 0.0027 Cel"),
    "relative_humidity": (0.001, "half a count of 0.0015 %RH"),
    "co2": (0.5, "half a count of 1 ppm"),
}


class RoomClimate(SimulatedPart):
    """One SHT31 and one SCD41."""

    def __init__(self, sensor: SensorConfig, sht31: FakeSht31, scd41: FakeScd41, wires: Wires, place: Place) -> None:
        self._sht31 = sht31
        self._scd41 = scd41
        self._wires = wires
        self._place = place
        self._instants = Instants(sensor.period_s)

    def settle(self, clock_ns: int) -> None:
        time_us = self._wires.wall_us(clock_ns)
        room = self._place.room(time_us)
        true = {name: getattr(room, name) for name in TOLERANCES}
        sensed = Room(**{name: self._wires.tamper.value(name, clock_ns, value) for name, value in true.items()})
        self._sht31.set(clock_ns, sensed.air_temperature, sensed.relative_humidity)
        self._scd41.set(clock_ns, sensed)
        if not self._scd41.is_ready:
            del true["co2"]
        self._instants.note(clock_ns, time_us, true)

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        return self._instants.means(from_ns, until_ns, TOLERANCES)


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    sht31, scd41 = FakeSht31(wires.tamper), FakeScd41(wires.tamper)
    bus = wires.bench.i2c(bus_number(sensor.bus))
    bus.attach(sensor.unit, sht31)
    bus.attach(ADDRESS, scd41)
    return RoomClimate(sensor, sht31, scd41, wires, place)
