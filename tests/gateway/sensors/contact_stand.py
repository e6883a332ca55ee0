"""A test stand for contacts: simulated part, debounce, tally and intervals as in a gateway, without pins."""

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from itertools import takewhile
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from firmware_config.sensor import SensorConfig
from gateway.anchors.times import AnchorBook
from gateway.recorder.contact import Contact
from gateway.recorder.kinds import sensed
from gateway.recorder.level import Level
from gateway.sensors.tally import Tally
from gateway.spool import Anchor, AnchorKind
from sensorhub.clock import seconds_ns
from sensorhub.reading import NS_PER_S, NS_PER_US, US_PER_S, Quality
from simulators.parts.part import PinMove, SimulatedPart
from simulators.pins import PlayerClock, PlayerFactory
from simulators.wires.wires import Bench, Wires
from simulators.world.place import Passage, Place, Stay

START_US = 1_764_000_000 * US_PER_S
"""A whole number of quarters of an hour."""

BOOTED_NS = 3_600 * NS_PER_S

_SETTLED_EVERY = 7
"""Moves between two looks of the gateway; odd, so that it looks in the middle of bounces too."""


class Told(Place):
    """A place where what is told happens, and nothing else.

    Arguments:
        passages: of vehicles, cyclists or people.
        stays: of door or movement.
        start_us: when the world begins.
    """

    def __init__(self, passages: Sequence[Passage] = (), stays: Sequence[Stay] = (), start_us: int = START_US) -> None:
        super().__init__(start_us)
        self._passages = passages
        self._stays = stays

    def vehicles(self) -> Iterator[Passage]:
        return iter(self._passages)

    cyclists = people = vehicles

    def door(self) -> Iterator[Stay]:
        return iter(self._stays)

    motion = door


class ContactStand:
    """One sensor of contacts at one place, read from the start of the world on.

    Arguments:
        place: where it is.
        told: its configuration.
    """

    def __init__(self, place: Place, **told: Any) -> None:
        self.sensor = SensorConfig.model_validate({"id": "sensor-1", **told})
        clock = PlayerClock(UUID(int=1), BOOTED_NS)
        bench = Bench(Path("unused"), clock, PlayerFactory(clock), BOOTED_NS, place.start_us)
        module = import_module(f"simulators.parts.{self.sensor.entry.module}")
        self.part: SimulatedPart = module.part(self.sensor, Wires(bench, Random(1)), place)
        anchors = AnchorBook()
        anchors.note(Anchor(BOOTED_NS, place.start_us * NS_PER_US, 0, AnchorKind.GIVEN))
        measures = sensed(self.sensor, anchors)
        assert isinstance(measures, Contact | Level)
        self._measures = measures
        self._channel = {pin: channel for channel, pin in enumerate(self.sensor.pin_of.values())}
        self.readings: list[dict[str, float]] = []
        self.qualities: set[Quality] = set()
        self.faults: set[str] = set()

    def moves(self, seconds: float) -> Iterator[PinMove]:
        """The part's moves of the first seconds."""
        until_ns = BOOTED_NS + seconds_ns(seconds)
        return takewhile(lambda move: move.clock_ns < until_ns, self.part.moves())

    def run(self, seconds: float) -> None:
        """Drive and read it for so long."""
        measures = self._measures
        if isinstance(measures, Contact):
            measures.observe(BOOTED_NS, [False] * len(self._channel))
        else:
            measures.observe(BOOTED_NS, False)
        for number, move in enumerate(self.moves(seconds)):
            if number % _SETTLED_EVERY == 0:
                self._look(move.clock_ns)
            measures.edge(move.clock_ns, move.active, self._channel[move.pin])
        self._look(BOOTED_NS + seconds_ns(seconds) + 10 * NS_PER_S)

    def compare(self, seconds: float) -> dict[str, float]:
        """Run it, and compare its readings with what is true; returns what is true by quantity."""
        self.run(seconds)
        assert self.qualities <= {Quality.GOOD}
        until_ns = BOOTED_NS + seconds_ns(seconds)
        truths = self.part.truths(BOOTED_NS, until_ns)
        assert {truth.quantity for truth in truths} == {name for reading in self.readings for name in reading}
        for truth in truths:
            values = [reading[truth.quantity] for reading in self.readings if truth.quantity in reading]
            found = {"sum": sum(values), "mean": sum(values) / len(values), "last": values[-1]}[truth.how]
            assert abs(found - truth.value) <= truth.tolerance, f"{found} against {truth}"
            assert bool(truth.tolerance) == bool(truth.reason)
        return {truth.quantity: truth.value for truth in truths}

    def _look(self, now_ns: int) -> None:
        if isinstance(self._measures, Contact):
            self._measures.settle(now_ns)
            self.faults |= {self._measures.intervals.fault} - {""}
        for reading in self._measures.close(now_ns):
            self.readings.append({each.quantity: each.value for each in reading.values})
            self.qualities |= {each.quality for each in reading.values}


def drive(tally: Tally, edges: Iterable[tuple[float, int, bool]], until_s: float = 60.0) -> dict[str, float]:
    """What edges come to in one interval that is observed throughout.

    Arguments:
        tally: new, or just emptied; idle contacts are observed from 0 s on.
        edges: time in seconds, channel, level; in the order of time.
        until_s: end of the interval.
    """
    for channel in range(2):
        tally.observe(channel, 0, False)
    for time_s, channel, level in edges:
        clock_ns = seconds_ns(time_s)
        tally.advance(clock_ns)
        tally.edge(channel, clock_ns, level)
    tally.advance(seconds_ns(until_s))
    return dict(tally.values(seconds_ns(until_s)))


def constants(kind: str, **own: float) -> dict[str, float]:
    """The constants of a kind as its catalogue gives them, but for `own`."""
    pins = {"pins": {"upstream": 5, "downstream": 6}}
    sensor = SensorConfig.model_validate({"id": "sensor-1", "kind": kind, "calibration": own, **pins})
    return sensor.constants
