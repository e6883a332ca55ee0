"""What goes wrong with one gateway of a county: the faults of a scenario, by the clock of the run."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from firmware_config.sensor import SensorConfig
from sensorhub.reading import NS_PER_S
from simulators.county.driver import FOREVER_NS
from simulators.county.faultbook import GATEWAY
from simulators.county.order import Order
from simulators.county.places import rains
from simulators.county.spans import Span, holding, joined
from simulators.faults.plan import FaultPlan
from simulators.faults.tampering import ScenarioTamper
from simulators.parts.tamper import Tamper
from simulators.world.place import Place

_SWITCHED = ("network-down", "card-full")
"""What fails as a whole, and is well again, while its gateway lives."""


class Mishaps:
    """The faults of one gateway; times are the measurement clock, ns, unless they say otherwise.

    Arguments:
        order: what is run.
        plans: what goes wrong here.
        place: what the world is like where a sensor stands, by the sensor's id.
        seed: of the scenario.
    """

    def __init__(self, order: Order, plans: Sequence[FaultPlan], place: Callable[[str], Place], seed: int) -> None:
        self._order = order
        self._plans = plans
        self._place = place
        self._seed = seed

    def has(self, *faults: str) -> bool:
        """Whether one of these is among them, at some time."""
        return any(plan.fault in faults for plan in self._plans)

    def now(self, fault: str, clock_ns: int) -> bool:
        """Whether a fault of the whole gateway holds at that time."""
        return bool(self._holding(fault, clock_ns))

    def ahead_s(self, clock_ns: int) -> float:
        """How far the gateway's time server is ahead, seconds."""
        return sum(plan.offset_s or 0.0 for plan in self._holding("clock-wrong", clock_ns))

    def switches(self) -> list[int]:
        """When what fails as a whole begins to, and ends."""
        plans = [plan for plan in self._plans if plan.fault in _SWITCHED]
        return sorted({self._at(since_s) for plan in plans for since_s in (plan.from_s, plan.to_s)})

    def power_cuts(self) -> list[tuple[int, int]]:
        """When the gateway's power goes and comes back, within the run."""
        end_ns = self._order.until_ns or FOREVER_NS
        plans = sorted((plan.from_s, plan.to_s) for plan in self._plans if plan.fault == "power-cut")
        spans = ((self._at(from_s), min(self._at(to_s), end_ns)) for from_s, to_s in plans)
        return [(cut_ns, back_ns) for cut_ns, back_ns in spans if cut_ns < end_ns]

    def tamper(self, sensors: Mapping[str, SensorConfig], sensor: str) -> Tamper:
        """What is wrong with a sensor on its way to pin or bus."""
        mine = [plan for plan in self._plans if plan.sensor == sensor]
        if not mine:
            return Tamper()
        return ScenarioTamper(sensors[sensor], mine, self._order.start_ns, self._seed, partial(self._rains, sensor))

    def spans(self, name: str, seconds: int) -> list[Span]:
        """When those hold that show on a sensor, or on the gateway itself, in a run of so many seconds."""
        return joined(
            span
            for plan in self._plans
            if ("trouble" in plan.shows if name == GATEWAY else plan.words and plan.sensor in ("", name))
            for span in holding(plan, seconds, lambda since_s: self._rains(name, self._at(since_s)))
        )

    def _rains(self, sensor: str, clock_ns: int) -> bool:
        return rains(self._place(sensor), self._order.wall_us_at(clock_ns))

    def _holding(self, fault: str, clock_ns: int) -> list[FaultPlan]:
        return [
            plan
            for plan in self._plans
            if plan.fault == fault and self._at(plan.from_s) <= clock_ns < self._at(plan.to_s)
        ]

    def _at(self, since_s: int) -> int:
        return self._order.start_ns + since_s * NS_PER_S
