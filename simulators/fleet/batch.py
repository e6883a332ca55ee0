"""The gateways that share one connection: whose turn it is to ask, to send, to send again.

A plain object without I/O: the driver tells it what happened and publishes what it returns.
"""

import heapq
from collections import deque

from gateway.uplink.driver import Message
from sensorhub.clock import MachineClock
from sensorhub.reading import US_PER_S
from simulators.fleet.counts import Counts
from simulators.fleet.gateway import FleetGateway
from simulators.fleet.schedule import Beat, Plan

SWEEP_S = 0.5
"""How often all gateways are looked through for what is late; time-outs are counted in seconds."""

MESSAGES_MAX = 20
"""So many at a time: the event loop has receipts to read meanwhile."""


class Batch:
    """Some gateways of a fleet.

    Arguments:
        gateways: by their number in the fleet.
        plan: of the whole fleet.
        clock: the machine's.
        counts: told how many are connected; of all gateways of a process.
        asking_max: statuses that may be without an answer at first; a county that starts at once fills the broker's
            queue, and a message that finds it full is gone.
        packs_max: packs of all of them that may be without a receipt; None: each gateway's window alone decides.
    """

    def __init__(
        self,
        gateways: dict[int, FleetGateway],
        plan: Plan,
        clock: MachineClock,
        counts: Counts,
        *,
        asking_max: int,
        packs_max: int | None,
    ) -> None:
        self._gateways = gateways
        self._number_of = {gateway.receipt_topic: number for number, gateway in gateways.items()}
        self._plan = plan
        self._clock = clock
        self._counts = counts
        self._asking_max = asking_max
        self._packs_max = packs_max
        self._wall_less_machine_us = clock.wall_us() - round(clock.monotonic_s() * US_PER_S)
        self._up = False
        self._wanting: deque[int] = deque()
        self._asked: set[int] = set()
        self._beats: dict[int, Beat] = {}
        self._turns: list[tuple[int, int]] = []
        self._blocked: set[int] = set()
        self._packs = 0
        self._sweep_s = 0.0
        self._farewells: deque[FleetGateway] | None = None

    @property
    def topics(self) -> tuple[str, ...]:
        """Where the hub's messages come."""
        return tuple(self._number_of)

    @property
    def has_left(self) -> bool:
        """Whether there is nothing more to say."""
        return self._farewells is not None and (not self._farewells or not self._up)

    def begin(self, begin_s: float, end_s: float) -> None:
        """The gateways measure from then until then, machine clock."""
        begin_us, end_us = self._wall_us(begin_s), self._wall_us(end_s)
        self._beats = {number: self._plan.beat(number, begin_us, end_us) for number in self._gateways}
        for number in self._beats:
            self._take_turn(number)

    def leave(self) -> None:
        """Every gateway says farewell, and nothing else any more; the first leaves that to `farewell`."""
        self._farewells = deque(list(self._gateways.values())[1:])

    def waiting(self) -> int:
        """Readings that were due by now and are in no pack yet."""
        now_us = self._wall_us(self._clock.monotonic_s())
        return sum(beat.waiting(now_us) for beat in self._beats.values()) * self._plan.records

    # Events -------------------------------------------------------------------------------------------------------

    def connected(self) -> None:
        """The connection is up and subscribed."""
        self._up = True
        self._counts.connected += len(self._gateways)
        for gateway in self._gateways.values():
            gateway.connected(self._clock.monotonic_s())
        self._wanting = deque(self._gateways)
        self._asked.clear()

    def disconnected(self) -> None:
        """The connection is gone."""
        self._up = False
        self._counts.connected -= len(self._gateways)
        for gateway in self._gateways.values():
            gateway.disconnected()

    def received(self, topic: str, payload: bytes) -> None:
        """A message came from the hub."""
        number = self._number_of.get(topic)
        if number is None:
            return
        gateway = self._gateways[number]
        before = gateway.packs
        gateway.received(payload, self._clock.monotonic_s())
        self._packs -= before - gateway.packs
        if gateway.answered:
            self._asked.discard(number)
        if gateway.wants_status and number not in self._wanting:
            self._wanting.append(number)
        if number in self._blocked and gateway.has_room:
            self._blocked.discard(number)
            self._take_turn(number)

    # What to do ---------------------------------------------------------------------------------------------------

    def will(self) -> Message:
        """What the broker says when the connection is lost: a connection has one will, so it is the first one's."""
        return next(iter(self._gateways.values())).will()

    def farewell(self) -> Message:
        """What is said last."""
        return next(iter(self._gateways.values())).farewell()

    def due(self) -> list[Message]:
        """What is to be published now; call again until there is nothing."""
        if not self._up:
            return []
        if self._farewells is not None:
            return [self._farewells.popleft().farewell() for _ in range(min(MESSAGES_MAX, len(self._farewells)))]
        now_s = self._clock.monotonic_s()
        messages = self._questions(now_s)
        if now_s - self._sweep_s >= SWEEP_S:
            self._sweep_s = now_s
            messages += self._overdue(now_s)
        while len(messages) < MESSAGES_MAX:
            pack = self._next_pack(now_s)
            if pack is None:
                break
            messages.append(pack)
        return messages

    def wait_s(self) -> float:
        """How long there is nothing to publish, unless a message comes."""
        if not self._turns or self._is_full:
            return SWEEP_S
        due_s = (self._turns[0][0] - self._wall_us(self._clock.monotonic_s())) / US_PER_S
        return min(SWEEP_S, max(0.0, due_s))

    def _questions(self, now_s: float) -> list[Message]:
        messages: list[Message] = []
        while self._wanting and len(self._asked) < self._asking_max and len(messages) < MESSAGES_MAX:
            number = self._wanting.popleft()
            self._asked.add(number)
            messages.append(self._gateways[number].ask(now_s))
        return messages

    def _overdue(self, now_s: float) -> list[Message]:
        messages: list[Message] = []
        for number, gateway in self._gateways.items():
            if (gateway.answered or number in self._asked) and gateway.status_due(now_s):
                messages.append(gateway.ask(now_s))
            messages += gateway.late(now_s)
        return messages

    def _next_pack(self, now_s: float) -> Message | None:
        now_us = self._wall_us(now_s)
        while self._turns and self._turns[0][0] <= now_us and not self._is_full:
            _, number = heapq.heappop(self._turns)
            gateway = self._gateways[number]
            if not gateway.has_room:
                self._blocked.add(number)
                continue
            times_us = self._beats[number].take(now_us)
            if times_us:
                self._take_turn(number)
                self._packs += 1
                return gateway.seal(times_us, now_s)
        return None

    @property
    def _is_full(self) -> bool:
        return self._packs_max is not None and self._packs >= self._packs_max

    def _take_turn(self, number: int) -> None:
        due_us = self._beats[number].due_us
        if due_us is not None:
            heapq.heappush(self._turns, (due_us, number))

    def _wall_us(self, now_s: float) -> int:
        return self._wall_less_machine_us + round(now_s * US_PER_S)
