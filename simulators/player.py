"""The player of one gateway: moves its contacts at the recorded times of the measurement clock.

The measurement clock steps to each edge exactly, so an edge has its recorded time at any speed; how fast it may step
is the run's pace against the machine clock, and it waits while the gateway is behind.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.spool.entries import Edge, Located, ReadingEntry
from sensorhub.clock import boot_ns
from sensorhub.reading import NS_PER_S
from simulators.ledger import Ledger, Reconciled
from simulators.pins import PlayerClock, PlayerFactory
from simulators.recording import RecordedGateway
from simulators.run import Run
from simulators.timeline import Timeline

UNACCEPTED_MAX = 1_000
"""Edges that a gateway may be behind before its clock waits: memory, and what a kill makes the player drive again."""

MOVES_PER_TURN = 100
"""So many moves between two turns of the event loop, which commits and sends meanwhile."""

WAIT_S_MAX = 0.05
"""The clock moves on at least this often, so that intervals close soon after their end."""

DEBOUNCE_NS = 20_000_000
"""The detectors' default: a younger edge cannot have been accepted yet."""


class PlayedGateway(Protocol):
    """What the player needs of the agent that reads its pins."""

    @property
    def outstanding(self) -> int:
        """Records without a receipt."""
        ...

    def hurry(self) -> None:
        """Commit what is pending now."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a gateway is.

    Arguments:
        clock_ns: its measurement clock.
        accepted: edges that its journal has taken since this process began.
        outstanding: records without a receipt.
        played: whether the span is over and everything has its receipt.
    """

    clock_ns: int
    accepted: int
    outstanding: int
    played: bool


class Player:
    """Plays one gateway; also the watcher of its agent.

    Arguments:
        gateway: what was recorded, with the pins.
        timeline: when contacts move.
        run: pace and mapping of clocks.
        clock: the gateway's measurement clock; only this player advances it.
        factory: the gateway's pins.
        ledger: where accepted edges are noted.
        machine: the machine's boot clock, ns.
    """

    def __init__(
        self,
        gateway: RecordedGateway,
        timeline: Timeline,
        run: Run,
        *,
        clock: PlayerClock,
        factory: PlayerFactory,
        ledger: Ledger,
        machine: Callable[[], int] = boot_ns,
    ) -> None:
        self._timeline = timeline
        self._run = run
        self._clock = clock
        self._ledger = ledger
        self._machine = machine
        self._pins = {sensor.id: factory.contact(sensor.pin) for sensor in gateway.sensors}
        self._unaccepted: deque[int] = deque()
        self._heard = asyncio.Event()
        self._done_at: set[tuple[str, bool]] = set()
        self._settled_until_ns = 0
        self._accepted = 0
        self.ended = False
        self.played = False

    def resume(self, entries: Iterable[Located], boot: int) -> Reconciled:
        """Set pins and clock to where the gateway's spool has this boot, before its agent starts.

        Arguments:
            entries: all that the spool holds.
            boot: index of this boot there.
        """
        mine = [located.entry for located in entries if located.boot == boot]
        levels = dict(self._timeline.initial)
        at_ns = self._timeline.start_ns
        for entry in mine:
            clock_ns = getattr(entry, "clock_ns", 0)  # a seal has none
            at_ns = max(at_ns, clock_ns)
        edges = sorted((entry for entry in mine if isinstance(entry, Edge)), key=lambda edge: edge.clock_ns)
        for edge in edges:
            levels[edge.sensor] = edge.level
            if edge.clock_ns == at_ns and not edge.observed:
                self._done_at.add((edge.sensor, edge.level))
        self._clock.advance_to(at_ns)
        for sensor, level in levels.items():
            if sensor in self._pins:
                self._pins[sensor].move(level)
        return self._ledger.reconcile(entry for entry in mine if isinstance(entry, Edge | ReadingEntry))

    def accepted(self, edges: Sequence[Edge], settled_until_ns: int) -> None:
        """Called by the agent: these edges are in its journal, all others until then were none."""
        self._ledger.accept(edges)
        self._accepted += len(edges)
        self._settled_until_ns = settled_until_ns
        while self._unaccepted and self._unaccepted[0] <= settled_until_ns:
            self._unaccepted.popleft()
        self._heard.set()

    def progress(self, gateway: PlayedGateway) -> Progress:
        """How far it is now."""
        return Progress(self._clock.now_ns(), self._accepted, gateway.outstanding, self.played)

    async def play(self, gateway: PlayedGateway) -> None:
        """Move the contacts from where the clock stands to the end of the span, or for ever.

        Returns when every interval of the span is closed and every record has its receipt.
        """
        begin_ns = self._clock.now_ns()
        for number, move in enumerate(self._timeline.moves_from(begin_ns), 1):
            await self._step_to(move.clock_ns, gateway)
            if move.clock_ns == begin_ns and (move.sensor, move.level) in self._done_at:
                continue
            self._unaccepted.append(move.clock_ns)
            self._pins[move.sensor].move(move.level)
            if number % MOVES_PER_TURN == 0:
                await asyncio.sleep(0)
        assert self._timeline.end_ns is not None
        # Less than an interval, so that none begins to close after the span; more than any contact takes to settle.
        beyond_ns = min(NS_PER_S, self._run.interval_s * NS_PER_S // 2)
        await self._step_to(self._timeline.end_ns + beyond_ns, gateway)
        self.ended = True
        while self._settled_until_ns < self._clock.now_ns() or gateway.outstanding:
            await self._hear(gateway)
        self.played = True

    async def _step_to(self, clock_ns: int, gateway: PlayedGateway) -> None:
        """Advance the clock to `clock_ns`, not before the pace allows it and the gateway has kept up."""
        while True:
            while self._behind():
                await self._hear(gateway)
            machine_ns = self._machine()
            allowed_ns = self._run.measured_ns(machine_ns)
            if allowed_ns >= clock_ns:
                self._clock.advance_to(clock_ns)
                return
            self._clock.advance_to(allowed_ns)
            await asyncio.sleep(min(WAIT_S_MAX, self._run.machine_s_until(clock_ns, machine_ns)))

    def _behind(self) -> bool:
        waiting = self._unaccepted
        return len(waiting) >= UNACCEPTED_MAX and waiting[0] + DEBOUNCE_NS <= self._clock.now_ns()

    async def _hear(self, gateway: PlayedGateway) -> None:
        """Wait until the gateway has accepted something, or a moment."""
        self._heard.clear()
        gateway.hurry()
        try:
            async with asyncio.timeout(WAIT_S_MAX):
                await self._heard.wait()
        except TimeoutError:
            return
