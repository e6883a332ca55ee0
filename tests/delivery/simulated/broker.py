"""An adversarial broker: QoS 1 as MQTT promises it, and every way in which brokers break that promise.

It acknowledges and drops, doubles, reorders, forgets sessions, gives packet ids again, stalls, refuses, brings old
retained statuses and old receipts, and says of the wrong client that it is lost.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tests.delivery.simulated.clock import Timeline
from tests.delivery.simulated.plan import Plan
from tests.delivery.simulated.trace import Broken, Log

OLD_MAX = 50
"""Messages to a gateway that may come again later."""


@dataclass(frozen=True, slots=True, eq=False)
class Packet:
    """A message on its way to a client."""

    topic: str
    payload: bytes
    retained: bool = False


class GatewayEnd(Protocol):
    """A gateway's side of a connection."""

    gateway: str

    def arrived(self, topic: str, payload: bytes) -> None:
        """A message of the hub."""
        ...

    def taken_over(self) -> None:
        """Another client with the same name has connected."""
        ...


class HubEnd(Protocol):
    """The hub's side of a connection."""

    def arrived(self, packet: Packet, mid: int) -> None:
        """A message of a gateway, under a packet id of this connection."""
        ...


class Broker:
    """Arguments:
    plan: how it misbehaves.
    """

    def __init__(self, plan: Plan, timeline: Timeline, chance: random.Random, log: Log) -> None:
        self._plan = plan
        self._timeline = timeline
        self._chance = chance
        self._log = log
        self._clients: dict[str, GatewayEnd] = {}
        self._hub: HubEnd | None = None
        self._queue: deque[Packet] = deque()
        self._inflight: dict[int, Packet] = {}
        self._retained: dict[str, bytes] = {}
        self._was_retained: list[tuple[str, bytes]] = []
        self._old: deque[tuple[str, bytes]] = deque(maxlen=OLD_MAX)
        self._passed: deque[Packet] = deque(maxlen=OLD_MAX)
        self.honest = False
        self.up = True
        self.stalled_until_s = 0.0
        self.no_receipts_until_s = 0.0

    def _is(self, rate: float) -> bool:
        return not self.honest and rate > 0 and self._chance.random() < rate

    def _later(self, call: Callable[[], None]) -> None:
        delay_s = 0.02 + self._chance.random() * (0.05 if self.honest else self._plan.latency_s)
        if self._is(self._plan.reorder):
            delay_s += self._chance.random() * 20
        self._timeline.after(max(delay_s, self.stalled_until_s - self._timeline.elapsed_s), call)

    # Gateways ----------------------------------------------------------------------------------------------------

    def connect(self, end: GatewayEnd) -> bool:
        """A gateway wants to connect; whoever has its name is thrown out."""
        if not self.up or self._is(self._plan.refuse):
            return False
        other = self._clients.get(end.gateway)
        if other is not None and other is not end:
            other.taken_over()
        self._clients[end.gateway] = end
        return True

    def disconnect(self, end: GatewayEnd, will: Packet | None) -> None:
        """A connection is gone; with a will where the gateway did not say good-bye."""
        if self._clients.get(end.gateway) is end:
            del self._clients[end.gateway]
        if will is not None:
            self._later(lambda: self._route(will))

    def publish(self, end: GatewayEnd, packet: Packet) -> None:
        """A gateway publishes; it may get its PUBACK and the message be lost all the same."""
        if self._clients.get(end.gateway) is not end or self._is(self._plan.drop):
            self._log(f"broker drops {packet.topic}")
            return
        for _ in range(1 + self._is(self._plan.duplicate)):
            self._later(lambda: self._route(packet))

    def _route(self, packet: Packet) -> None:
        if not self.up:
            return
        self._passed.append(Packet(packet.topic, packet.payload))
        if packet.retained:
            before = self._retained.get(packet.topic)
            if before is not None:
                self._was_retained.append((packet.topic, before))
            self._retained[packet.topic] = packet.payload
        for _ in range(1 + self._is(self._plan.duplicate)):
            self._queue.append(Packet(packet.topic, packet.payload))
        if len(self._queue) > self._plan.queue_max:
            self._queue.popleft()
            self._log("broker drops from a full queue")
        self._pump()

    # The hub -----------------------------------------------------------------------------------------------------

    def connect_hub(self, end: HubEnd) -> None:
        """The hub connects and subscribes; its session may be gone. Retained statuses come again."""
        self._hub = end
        waiting = list(self._inflight.values())
        self._inflight = {}
        if self._is(self._plan.forget_session):
            self._log("broker has forgotten the hub's session")
            self._queue.clear()
        else:
            self._queue.extendleft(reversed(waiting))
        for topic, payload in list(self._retained.items()):
            self._queue.append(Packet(topic, payload, retained=True))
        if self._was_retained and self._is(self._plan.old_retained):
            self._queue.append(Packet(*self._chance.choice(self._was_retained), retained=True))
        self._pump()

    def disconnect_hub(self, end: HubEnd) -> None:
        """The hub's connection is gone."""
        if self._hub is end:
            self._hub = None

    def _pump(self) -> None:
        while self._hub is not None and self._queue and len(self._inflight) < self._plan.receive_max:
            packet = self._queue.popleft()
            mid = next(number for number in range(1, 65_536) if number not in self._inflight)
            self._inflight[mid] = packet
            hub = self._hub
            self._later(lambda hub=hub, packet=packet, mid=mid: self._give(hub, packet, mid))  # type: ignore[misc]

    def _give(self, hub: HubEnd, packet: Packet, mid: int) -> None:
        if hub is self._hub:
            hub.arrived(packet, mid)

    def acknowledged(self, packet: Packet, mid: int) -> None:
        """The hub lets go of the message with this packet id, and means `packet`."""
        meant = self._inflight.pop(mid, None)
        if meant is not None and meant is not packet:
            raise Broken("stale acknowledgement", f"the hub handled {packet.topic}, and {meant.topic} was let go of")
        self._pump()

    def answer(self, topic: str, payload: bytes) -> None:
        """The hub publishes to a gateway."""
        self._old.append((topic, payload))
        if self._is(self._plan.drop):
            self._log(f"broker drops {topic}")
            return
        for _ in range(1 + self._is(self._plan.duplicate)):
            self._later(lambda: self.deliver(topic, payload))

    def deliver(self, topic: str, payload: bytes) -> None:
        """Bring a message to the gateway that its topic names, if it is there."""
        if not self.up or self._timeline.elapsed_s < self.no_receipts_until_s:
            return
        end = self._clients.get(topic.split("/")[2])
        if end is not None:
            end.arrived(topic, payload)

    def inject(self, packet: Packet) -> None:
        """Somebody else publishes under a gateway's name."""
        if self.up:
            self._later(lambda: self._route(packet))

    def replay_from_gateways(self) -> None:
        """Bring an old message of a gateway once more."""
        if self._passed and self.up:
            self._route(self._chance.choice(self._passed))

    def replay(self) -> None:
        """Bring an old message of the hub once more."""
        if self._old:
            self.deliver(*self._chance.choice(self._old))

    def old(self) -> tuple[str, bytes] | None:
        """Some message that the hub has sent."""
        return self._chance.choice(self._old) if self._old else None

    def crash(self) -> None:
        """It dies without any persistence."""
        self._queue.clear()
        self._inflight.clear()
        self._retained.clear()
        self._clients.clear()
        self._hub = None
        self.up = False
