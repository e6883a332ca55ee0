"""Drives one simulated cabinet: its clock steps from event to event, as fast as the pace and the gateway allow."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from gateway.spool.entries import Edge
from sensorhub.clock import boot_ns
from sensorhub.reading import NS_PER_S
from simulators.county.cabinet import Cabinet
from simulators.pace import Pace

UNACCEPTED_MAX = 2_000
"""Moves that a gateway may be behind before its clock waits: memory, and what a cut of its power costs at full speed."""

MOVES_PER_TURN = 200
"""So many events between two turns of the event loop, which commits and sends meanwhile."""

WAIT_S_MAX = 0.05
"""The clock moves on at least this often, so that intervals close soon after their end."""

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
        until_ns: end of the run, measurement clock; None: never.
        machine: the machine's boot clock, ns.
    """

    def __init__(
        self, cabinet: Cabinet, pace: Pace, until_ns: int | None, machine: Callable[[], int] = boot_ns
    ) -> None:
        self._cabinet = cabinet
        self._clock = cabinet.clock
        self._pace = pace
        self._machine = machine
        self._until_ns = until_ns
        self._settled_ns = 0
        self._driven: deque[int] = deque()
        self._heard = asyncio.Event()
        self.accepted_edges = 0
        self.ended = False

    def accepted(self, edges: Sequence[Edge], settled_until_ns: int) -> None:
        """Called by the agent: these edges are in its journal, all others until then were none."""
        self.accepted_edges += len(edges)
        self._settled_ns = settled_until_ns
        while self._driven and self._driven[0] <= settled_until_ns:
            self._driven.popleft()
        self._heard.set()

    async def drive(self, gateway: DrivenGateway) -> None:
        """Drive to the end of the run, or for ever.

        Returns when every interval of the run is closed; records may still wait for their receipts.
        """
        end_ns = FOREVER_NS if self._until_ns is None else self._until_ns
        begin_ns = self._clock.now_ns()
        moves = self._cabinet.moves()
        move = next(moves, None)
        while move is not None and move.clock_ns < begin_ns:  # made before this process began
            self._cabinet.drive(move)
            move = next(moves, None)
        events = 0
        while True:
            move_ns = FOREVER_NS if move is None else move.clock_ns
            poll_ns = gateway.next_poll_ns
            next_ns = min(move_ns, FOREVER_NS if poll_ns is None else poll_ns)
            if next_ns >= end_ns:
                break
            await self._step_to(next_ns, gateway)
            if move is not None and move_ns == next_ns:
                self._driven.append(move_ns)
                self._cabinet.drive(move)
                move = next(moves, None)
            else:
                for sensor in gateway.due(next_ns):
                    self._cabinet.settle(sensor, next_ns)
                await gateway.poll()
            events += 1
            if events % MOVES_PER_TURN == 0:
                await asyncio.sleep(0)
        await self._step_to(end_ns + BEYOND_NS, gateway)
        self.ended = True
        while self._settled_ns < self._clock.now_ns():
            await self._hear(gateway)

    async def _step_to(self, clock_ns: int, gateway: DrivenGateway) -> None:
        """Advance the clock to `clock_ns`, not before the pace allows it and the gateway has kept up."""
        while True:
            while self._behind():
                await self._hear(gateway)
            machine_ns = self._machine()
            allowed_ns = self._pace.measured_ns(machine_ns)
            if allowed_ns is None or allowed_ns >= clock_ns:
                self._clock.advance_to(clock_ns)
                return
            self._clock.advance_to(allowed_ns)
            await asyncio.sleep(min(WAIT_S_MAX, max(0.0, self._pace.machine_s_until(clock_ns, machine_ns))))

    def _behind(self) -> bool:
        return len(self._driven) >= UNACCEPTED_MAX and self._driven[0] + NS_PER_S // 2 <= self._clock.now_ns()

    async def _hear(self, gateway: DrivenGateway) -> None:
        """Wait until the gateway has accepted something, or a moment."""
        self._heard.clear()
        gateway.hurry()
        try:
            async with asyncio.timeout(WAIT_S_MAX):
                await self._heard.wait()
        except TimeoutError:
            return
