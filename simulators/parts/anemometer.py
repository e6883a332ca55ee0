"""`anemometer`: cups in the wind, and a reed contact that is closed for one half of each turn that counts."""

from collections.abc import Iterator
from dataclasses import replace

from firmware_config.sensor import SensorConfig
from gateway.sensors.anemometer import GUST_NS
from gateway.sensors.traffic import KMH_PER_MPS
from sensorhub.reading import NS_PER_S, US_PER_S
from simulators.instants import true_mean
from simulators.parts.part import SimulatedPart, Truth
from simulators.wires.bounce import REED
from simulators.wires.contact import Change, ContactPart
from simulators.wires.rising import reached
from simulators.wires.wires import Wires
from simulators.world.place import Place

STEP_NS = NS_PER_S
BOUNCE = replace(REED, share=0.05)
"""A magnet that passes a reed seldom makes it bounce."""


class Anemometer(ContactPart):
    """One anemometer.

    Arguments:
        sensor, wires, place: what, connected to what, where.
    """

    def __init__(self, sensor: SensorConfig, wires: Wires, place: Place) -> None:
        super().__init__(sensor, wires, place, BOUNCE)
        self._m_per_closure = sensor.constants["kmh_per_hz"] / KMH_PER_MPS

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        wind_m = self._run_m(until_ns) - self._run_m(from_ns)
        return [
            Truth(
                "wind_speed",
                "mean",
                wind_m * NS_PER_S / (until_ns - from_ns),
                self._m_per_closure / self._sensor.period_s,
                "one closure in an interval",
            ),
            *true_mean(
                "wind_gust",
                self._gusts(from_ns, until_ns),
                self._m_per_closure * NS_PER_S / GUST_NS,
                "one closure in 3 s",
            ),
        ]

    def _gusts(self, from_ns: int, until_ns: int) -> Iterator[float]:
        intervals = self._intervals(from_ns, until_ns)
        steps = GUST_NS // STEP_NS
        clocks_ns = range(from_ns, until_ns, STEP_NS)
        runs_m = [self._run_m(clock_ns) for clock_ns in clocks_ns]
        means = (
            (clock_ns, (later - earlier) * NS_PER_S / GUST_NS)
            for clock_ns, earlier, later in zip(clocks_ns[steps:], runs_m, runs_m[steps:], strict=False)
        )
        return (max(group) for group in intervals.groups(means) if group)

    def _run_m(self, clock_ns: int) -> float:
        return self._place.wind_run_m(self._wires.wall_us(clock_ns))

    def _changes(self) -> Iterator[Change]:
        step_us = STEP_NS // NS_PER_S * US_PER_S
        halves = reached(self._place.wind_run_m, self._place.start_us, step_us, self._m_per_closure / 2)
        closed = False
        for time_us, is_reached in halves:
            closed ^= is_reached
            yield self._wires.clock_ns(time_us), self._pin, closed


def part(sensor: SensorConfig, wires: Wires, place: Place) -> SimulatedPart:
    """The simulated part of a sensor of this kind."""
    return Anemometer(sensor, wires, place)
