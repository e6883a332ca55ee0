"""A test stand: the real part of a sensor on the simulated part of its kind, read as a gateway would read it."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses
from gateway.recorder.poller import ASK_AGAIN_NS
from gateway.sensors.part import NotYet, Part, Sample
from sensorhub.clock import seconds_ns
from sensorhub.reading import NS_PER_S, US_PER_S
from simulators.parts.part import SimulatedPart
from simulators.parts.tamper import Tamper
from simulators.pins import PlayerClock, PlayerFactory
from simulators.wires.wires import Bench, Wires
from simulators.world.place import Place

START_US = 1_764_000_000 * US_PER_S
"""A whole number of quarters of an hour."""

BOOTED_NS = 3_600 * NS_PER_S
LEAD_NS = NS_PER_S // 2


class Stand:
    """One sensor at one place; use it in a `with`.

    Arguments:
        folder: for files that stand for buses.
        place: where it is.
        tamper: what is wrong on the way.
        facts: what its gateway knows.
        told: its configuration.
    """

    def __init__(
        self,
        folder: Path,
        place: Place | None = None,
        tamper: Tamper | None = None,
        facts: Callable[[], dict[str, float]] = dict,
        **told: Any,
    ) -> None:
        self.sensor = SensorConfig.model_validate({"id": "sensor-1", **told})
        self._clock = PlayerClock(UUID(int=1), BOOTED_NS)
        factory = PlayerFactory(self._clock)
        self.bench = Bench(folder, self._clock, factory, BOOTED_NS, START_US)
        self.buses = Buses(factory, self.bench.bus_world(), facts)
        wires = Wires(self.bench, Random(1), tamper or Tamper())
        module = self.sensor.entry.module
        self.simulated: SimulatedPart = import_module(f"simulators.parts.{module}").part(
            self.sensor, wires, place or Place(START_US)
        )
        self._module = import_module(f"gateway.sensors.{module}")
        self._part: Part | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._part is not None:
            self._part.close()
            self._part.close()
        self.buses.close()
        self.simulated.close()
        self.bench.close()
        self.bench.close()

    @property
    def part(self) -> Part:
        """The real part, made when it is first needed."""
        if self._part is None:
            made: Part = self._module.part(self.sensor, self.buses)
            self._part = made
        return self._part

    def read(self, at_s: float) -> Sample | None:
        """What a read gives `at_s` seconds after the start; the simulated part has spoken before the port is opened."""
        sample: Sample | None = self._ask(at_s, "read")
        return sample

    def probe(self, at_s: float) -> Sample:
        """The same for a person who waits."""
        sample: Sample = self._ask(at_s, "probe")
        return sample

    def _ask(self, at_s: float, question: str) -> Any:
        """What a question gives; asked again, as the poller does, while the part may still speak."""
        clock_ns = BOOTED_NS + seconds_ns(at_s)
        while True:
            self._clock.advance_to(clock_ns)
            self.simulated.settle(clock_ns)
            try:
                return getattr(self.part, question)(clock_ns)
            except NotYet:
                clock_ns += ASK_AGAIN_NS

    def values(self, at_s: float) -> dict[str, float]:
        """The same by quantity; empty where nothing was due."""
        return {each.quantity: each.value for each in self.read(at_s) or ()}

    def compare(self, intervals: int) -> None:
        """Read for so many intervals, and compare their readings with what the simulated part says is true."""
        period_s, sample_s = self.sensor.period_s, self.sensor.sample_s or self.sensor.period_s
        readings: list[Mapping[str, float]] = []
        for interval in range(intervals):
            samples = []
            for turn in range(round(period_s / sample_s)):
                sample = self.read(interval * period_s + (turn + 1) * sample_s - LEAD_NS / NS_PER_S)
                samples += [] if sample is None else [sample]
            assert samples, f"no sample in interval {interval}"
            readings.append({each.quantity: each.value for each in self.part.summary(samples)})
        truths = self.simulated.truths(BOOTED_NS, BOOTED_NS + seconds_ns(intervals * period_s))
        assert {truth.quantity for truth in truths} == set(readings[0])
        for truth in truths:
            values = [reading[truth.quantity] for reading in readings]
            found = values[-1] if truth.how == "last" else sum(values) / len(values)
            assert abs(found - truth.value) <= truth.tolerance + 1e-9, f"{found} against {truth}"
            assert bool(truth.tolerance) == bool(truth.reason)
