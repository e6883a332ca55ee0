"""The SCD41: carbon dioxide in a room, measured by itself every 5 s.

Source: data sheet SCD4x, version 1.4.
"""

from gateway.buses.chips.sensirion import ask, send
from gateway.buses.i2c import I2c, NotAcknowledged
from gateway.sensors.part import PartFault
from sensorhub.reading import NS_PER_S

ADDRESS = 0x62
START = 0x21B1
READY = 0xE4B8
READ = 0xEC05

READY_BITS = 0x07FF
"""A measurement is ready where one of them is set."""

SILENT_NS = 30 * NS_PER_S
"""Six measurements: one that gives nothing for so long has lost its power, or is broken."""


class Scd41:
    """One SCD41; it goes on measuring when the gateway restarts, and is started where it does not measure.

    Arguments:
        bus: where it is.
    """

    def __init__(self, bus: I2c) -> None:
        self._bus = bus
        self._started_ns: int | None = None

    def read(self, clock_ns: int) -> float | None:
        """The newest measurement of CO2 in ppm; None where there is no new one yet.

        Arguments:
            clock_ns: measurement clock, ns.

        Raises:
            PartFault: no answer, a wrong CRC, or nothing measured for half a minute.
        """
        if ask(self._bus, ADDRESS, READY, 1)[0] & READY_BITS:
            co2 = ask(self._bus, ADDRESS, READ, 3)[0]
            if co2 == 0:
                raise PartFault("The CO2 sensor measured nothing (0 ppm): look at its 3.3 V, it takes 205 mA at times.")
            self._started_ns = clock_ns
            return float(co2)
        if self._started_ns is None:
            self._start()
            self._started_ns = clock_ns
        elif clock_ns - self._started_ns > SILENT_NS:
            self._started_ns = None
            raise PartFault(
                f"The CO2 sensor at 0x{ADDRESS:02x} on i2c-{self._bus.number} has measured nothing for 30 s; it is "
                "started again. Look at its 3.3 V, it takes 205 mA at times."
            )
        return None

    def _start(self) -> None:
        try:
            send(self._bus, ADDRESS, START)
        except NotAcknowledged:
            # One that measures already takes no start; whether it is there has been told by its answer before.
            return
