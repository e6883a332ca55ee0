"""The world of one seed: gateways, broker and hub, what goes wrong between them, and how it must end."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from sensorhub.reading import NS_PER_S
from sensorhub.receipt import Receipt, encode_receipt
from sensorhub.signing import sign
from sensorhub.topics import OPEN_ROOT, gateway_topic
from tests.delivery.simulated.audit import Audit
from tests.delivery.simulated.broker import Broker, Packet
from tests.delivery.simulated.clock import BEGIN_NS, Timeline
from tests.delivery.simulated.gateway import Gateway
from tests.delivery.simulated.hub import Hub
from tests.delivery.simulated.plan import Plan, plan_of
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
    broken: str = ""
    what: str = ""


class World:
    """Arguments:
    seed: of everything that happens.
    log: takes the log of events, line by line; None: nobody reads it.
    """

    def __init__(self, seed: int, log: Log | None = None, plan: Plan | None = None) -> None:
        self.seed = seed
        self._chance = chance = random.Random(seed)
        self.plan = plan = plan or plan_of(chance)
        self.timeline = timeline = Timeline()
        self._sink = log
        keys = {f"g-{number}": chance.randbytes(32) for number in range(1, plan.gateways + 1)}
        self.audit = audit = Audit(keys)
        self._broker = broker = Broker(plan, timeline, chance, self._say)
        self._hub = hub = Hub(plan, timeline, chance, broker, audit.committed, audit.answering, self._say)
        audit.hub = hub
        self._gateways = audit.gateways
        for name, key in keys.items():
            self._gateways.append(Gateway(name, name, key, plan, timeline, chance, broker, audit, self._say))
            if plan.unnamed_s and name == "g-1":
                timeline.after(plan.unnamed_s, lambda: hub.keys.update({"g-1": keys["g-1"]}))
            else:
                hub.keys[name] = key
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
        accepted = sum(len(known.records) for one in self._gateways for known in one.ledger.epochs.values())
        closures = sum(gateway.ledger.closures for gateway in self._gateways)
        return Result(self.seed, accepted, self.audit.stored, closures, self.steps, broken, what)

    def _until(self, time_ns: int) -> None:
        while self.timeline.step(time_ns):
            self.steps += 1

    def _begin(self) -> None:
        for gateway in self._gateways:
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
        nemesis: Callable[[], None] = getattr(self, "_" + name.replace("-", "_"))
        nemesis()
        self._arm(name, mean_s)

    def _some(self) -> Gateway:
        return self._chance.choice(self._gateways)

    def _kill(self) -> None:
        gateway = self._some()
        if gateway.process is not None:
            gateway.kill()

    def _power(self) -> None:
        self._some().power_cut()

    def _hub_kill(self) -> None:
        self._hub.kill()

    def _hub_flap(self) -> None:
        self._hub.disconnect()

    def _link(self) -> None:
        self._some().cut_network(self._chance.choice((3.0, 12.0, 40.0)))

    def _one_way(self) -> None:
        self._some().deaf_until_s = self.timeline.elapsed_s + self._chance.choice((5.0, 25.0))

    def _broker_crash(self) -> None:
        if self._broker.up:
            self._broker.crash()
            self._hub.disconnect()
            for gateway in self._gateways:
                gateway.lose_link(silent=False)
            self.timeline.after(self._chance.uniform(0.5, 20), self._broker_back)

    def _broker_back(self) -> None:
        self._broker.up = True
        self._hub.connect()

    def _stall(self) -> None:
        self._broker.stalled_until_s = self.timeline.elapsed_s + self._chance.uniform(2, 20)

    def _replay(self) -> None:
        self._broker.replay()

    def _replayed_status(self) -> None:
        self._broker.replay_from_gateways()

    def _forge(self) -> None:
        """Somebody without the key, or with an old receipt, says that all is received."""
        gateway = self._some()
        if gateway.process is None:
            return
        spool = gateway.process.epochs.current
        kind = self._chance.randrange(5)
        topic = gateway_topic(OPEN_ROOT, gateway.gateway, "receipt")
        store = self._hub.store.id if kind != 1 else "0" * 16
        epoch = spool.epoch if kind != 2 else "f" * 16
        everything = ((1, max(1, spool.next - 1)),)
        receipt = Receipt(store, epoch, everything, (), "", self.timeline.now_ns // 1_000)
        payload = bytearray(sign(gateway.key if kind in {1, 2} else b"k" * 32, topic, encode_receipt(receipt)))
        if kind == 3 and (old := self._broker.old()) is not None:
            topic, payload = old[0], bytearray(old[1])
            payload[self._chance.randrange(len(payload))] ^= 1 << self._chance.randrange(8)
        if kind == 4:
            payload[:64] = b"0" * 64
        self._broker.deliver(topic, bytes(payload))

    def _malformed(self) -> None:
        gateway = self._some().gateway
        leaf, payload = self._chance.choice(
            (
                ("pack/zz/1/1", b"[]"),
                ("status", b"{"),
                ("status", b""),
                ("senml", b"[]"),
                ("reply", b"no"),
                ("pack/00000000000000aa/1/2", b'[{"n":"a"}'),
                ("pack/00000000000000aa/1/1", b'[{"bver":26,"bn":"other/","bt":1764000000,"n":"a/b","v":1}]'),
                ("pack/00000000000000aa/5/1", b"\x78\x9cgarbage"),
            )
        )
        self._broker.inject(Packet(gateway_topic(OPEN_ROOT, gateway, leaf), payload))

    def _restore_hub(self) -> None:
        if self._chance.random() < 0.5:
            self._hub.back_up()
            return
        self.audit.before_restore()
        if self._hub.restore():
            self.audit.after_restore()

    def _eio(self) -> None:
        gateway = self._some()
        gateway.card.error_rate = self._chance.choice((0.05, 0.5, 1.0))
        self.timeline.after(self._chance.uniform(1, 15), lambda: self._mend(gateway))

    def _full_disk(self) -> None:
        gateway = self._some()
        card = gateway.card
        card.capacity_bytes, card.taken_bytes = None, 0
        card.capacity_bytes = card.used_bytes() + self._chance.randrange(0, 3_000)
        self.timeline.after(self._chance.uniform(3, 30), lambda: self._mend(gateway))

    def _mend(self, gateway: Gateway) -> None:
        gateway.card.error_rate = 0.0
        gateway.card.capacity_bytes = None

    def _wall_step(self) -> None:
        self._some().step_wall()

    def _stop(self) -> None:
        self._some().stop()

    def _refetch(self) -> None:
        """Somebody wants what came since then once more."""
        since_us = (BEGIN_NS + self._chance.randrange(self.timeline.now_ns - BEGIN_NS + 1)) // 1_000
        self._hub.store.want(since_us, self._chance.choice((None, self._some().gateway)))

    def _forget(self) -> None:
        self._hub.store.forget_hashes(self.timeline.now_ns // 1_000, 3)

    def _rot(self) -> None:
        self._some().rot()

    def _image(self) -> None:
        gateway = self._some()
        (gateway.take_image if self._chance.random() < 0.4 else gateway.put_image_back)()

    def _clone(self) -> None:
        """Somebody copies a card and starts it elsewhere, once in a world."""
        if len(self._gateways) > self.plan.gateways:
            return
        original = self._some()
        copy = Gateway(
            original.gateway,
            original.gateway + "*",
            original.key,
            self.plan,
            self.timeline,
            self._chance,
            self._broker,
            self.audit,
            self._say,
        )
        copy.clone(original)
        self._gateways.append(copy)
        copy.start_in(1.0)
        self._tick(copy)

    # The end ---------------------------------------------------------------------------------------------------------

    def _heal(self) -> None:
        self._say("== all is well from here on")
        self._healed = True
        self._broker.honest = True
        self._broker.stalled_until_s = 0.0
        self._broker_back()
        self._hub.heal()
        for gateway in self._gateways:
            gateway.honest = True
            gateway.network = True
            gateway.deaf_until_s = 0.0
            self._hub.keys[gateway.gateway] = gateway.key
            self._mend(gateway)
            gateway.lose_link(silent=False)
            gateway.start_in(0.5)

    def _drain(self) -> None:
        """Contacts go quiet; what they gave until now must be counted, and be at the hub."""
        for gateway in self._gateways:
            gateway.measuring = False
        self._until(self.timeline.now_ns + (self.plan.period_s + 20) * NS_PER_S)
        first, clones = self._gateways[: self.plan.gateways], self._gateways[self.plan.gateways :]
        self._let_drain(first, clones)
        if clones:
            names = {gateway.gateway for gateway in clones}
            self._let_drain(clones, [gateway for gateway in first if gateway.gateway in names])
        self._say("== drained")

    def _let_drain(self, gateways: list[Gateway], others: list[Gateway]) -> None:
        """Let these drain, while others, which have the same names, are kept off the network."""
        for gateway in self._gateways:
            gateway.network = gateway not in others
            if gateway in others:
                gateway.lose_link(silent=False)
        until_ns = self.timeline.now_ns + DRAIN_S * NS_PER_S
        self._wait_until(until_ns, lambda: [text for one in gateways for text in one.uncounted()], "lost")
        for gateway in gateways:
            if gateway.process is None:
                raise Broken("failed start", f"{gateway.label} does not run after all was healed")
        goals = [(one, {epoch: known.next - 1 for epoch, known in one.ledger.epochs.items()}) for one in gateways]
        self._wait_until(until_ns, lambda: self._waiting(goals), "not drained")

    def _wait_until(self, until_ns: int, waiting: Callable[[], list[str]], what: str) -> None:
        while left := waiting():
            if self.timeline.now_ns >= until_ns:
                raise Broken(what, "; ".join(left[:5]))
            self._until(self.timeline.now_ns + 10 * NS_PER_S)

    def _waiting(self, goals: list[tuple[Gateway, dict[str, int]]]) -> list[str]:
        return [
            f"{gateway.label} {epoch} {first}-{last}"
            for gateway, goal in goals
            for epoch, (first, last) in self.audit.waiting(gateway, goal)
        ]
