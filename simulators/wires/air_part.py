"""A chip on I2C that senses the air of its place: what is true goes to the chip, whatever the chip is."""

from collections.abc import Callable, Mapping

from firmware_config.sensor import SensorConfig
from simulators.instants import Instants
from simulators.parts.part import SimulatedPart, Truth
from simulators.wires.i2c import Chip, bus_number
from simulators.wires.wires import Wires
from simulators.world.place import Place


class AirPart(SimulatedPart):
    """One chip.

    Arguments:
        sensor, wires, place: what, connected to what, where.
        chip: what senses; it is attached to the sensor's bus.
        tell: tells the chip what is there at a measurement clock, by quantity.
        tolerances: of each quantity that it senses, with the reason.
    """

    def __init__(
        self,
        sensor: SensorConfig,
        wires: Wires,
        place: Place,
        chip: Chip,
        tell: Callable[..., None],
        tolerances: Mapping[str, tuple[float, str]],
    ) -> None:
        self._wires = wires
        self._place = place
        self._tell = tell
        self._tolerances = tolerances
        self._instants = Instants(sensor.period_s)
        wires.bench.i2c(bus_number(sensor.bus)).attach(sensor.unit, chip)

    def settle(self, clock_ns: int) -> None:
        time_us = self._wires.wall_us(clock_ns)
        weather = self._place.weather(time_us)
        true = {name: getattr(weather, name) for name in self._tolerances}
        self._instants.note(clock_ns, time_us, true)
        sensed = {name: self._wires.tamper.value(name, clock_ns, value) for name, value in true.items()}
        self._tell(clock_ns, **sensed)

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        return self._instants.means(from_ns, until_ns, self._tolerances)
