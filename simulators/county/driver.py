"""Drives one simulated cabinet: its clock steps from event to event, as fast as the pace and the gateway allow."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from gateway.spool.entries import Edge
from sensorhub.clock import boot_ns
from sensorhub.reading import NS_PER_S
from simulators.county.cabinet import Cabinet
from simulators.hearing import WAIT_S_MAX, Ear
from simulators.pace import Pace

UNTAKEN_MAX = 2_000
"""Moves that a gateway may be behind before its clock waits: memory, and what a cut of its power costs."""

UNTAKEN_NS_MAX = 120 * NS_PER_S
"""So far the clock may be ahead of what the gateway has taken: faults are looked for when it takes something, and of
reads over a bus only so many can wait."""

MOVES_PER_TURN = 200
"""So many events between two turns of the event loop, which commits and sends meanwhile."""

BEYOND_NS = NS_PER_S
"""Past the end of the last interval, so that it closes: longer than any contact takes to settle."""

FOREVER_NS = 2**63 - 1


class DrivenGateway(Protocol):
    """What the driver needs of the agent that reads its pins."""

    @property
    def outstanding(self) -> int:
        """Records without a receipt."""
        ...

    @property
    def next_poll_ns(self) -> int | None:
        """When the next read over a bus is due."""
        ...

    def due(self, clock_ns: int) -> Sequence[str]:
        """The sensors whose read over a bus is due by then."""
        ...

    async def poll(self) -> None:
        """Read all that is due."""
        ...

    def hurry(self) -> None:
        """Commit what is pending now."""
        ...


class Driver:
    """Drives one cabinet from where its clock stands; also the watcher of its agent.

    Arguments:
        cabinet: what is driven.
        pace: how fast.
        machine: the machine's boot clock, ns.
    """

    def __init__(self, cabinet: Cabinet, pace: Pace, machine: Callable[[], int] = boot_ns) -> None:
        self._cabinet = cabinet
        self._clock = cabinet.clock
        self._pace = pace
        self._machine = machine
        self._settled_ns = 0
        self._taken_ns = self._told_ns = self._clock.now_ns()
        self._driven: deque[int] = deque()
        self._ear = Ear()
        self._moves = cabinet.moves()
        self._move = next(self._moves, None)
        self.accepted_edges = 0
        self.ended = False

    def accepted(self, edges: Sequence[Edge], settled_until_ns: int) -> None:
        """Called by the agent: these edges are in its journal, all others until then were none, or were refused."""
        self.accepted_edges += len(edges)
        self._settled_ns = settled_until_ns
        # What was driven before it told something the last time it has taken by now, also where its card is full.
        self._taken_ns, self._told_ns = max(self._told_ns, settled_until_ns), self._clock.now_ns()
        while self._driven and self._driven[0] <= self._taken_ns:
            self._driven.popleft()
        self._ear.tell()

    async def drive(self, gateway: DrivenGateway, until_ns: int | None) -> None:
        """Drive an agent that has started, up to `until_ns` of the measurement clock; None: for ever.

        Returns at once then, with the gateway as far behind as it is.
        """
        end_ns = FOREVER_NS if until_ns is None else until_ns
        events = 0
        while True:
            poll_ns, hums_ns = gateway.next_poll_ns, self._cabinet.factory.next_hum_ns()
            next_ns = min(
                self._next_ns,
                FOREVER_NS if poll_ns is None else poll_ns,
                FOREVER_NS if hums_ns is None else hums_ns,
            )
            if next_ns >= end_ns:
                break
            await self._step_to(next_ns, gateway)
            if self._move is not None and self._next_ns == next_ns:
                self._driven.append(next_ns)
                self._cabinet.drive(self._move)
                self._move = next(self._moves, None)
            elif next_ns == hums_ns:
                self._driven.append(next_ns)
                self._cabinet.factory.hum()
            else:
                for sensor in gateway.due(next_ns):
                    self._cabinet.settle(sensor, next_ns)
                await gateway.poll()
            events += 1
            if events % MOVES_PER_TURN == 0:
                await asyncio.sleep(0)
        await self._step_to(end_ns, gateway)

    async def finish(self, gateway: DrivenGateway) -> None:
        """Wait until every interval that has ended is closed and every record has its receipt: the run is over."""
        await self._step_to(self._clock.now_ns() + BEYOND_NS, gateway)
        self.ended = True
        while self._settled_ns < self._clock.now_ns() or gateway.outstanding:
            await self._ear.hear(gateway)

    def skip(self, until_ns: int) -> None:
        """Make the moves up to `until_ns` at once, with the clock there: no gateway is there to see them."""
        while self._move is not None and self._move.clock_ns <= until_ns:
            self._cabinet.drive(self._move)
            self._move = next(self._moves, None)
        self._clock.advance_to(until_ns)
        self._driven.clear()
        self._taken_ns = self._told_ns = self._clock.now_ns()

    async def coast(self, until_ns: int) -> None:
        """Let the world go on until then without a gateway."""
        await asyncio.sleep(max(0.0, self._pace.machine_s_until(until_ns, self._machine())))
        self.skip(until_ns)

    @property
    def _next_ns(self) -> int:
        return FOREVER_NS if self._move is None else self._move.clock_ns

    async def _step_to(self, clock_ns: int, gateway: DrivenGateway) -> None:
        """Advance the clock to `clock_ns`, not before the pace allows it and the gateway has kept up."""
        while True:
            while self._behind():
                await self._ear.hear(gateway)
            machine_ns = self._machine()
            allowed_ns = self._pace.measured_ns(machine_ns)
            step_ns = min(clock_ns, self._taken_ns + UNTAKEN_NS_MAX)
            if allowed_ns is None or allowed_ns >= step_ns:
                self._clock.advance_to(step_ns)
                if step_ns == clock_ns:
                    return
            else:
                self._clock.advance_to(allowed_ns)
                await asyncio.sleep(min(WAIT_S_MAX, max(0.0, self._pace.machine_s_until(step_ns, machine_ns))))

    def _behind(self) -> bool:
        return len(self._driven) >= UNTAKEN_MAX or self._clock.now_ns() >= self._taken_ns + UNTAKEN_NS_MAX
