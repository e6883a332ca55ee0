"""What strikes from outside: kills, power cuts, links, forgeries, backups, cards that fill, rot or are copied."""

import random
from collections.abc import Callable, Sequence

from sensorhub.receipt import Receipt, encode_receipt
from sensorhub.signing import sign
from sensorhub.topics import gateway_topic
from tests.delivery.simulated.audit import Audit
from tests.delivery.simulated.broker import Broker, Packet
from tests.delivery.simulated.clock import BEGIN_NS, Timeline
from tests.delivery.simulated.gateway import Gateway
from tests.delivery.simulated.hub import Hub
from tests.delivery.simulated.plan import Plan
from tests.delivery.simulated.sensors import root_of


class Nemesis:
    """Arguments:
    gateways: all there are; clones are added.
    add_clone: makes a clone of a gateway.
    """

    def __init__(
        self,
        plan: Plan,
        timeline: Timeline,
        chance: random.Random,
        broker: Broker,
        hub: Hub,
        audit: Audit,
        gateways: Sequence[Gateway],
        add_clone: Callable[[Gateway], None],
    ) -> None:
        self._plan = plan
        self._timeline = timeline
        self._chance = chance
        self._broker = broker
        self._hub = hub
        self._audit = audit
        self._gateways = gateways
        self._add_clone = add_clone

    def strike(self, name: str) -> None:
        """Do what has this name among the nemeses of a plan."""
        nemesis: Callable[[], None] = getattr(self, "_" + name.replace("-", "_"))
        nemesis()

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
        self._some().deaf_until_s = self._timeline.elapsed_s + self._chance.choice((5.0, 25.0))

    def _broker_crash(self) -> None:
        if self._broker.up:
            self._broker.crash()
            self._hub.disconnect()
            for gateway in self._gateways:
                gateway.lose_link(silent=False)
            self._timeline.after(self._chance.uniform(0.5, 20), self.broker_back)

    def broker_back(self) -> None:
        """The broker is up again."""
        self._broker.up = True
        self._hub.connect()

    def _stall(self) -> None:
        self._broker.stalled_until_s = self._timeline.elapsed_s + self._chance.uniform(2, 20)

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
        topic = gateway_topic(root_of(self._plan), gateway.gateway, "receipt")
        store = self._hub.store.id if kind != 1 else "0" * 16
        epoch = spool.epoch if kind != 2 else "f" * 16
        everything = ((1, max(1, spool.next - 1)),)
        receipt = Receipt(store, epoch, everything, (), "", self._timeline.now_ns // 1_000)
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
        self._broker.inject(Packet(gateway_topic(root_of(self._plan), gateway, leaf), payload))

    def _restore_hub(self) -> None:
        if self._chance.random() < 0.5:
            self._hub.back_up()
            return
        self._audit.before_restore()
        if self._hub.restore():
            self._audit.after_restore()

    def _eio(self) -> None:
        gateway = self._some()
        gateway.card.error_rate = self._chance.choice((0.05, 0.5, 1.0))
        self._timeline.after(self._chance.uniform(1, 15), lambda: self.mend(gateway))

    def _full_disk(self) -> None:
        gateway = self._some()
        card = gateway.card
        card.capacity_bytes, card.taken_bytes = None, 0
        card.capacity_bytes = card.used_bytes() + self._chance.randrange(0, 3_000)
        self._timeline.after(self._chance.uniform(3, 30), lambda: self.mend(gateway))

    def mend(self, gateway: Gateway) -> None:
        """Its card is well again."""
        gateway.card.error_rate = 0.0
        gateway.card.capacity_bytes = None

    def _wall_step(self) -> None:
        self._some().step_wall()

    def _stop(self) -> None:
        self._some().stop()

    def _refetch(self) -> None:
        """Somebody wants what came since then once more."""
        since_us = (BEGIN_NS + self._chance.randrange(self._timeline.now_ns - BEGIN_NS + 1)) // 1_000
        self._hub.store.want(since_us, self._chance.choice((None, self._some().gateway)))

    def _forget(self) -> None:
        self._hub.store.forget_hashes(self._timeline.now_ns // 1_000, 3)

    def _rot(self) -> None:
        self._some().rot()

    def _image(self) -> None:
        gateway = self._some()
        (gateway.take_image if self._chance.random() < 0.4 else gateway.put_image_back)()

    def _clone(self) -> None:
        """Somebody copies a card and starts it elsewhere, once in a world."""
        if len(self._gateways) == self._plan.gateways:
            self._add_clone(self._some())
