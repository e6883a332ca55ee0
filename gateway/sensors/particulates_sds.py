"""`particulates-sds`: particles in the air, by an SDS011 that sleeps between measurements to spare its laser."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses
from gateway.buses.chips.sds011 import FRAME, REPORT, SLEEP, WORK, particles_of
from gateway.buses.frames import Frames
from gateway.buses.ports import port_of
from gateway.buses.serial_port import SerialPort
from gateway.sensors.part import Part, PartFault
from gateway.spool.entries import Measured
from sensorhub.clock import seconds_ns
from sensorhub.reading import Quality

WARM_UP_S = 30.0
"""Fan and air must have become steady before a measurement."""

SLACK_S = 1.0
"""Reads are due by a clock that is corrected now and then: two are never exactly as far apart as they should be."""

DAMP_PERCENT = 70.0
"""In damper air droplets are counted as particles (Nova Fitness, SDS011: working range)."""


class ParticulatesSds(Part):
    """One SDS011: a measurement every `period_s`, awake for the 30 s before it.

    Arguments:
        port: its UART.
        period_s: from measurement to measurement.
        sample_s: from read to read; each either wakes it, measures, or does nothing.
        facts: what the gateway knows: where it has `relative_humidity`, values in damp air are suspect.
    """

    def __init__(
        self, port: SerialPort, period_s: float, sample_s: float, facts: Callable[[], Mapping[str, float]]
    ) -> None:
        self._port = port
        self._frames = Frames(port, FRAME)
        self._period_ns = seconds_ns(period_s)
        self._sample_ns = seconds_ns(sample_s)
        self._facts = facts
        self._due_ns: int | None = None
        self._awake_ns: int | None = None

    def read(self, clock_ns: int) -> list[Measured] | None:
        if self._due_ns is None:
            self._due_ns = clock_ns + seconds_ns(WARM_UP_S)
        if self._awake_ns is None:
            if self._is_time_to_wake(clock_ns, self._due_ns):
                self._wake(clock_ns)
            return None
        if clock_ns + seconds_ns(SLACK_S) < max(self._due_ns, self._awake_ns + seconds_ns(WARM_UP_S)):
            return None
        found = self._measure(clock_ns)
        self._due_ns = clock_ns + self._period_ns
        if not self._is_time_to_wake(clock_ns, self._due_ns):
            self._sleep()
        return found

    def probe(self, clock_ns: int) -> list[Measured]:
        """What it sends when it has just been woken: that it answers, and no measurement yet."""
        if self._awake_ns is None:
            self._wake(clock_ns)
        pm2_5, pm10 = particles_of(self._frames.newest(clock_ns))
        return [Measured("pm2_5", pm2_5), Measured("pm10", pm10)]

    def close(self) -> None:
        if self._awake_ns is not None:
            with suppress(PartFault):
                self._sleep()

    def _is_time_to_wake(self, clock_ns: int, due_ns: int) -> bool:
        """Whether the next read would be too late to wake it for the measurement that is due."""
        return clock_ns + self._sample_ns > due_ns - seconds_ns(WARM_UP_S) + seconds_ns(SLACK_S)

    def _wake(self, clock_ns: int) -> None:
        self._port.write(WORK)
        self._port.write(REPORT)
        self._frames.listen(clock_ns)
        self._awake_ns = clock_ns

    def _sleep(self) -> None:
        self._port.write(SLEEP)
        self._awake_ns = None

    def _measure(self, clock_ns: int) -> list[Measured]:
        pm2_5, pm10 = particles_of(self._frames.newest(clock_ns))
        if not pm2_5 and not pm10:
            raise PartFault("The SDS011 gives zero for both sizes: not valid. Check that its fan turns and its inlet.")
        damp = self._facts().get("relative_humidity", 0.0) > DAMP_PERCENT
        quality = Quality.SUSPECT if damp else Quality.GOOD
        return [Measured("pm2_5", pm2_5, quality), Measured("pm10", pm10, quality)]


def part(sensor: SensorConfig, buses: Buses) -> Part:
    """The sensor on its UART."""
    return ParticulatesSds(port_of(sensor, buses), sensor.period_s, sensor.sample_s or sensor.period_s, buses.facts)
