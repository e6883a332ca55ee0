"""A fault of a scenario on its way to pins and buses: what a part's moves, values and frames become."""

import heapq
import random
from collections.abc import Callable, Iterator, Mapping, Sequence

from firmware_config.sensor import SensorConfig
from sensorhub.reading import NS_PER_S
from simulators.faults.plan import FaultPlan
from simulators.parts.part import PinMove
from simulators.parts.tamper import Tamper

_NS_PER_H = 3_600 * NS_PER_S
_CHATTER_NS = 60_000_000
"""A contact that chatters moves this often: slower than it is debounced, faster than anything that is counted."""

_MARK = -1
"""Stands for a pin in what is no move."""

Levels = Mapping[int, bool]
"""Whether each pin (BCM number) is active."""


class ScenarioTamper(Tamper):
    """The faults of one sensor.

    Arguments:
        sensor: whose they are.
        plans: what goes wrong.
        start_ns: start of the run on the measurement clock.
        seed: of the scenario.
        rains: whether it rains on the sensor, at a measurement clock.
    """

    def __init__(
        self,
        sensor: SensorConfig,
        plans: Sequence[FaultPlan],
        start_ns: int,
        seed: int,
        rains: Callable[[int], bool],
    ) -> None:
        self._sensor = sensor
        self._plans = plans
        self._start_ns = start_ns
        self._rains = rains
        self._chance = random.Random(f"{seed} {sensor.id}")
        self._frozen: dict[str, float] = {}

    def _now(self, fault: str, clock_ns: int) -> FaultPlan | None:
        since_s = (clock_ns - self._start_ns) / NS_PER_S
        for plan in self._plans:
            if plan.fault == fault and plan.from_s <= since_s < plan.to_s:
                return plan if plan.when == "always" or self._rains(clock_ns) else None
        return None

    def value(self, name: str, clock_ns: int, value: float) -> float:
        drift = self._now("drift", clock_ns)
        if drift is not None:
            hours = (clock_ns - self._start_ns - drift.from_s * NS_PER_S) / _NS_PER_H
            value += (drift.per_hour or 0.0) * hours
        if self._now("frozen", clock_ns) is None:
            self._frozen.pop(name, None)
            return value
        return self._frozen.setdefault(name, value)

    def frame(self, clock_ns: int, frame: bytes) -> bytes:
        flipped = self._now("flipped", clock_ns)
        if flipped is not None and frame and self._chance.random() < flipped.share:
            at = self._chance.randrange(len(frame) * 8)
            frame = bytes(byte ^ (1 << at % 8 if index == at // 8 else 0) for index, byte in enumerate(frame))
        half = self._now("half-frames", clock_ns)
        if half is not None and frame and self._chance.random() < half.share:
            frame = frame[: self._chance.randrange(1, len(frame))] if len(frame) > 1 else b""
        return frame

    def dead(self, clock_ns: int) -> bool:
        return self._now("dead", clock_ns) is not None or self._now("dead-bus", clock_ns) is not None

    def echo_lost(self, clock_ns: int) -> bool:
        lost = self._now("echo-lost", clock_ns)
        return lost is not None and self._chance.random() < lost.share

    def moves(self, moves: Iterator[PinMove]) -> Iterator[PinMove]:
        for plan in self._plans:
            reaching = self._reaching(plan.fault)
            if reaching is not None:
                moves = self._altered(moves, plan, reaching)
        return moves

    def _reaching(self, fault: str) -> Callable[[Levels], Levels] | None:
        """What reaches the pins of what is true, while a fault of contacts holds; None: it is none of contacts."""
        pins = tuple(self._sensor.pin_of.values())
        if fault in ("stuck", "chatter"):
            return lambda truly: {**truly, pins[0]: True}
        if fault == "cut":
            return lambda _: self._open_cable()
        if fault == "crossed":
            return lambda truly: {pin: truly[other] for pin, other in zip(pins, reversed(pins), strict=True)}
        return None

    def _open_cable(self) -> Levels:
        """Whether each contact reads as active when its cable is cut: the pin then goes where its resistor pulls."""
        inputs = zip(self._sensor.entry.inputs, self._sensor.pin_of.values(), strict=True)
        return {pin: each.low_when_active(self._sensor.active) == (each.pull == "down") for each, pin in inputs}

    def _altered(
        self, moves: Iterator[PinMove], plan: FaultPlan, reaching: Callable[[Levels], Levels]
    ) -> Iterator[PinMove]:
        """The moves with a fault; for each true one at least one, so that nobody looks for the next without end."""
        truly = dict.fromkeys(self._sensor.pin_of.values(), False)
        at_pins = dict(truly)
        altered = False
        for move in heapq.merge(moves, self._marks(plan)):
            if move.pin == _MARK:
                altered = move.active
            else:
                truly[move.pin] = move.active
            for pin, active in (reaching(truly) if altered else truly).items():
                if active != at_pins[pin] or pin == move.pin:
                    at_pins[pin] = active
                    yield PinMove(move.clock_ns, pin, active)

    def _marks(self, plan: FaultPlan) -> Iterator[PinMove]:
        """When a fault of contacts begins to hold (active), and when it is over; one that chatters does so often."""
        from_ns, to_ns = (self._start_ns + since_s * NS_PER_S for since_s in (plan.from_s, plan.to_s))
        step_ns = _CHATTER_NS if plan.fault == "chatter" else to_ns - from_ns
        holds = True
        for clock_ns in range(from_ns, to_ns, step_ns):
            yield PinMove(clock_ns, _MARK, holds)
            holds = not holds
        yield PinMove(to_ns, _MARK, active=False)
