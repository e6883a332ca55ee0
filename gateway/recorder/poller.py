"""Reads parts on buses as they fall due.

It owns no thread and no sleep: whoever does calls `run` when `next_ns` is past.
A part that fails is tried again with back-off, opened anew, and costs only itself. For one that has not spoken yet
nobody waits: it is asked again, and the others are read meanwhile.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from firmware_config.sensor import SensorConfig
from gateway.buses.buses import Buses
from gateway.recorder.faults import Faults
from gateway.recorder.kinds import module_of
from gateway.recorder.sampled import FAILED, Sampled
from gateway.sensors.part import NotYet, Part, PartFault, Sample
from sensorhub.clock import MeasurementClock, seconds_ns
from sensorhub.reading import NS_PER_S

log = logging.getLogger(__name__)

FAILURES_MIN = 2
"""Reads in a row that must fail before it is a fault: one bad check sum is noise."""

ASK_AGAIN_NS = NS_PER_S // 2
"""How soon a part that has not spoken yet is asked again."""

_NS_PER_H = 3_600 * NS_PER_S

BACKOFF_MAX_S = 60.0
"""A part that was plugged in again is read within this time; one that fails on every read costs the bus no more."""

BACKOFF_READS_MAX = 8
"""Nor does it miss more than so many reads, where these are further apart."""


def part_of(sensor: SensorConfig, buses: Buses) -> Part:
    """The part of a sensor that is read over a bus.

    Raises:
        PartFault: its bus is not there.
    """
    part: Part = module_of(sensor.entry).part(sensor, buses)
    return part


@dataclass
class _Read:
    """One part in the poller's hands: when its read is due, and when it is asked for it."""

    sensor: SensorConfig
    sampled: Sampled
    due_ns: int = 0
    ask_ns: int = 0
    part: Part | None = None
    failures: int = 0
    last: Sample | None = None
    changed_ns: int = 0

    @property
    def sample_ns(self) -> int:
        """From one read to the next."""
        return seconds_ns(self.sensor.sample_s or self.sensor.period_s)

    def still(self, due_ns: int, sample: Sample) -> str:
        """What is wrong where a part gives the very same values for too long, as a sentence; else empty."""
        if sample != self.last:
            self.last, self.changed_ns = sample, due_ns
        limit_h = self.sensor.entry.frozen_h
        if limit_h is None or due_ns - self.changed_ns < limit_h * _NS_PER_H:
            return ""
        return f"Frozen: the very same values for {limit_h:g} h or more. Look at the part; switch it off and on."


class Poller:
    """The parts of one gateway; every method is called in the one worker thread, but for `next_ns` and `due`.

    Arguments:
        sensors: as configured; those that are not read over a bus are left out.
        sampled: what takes the samples, by sensor.
        clock: the measurement clock.
        buses: of the gateway.
        faults: where faults are told.
        make: makes a part.
    """

    def __init__(
        self,
        sensors: Sequence[SensorConfig],
        sampled: Mapping[str, Sampled],
        *,
        clock: MeasurementClock,
        buses: Buses,
        faults: Faults,
        make: Callable[[SensorConfig, Buses], Part] = part_of,
    ) -> None:
        self._clock = clock
        self._buses = buses
        self._faults = faults
        self._make = make
        reads = (_Read(sensor, sampled[sensor.id]) for sensor in sensors if sensor.id in sampled)
        self._reads = sorted(reads, key=lambda read: read.sample_ns)
        self.newest: dict[str, tuple[int, Sample]] = {}
        """The newest sample of each sensor, and when its read was due."""

    def begin(self) -> None:
        """Reads are due from now on."""
        for read in self._reads:
            self._schedule(read, self._clock.now_ns())

    @property
    def next_ns(self) -> int | None:
        """When the next read is due; None where nothing is read over a bus."""
        return min((read.ask_ns for read in self._reads), default=None)

    def due(self, clock_ns: int) -> list[str]:
        """The sensors whose read is due by then."""
        return [read.sensor.id for read in self._reads if read.ask_ns <= clock_ns]

    def run(self) -> None:
        """Read all that is due now, one part after the other.

        Before each one those that are read more often have their turn: several that take their time, one after the
        other, would cost them reads.
        """
        for at, read in enumerate(self._reads):
            if read.ask_ns <= self._clock.now_ns():
                for oftener in self._reads[:at]:
                    if oftener.ask_ns <= self._clock.now_ns():
                        self._read(oftener)
                self._read(read)

    def close(self) -> None:
        """Give all parts and buses back; may be called twice."""
        for read in self._reads:
            self._drop(read)
        try:
            self._buses.close()
        except Exception:  # whatever a bus says, the gateway ends in good order
            log.exception("A bus could not be closed.")

    def _schedule(self, read: _Read, after_ns: int) -> None:
        read.due_ns = read.ask_ns = read.sampled.due_after(after_ns)
        read.sampled.began(read.due_ns)

    def _read(self, read: _Read) -> None:
        due_ns, name = read.due_ns, read.sensor.id
        after_ns = due_ns
        try:
            if read.part is None:
                read.part = part = self._make(read.sensor, self._buses)
                read.sampled.intervals.summarise(lambda samples: self._summary(name, part, samples))
            sample = read.part.read(read.ask_ns)
        except NotYet:
            read.ask_ns = max(read.ask_ns, self._clock.now_ns()) + ASK_AGAIN_NS
            return
        except PartFault as fault:
            after_ns = self._fail(read, str(fault))
        except Exception as error:  # the sensor boundary: what a driver did not expect costs its own sensor only
            if not read.failures:
                log.exception("Sensor %s could not be read.", name)
            after_ns = self._fail(read, f"It cannot be read: {type(error).__name__}: {error}.")
        else:
            read.sampled.put(due_ns, sample)
            if sample is not None:
                read.failures = 0
                self.newest[name] = due_ns, sample
                self._faults.set(name, "part", "")
                self._faults.set(name, "frozen", read.still(due_ns, sample))
        self._schedule(read, max(after_ns, self._clock.now_ns()))

    def _fail(self, read: _Read, text: str) -> int:
        """Note that a read failed; returns after when it is tried again."""
        read.sampled.put(read.due_ns, FAILED)
        read.failures += 1
        if read.failures < FAILURES_MIN:
            return read.due_ns
        self._faults.set(read.sensor.id, "part", text)
        self._drop(read)
        read.last = None  # while it gave nothing it was not frozen
        most_ns = min(seconds_ns(BACKOFF_MAX_S), BACKOFF_READS_MAX * read.sample_ns)
        wait_ns = min(most_ns, read.sample_ns << min(read.failures - FAILURES_MIN, 16))
        return read.due_ns + max(0, wait_ns - read.sample_ns)

    def _summary(self, sensor: str, part: Part, samples: Sequence[Sample]) -> Sample:
        """The reading of an interval, made where the recorder is; none where the part's kind cannot make it."""
        try:
            summary, text = part.summary(samples), ""
        except Exception as error:  # the sensor boundary
            if sensor not in self._faults:
                log.exception("Sensor %s: its samples come to no reading.", sensor)
            summary, text = (), f"Its samples come to no reading: {type(error).__name__}: {error}."
        self._faults.set(sensor, "summary", text)
        return summary

    def _drop(self, read: _Read) -> None:
        part, read.part = read.part, None
        if part is not None:
            try:
                part.close()
            except Exception:  # the sensor boundary: it is given up in any case
                log.exception("Sensor %s could not be let go of.", read.sensor.id)
