"""The hub of a simulation: the production ingest, and around it a process that can die at any line."""

import random
from collections.abc import Callable, Sequence
from typing import cast

from cloud.feed import Feed
from cloud.incoming import Incoming
from cloud.ingest import Ingest
from cloud.ingester import GROUP_MAX, Delivery
from cloud.mqtt import BrokerLink
from cloud.receipts import Outgoing
from cloud.stores.protocol import StorePack, StoreUnavailable
from sensorhub.clock import MachineClock
from sensorhub.reading import NS_PER_S, NS_PER_US
from sensorhub.status import Status
from sensorhub.topics import PackId
from tests.cloud.model_state import ModelRegistry
from tests.delivery.simulated.broker import Broker, Packet
from tests.delivery.simulated.clock import Timeline
from tests.delivery.simulated.plan import Plan
from tests.delivery.simulated.sensors import root_of
from tests.delivery.simulated.store import DurableState, DurableStore, Faults, HubCut
from tests.delivery.simulated.trace import Log

QUEUE_MAX = 60
"""Messages that the ingester holds; further ones are let go of, as in `BrokerLink`."""


class Deaf(Feed):
    """Nobody watches."""

    def arrived(self, pack: StorePack) -> None:
        pass

    def committed(self, packs: Sequence[PackId]) -> None:
        pass

    def status(self, gateway: str, status: Status, arrived_us: int) -> None:
        pass

    def unnamed(self, gateway: str, messages: int) -> None:
        pass

    def retired(self, gateway: str) -> None:
        pass

    def trouble(self, what: str | None) -> None:
        pass


class Session:
    """One connection of the hub; the broker's end and the client at once."""

    def __init__(self, hub: "Hub", broker: Broker, generation: int) -> None:
        self._hub = hub
        self._broker = broker
        self.generation = generation
        self.client = self
        self.packets: dict[int, Packet] = {}
        self.acknowledging: Packet | None = None

    def arrived(self, packet: Packet, mid: int) -> None:
        """The broker brings a message."""
        self._hub.take(self, packet, mid)

    def ack(self, mid: int, _qos: int) -> None:
        """What `BrokerLink.acknowledge` calls."""
        if self.acknowledging is not None:
            self._broker.acknowledged(self.acknowledging, mid)

    def publish(self, topic: str, payload: bytes, qos: int) -> None:
        """What `BrokerLink.publish` calls."""
        assert qos == 1
        self._broker.answer(topic, payload)


class Hub:
    """One hub; what it keeps is in `store` and `state`, with the `keys` of named gateways, and outlives its process.

    Arguments:
        committed: told of each pack that is newly durable.
        answering: told of each answer before it leaves.
    """

    def __init__(
        self,
        plan: Plan,
        timeline: Timeline,
        chance: random.Random,
        broker: Broker,
        committed: Callable[[StorePack], None],
        answering: Callable[[Outgoing], None],
        log: Log,
    ) -> None:
        self._plan = plan
        self._timeline = timeline
        self._chance = chance
        self._broker = broker
        self._answering = answering
        self._log = log
        self._faults = faults = Faults(plan, chance)
        self.store = DurableStore(faults, committed)
        self.state = DurableState().follow(faults)
        self.keys: dict[str, bytes] = {}
        self._backups: list[tuple[DurableStore, DurableState]] = []
        self._generation = 0
        self._current: Session | None = None
        self._waiting: list[tuple[Delivery, Packet]] = []
        self._ingest: Ingest | None = None
        self._at_work = False
        self.start()

    # The process ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the process, unless it runs."""
        if self._ingest is not None:
            return
        if not self._plan.same_store:
            self.store.draw_id()
        clock = MachineClock(
            monotonic_s=lambda: self._timeline.now_ns / NS_PER_S, wall_us=lambda: self._timeline.now_ns // NS_PER_US
        )
        root = root_of(self._plan)
        self._ingest = Ingest(ModelRegistry(self.keys), self.state, self.store, Deaf(), clock, root=root)
        self._log(f"hub starts, store {self.store.id}")
        self.connect()

    def kill(self) -> None:
        """End the process at once; what waits in its memory is gone."""
        if self._ingest is None:
            return
        self._log("hub dies")
        self._ingest = None
        self._waiting.clear()
        self._at_work = False
        self.disconnect()
        self._timeline.after(self._chance.uniform(0.5, 10), self.start)

    def connect(self) -> None:
        """Connect to the broker, unless connected."""
        if self._ingest is None or self._current is not None or not self._broker.up:
            return
        self._generation += 1
        self._current = Session(self, self._broker, self._generation)
        self._broker.connect_hub(self._current)

    def disconnect(self) -> None:
        """The connection is gone; another follows."""
        if self._current is not None:
            self._broker.disconnect_hub(self._current)
            self._current = None
        self._timeline.after(self._chance.uniform(0.1, 5), self.connect)

    # Messages --------------------------------------------------------------------------------------------------------

    def take(self, session: Session, packet: Packet, mid: int) -> None:
        """A message came by a connection."""
        if self._ingest is None:
            return
        incoming = Incoming(packet.topic, packet.payload, packet.retained, self._timeline.now_ns // NS_PER_US)
        delivery = Delivery(incoming, 1, session.generation, mid)
        if len(self._waiting) >= QUEUE_MAX:
            self._acknowledge(delivery, packet)
            return
        self._waiting.append((delivery, packet))
        self._work_in(self._chance.random() * 0.5)

    def _work_in(self, delay_s: float) -> None:
        if not self._at_work:
            self._at_work = True
            self._timeline.after(delay_s, self._work)

    def _work(self) -> None:
        self._at_work = False
        if self._ingest is None:
            return
        group = self._waiting[:GROUP_MAX]
        try:
            self._keep(self._ingest, group)
        except HubCut as cut:
            self._log(f"hub cut {cut}")
            self.kill()
        except StoreUnavailable as error:
            self._log(f"hub: {error}")
            self._work_in(self._chance.uniform(0.5, 5))

    def _keep(self, ingest: Ingest, group: list[tuple[Delivery, Packet]]) -> None:
        answers = ingest.handle([delivery.message for delivery, _ in group]) if group else []
        answers += ingest.refresh()
        del self._waiting[: len(group)]
        for answer in answers:
            self._answering(answer)
            self._faults.cut("between two receipts")
            BrokerLink.publish(cast(BrokerLink, self), answer)
        for delivery, packet in group:
            self._faults.cut("before an acknowledgement")
            self._acknowledge(delivery, packet)
        if self._waiting:
            self._work_in(0.05)

    def _acknowledge(self, delivery: Delivery, packet: Packet) -> None:
        # The production rule, on a link that is a twin: which acknowledgements may still be sent.
        if self._current is not None:
            self._current.acknowledging = packet
        BrokerLink.acknowledge(cast(BrokerLink, self), delivery)

    def tick(self) -> None:
        """Look for gateways that were named meanwhile."""
        self._work_in(0.0)

    # Backups -------------------------------------------------------------------------------------------------------

    def back_up(self) -> None:
        """Make a copy of all that is kept."""
        self._backups.append((self.store.backup(), self.state.backup()))

    def restore(self) -> bool:
        """Be restored from one of the copies, as after the loss of a disk; False where there is none."""
        if not self._backups:
            return False
        store, state = self._chance.choice(self._backups)
        self.kill()
        self.store, self.state = store.backup(), state.backup()
        self._log(f"hub is restored from a backup, store {self.store.id}")
        return True

    def heal(self) -> None:
        """No more faults."""
        self._faults.honest = True
        self.start()
        self.connect()
