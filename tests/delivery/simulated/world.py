"""The world of one seed: gateways, broker and hub, what goes wrong between them, and how it must end."""

import random
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sensorhub.reading import NS_PER_S
from tests.delivery.simulated.audit import Audit
from tests.delivery.simulated.broker import Broker
from tests.delivery.simulated.clock import BEGIN_NS, Timeline
from tests.delivery.simulated.gateway import Gateway
from tests.delivery.simulated.hub import Hub
from tests.delivery.simulated.nemesis import Nemesis
from tests.delivery.simulated.plan import plan_of
from tests.delivery.simulated.sensors import kinds_of
from tests.delivery.simulated.trace import Broken, Log

DRAIN_S = 2_000
"""Once all is well again, everything is at the hub within this time."""

DRAIN_TICK_S = 4.0


@dataclass(frozen=True, slots=True)
class Result:
    """What one seed came to: numbers of records, closures and steps, and what broke, if anything did."""

    seed: int
    accepted: int
    stored: int
    closures: int
    steps: int
    lost_to_copies: int = 0
    broken: str = ""
    what: str = ""


class World:
    """Arguments:
    seed: of everything that happens.
    log: takes the log of events, line by line; None: nobody reads it.
    kinds: of each gateway's sensors, as in `Plan`; None: as the seed says.
    otherwise: what of the plan is not as the seed says.
    """

    def __init__(
        self, seed: int, log: Log | None = None, kinds: tuple[str, ...] | None = None, **otherwise: Any
    ) -> None:
        self.seed = seed
        self._chance = chance = random.Random(seed)
        self.plan = plan = replace(plan_of(chance), **otherwise)
        plan.kinds = kinds_of(seed) if kinds is None else kinds
        if plan.kinds:
            plan.segment_bytes *= 2  # the head of a segment names more quantities
        self.timeline = timeline = Timeline()
        self._sink = log
        keys = {f"g-{number}": chance.randbytes(32) for number in range(1, plan.gateways + 1)}
        self.audit = audit = Audit(keys)
        self._broker = broker = Broker(plan, timeline, chance, self._say)
        self._hub = hub = Hub(plan, timeline, chance, broker, audit.committed, audit.answering, self._say)
        audit.hub = hub
        self.gateways = audit.gateways
        for name, key in keys.items():
            self.gateways.append(self._gateway(name, name, key))
            if plan.unnamed_s and name == "g-1":
                timeline.after(plan.unnamed_s, lambda: hub.keys.update({"g-1": keys["g-1"]}))
            else:
                hub.keys[name] = key
        self._nemesis = Nemesis(plan, timeline, chance, broker, hub, audit, self.gateways, self._add_clone)
        self.steps = 0
        self._healed = False

    def _say(self, text: str) -> None:
        if self._sink is not None:
            self._sink(f"{self.timeline.elapsed_s:9.3f} {text}")

    def run(self) -> Result:
        """Let all of it happen."""
        broken, what = "", ""
        try:
            self._begin()
            self._until(BEGIN_NS + int(self.plan.active_s * NS_PER_S))
            self._heal()
            self._drain()
        except Broken as error:
            broken, what = str(error), error.what
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            broken, what = f"crash: {error!r} at {where.filename}:{where.lineno}", "crash"
        accepted = sum(len(known.records) for one in self.gateways for known in one.ledger.epochs.values())
        closures = sum(gateway.ledger.closures for gateway in self.gateways)
        return Result(
            self.seed, accepted, self.audit.stored, closures, self.steps, self.audit.lost_to_copies, broken, what
        )

    def _until(self, time_ns: int) -> None:
        while self.timeline.step(time_ns):
            self.steps += 1

    def _begin(self) -> None:
        for gateway in self.gateways:
            gateway.step_wall()
            gateway.start_in(self._chance.random() * 3)
            self._tick(gateway)
        self._look()
        for name, mean_s in self.plan.nemeses.items():
            self._arm(name, mean_s)

    def _tick(self, gateway: Gateway) -> None:
        gateway.tick()
        wait_s = DRAIN_TICK_S if self._healed else self._chance.uniform(0.3, 1.7) * self.plan.tick_s
        self.timeline.after(wait_s, lambda: self._tick(gateway))

    def _look(self) -> None:
        self._hub.tick()
        self.timeline.after(5.0, self._look)

    # What strikes from outside -------------------------------------------------------------------------------------

    def _arm(self, name: str, mean_s: float) -> None:
        self.timeline.after(self._chance.expovariate(1 / mean_s), lambda: self._strike(name, mean_s))

    def _strike(self, name: str, mean_s: float) -> None:
        if self._healed:
            return
        self._say(f"-- {name}")
        self._nemesis.strike(name)
        self._arm(name, mean_s)

    def _add_clone(self, original: Gateway) -> None:
        name, key = original.gateway, original.key
        copy = self._gateway(name, f"{name}*", key)
        copy.clone(original)
        self.gateways.append(copy)
        copy.start_in(1.0)
        self._tick(copy)

    def _gateway(self, name: str, label: str, key: bytes) -> Gateway:
        return Gateway(name, label, key, self.plan, self.timeline, self._chance, self._broker, self.audit, self._say)

    # The end ---------------------------------------------------------------------------------------------------------

    def _heal(self) -> None:
        self._say("== all is well from here on")
        self._healed = True
        self._broker.honest = True
        self._broker.stalled_until_s = 0.0
        self._nemesis.broker_back()
        self._hub.heal()
        for gateway in self.gateways:
            gateway.network = True
            gateway.deaf_until_s = 0.0
            self._hub.keys[gateway.gateway] = gateway.key
            self._nemesis.mend(gateway)
            gateway.lose_link(silent=False)
            gateway.heal()

    def _drain(self) -> None:
        """Contacts go quiet; what they gave until now must be counted, and be at the hub."""
        for gateway in self.gateways:
            gateway.measuring = False
        self._until(self.timeline.now_ns + (self.plan.period_s + 4) * NS_PER_S)
        first, clones = self.gateways[: self.plan.gateways], self.gateways[self.plan.gateways :]
        self._let_drain(first, clones)
        if clones:
            names = {gateway.gateway for gateway in clones}
            self._let_drain(clones, [gateway for gateway in first if gateway.gateway in names])
        self._say("== drained")

    def _let_drain(self, gateways: list[Gateway], others: list[Gateway]) -> None:
        """Let these drain, while others, which have the same names, are kept off the network."""
        for gateway in self.gateways:
            gateway.barred = gateway in others
            if gateway.barred:
                gateway.lose_link(silent=False)
        until_ns = self.timeline.now_ns + DRAIN_S * NS_PER_S
        self._wait_until(until_ns, lambda: [text for one in gateways for text in one.uncounted()], "not drained")
        for gateway in gateways:
            if gateway.process is None:
                raise Broken("failed start", f"{gateway.label} does not run after all was healed")
        goals = [(one, {epoch: known.next - 1 for epoch, known in one.ledger.epochs.items()}) for one in gateways]
        self._wait_until(until_ns, lambda: self._waiting(goals), "not drained")

    def _wait_until(self, until_ns: int, waiting: Callable[[], list[str]], what: str) -> None:
        while left := waiting():
            if self.timeline.now_ns >= until_ns:
                raise Broken(what, "; ".join(left[:5]))
            self._until(self.timeline.now_ns + 5 * NS_PER_S)

    def _waiting(self, goals: list[tuple[Gateway, dict[str, int]]]) -> list[str]:
        return [
            f"{gateway.label} {epoch} {first}-{last}"
            for gateway, goal in goals
            for epoch, (first, last) in self.audit.waiting(gateway, goal)
        ]
