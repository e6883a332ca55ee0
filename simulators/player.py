"""The player of one gateway: moves its contacts at the recorded times of the measurement clock.

The measurement clock steps to each edge exactly, so an edge has its recorded time at any speed; how fast it may step
is the run's pace against the machine clock, and it waits while the gateway is behind. It knows by itself what it
drives, so that an edge that never comes out of the gateway is missed.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.spool.entries import Edge, Located
from sensorhub.clock import boot_ns, rfc3339
from sensorhub.reading import NS_PER_S
from simulators.hearing import WAIT_S_MAX, Ear
from simulators.ledger import Ledger, Reconciled
from simulators.moves import DEBOUNCE_NS, DrivenMoves, Life, Verdict, moves_of
from simulators.pins import PlayerClock, PlayerFactory
from simulators.recording import RecordedGateway
from simulators.run import Run
from simulators.timeline import Timeline

log = logging.getLogger(__name__)

UNACCEPTED_MAX = 1_000
"""Edges that a gateway may be behind before its clock waits: memory, and what a kill makes the player drive again."""

MOVES_PER_TURN = 100
"""So many moves between two turns of the event loop, which commits and sends meanwhile."""


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
        self._life = Life(timeline.start_ns, dict(timeline.initial))
        self._moves = DrivenMoves()
        self._playing = False
        self._unaccepted: deque[int] = deque()
        self._ear = Ear()
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
        mine = [located for located in entries if located.boot == boot]
        # A seal has no clock.
        at_ns = max([self._timeline.start_ns, *(getattr(located.entry, "clock_ns", 0) for located in mine)])
        found = self._ledger.reconcile(mine)
        self._judge_life_until(at_ns)
        levels = self._timeline.initial | self._ledger.content().levels_at(at_ns)
        self._life = Life(at_ns, {sensor: level for sensor, level in levels.items() if sensor in self._pins})
        self._clock.advance_to(at_ns)
        for sensor, level in self._life.levels.items():
            self._pins[sensor].move(level)
        self._ledger.begin(self._life)
        return found

    def accepted(self, edges: Sequence[Edge], settled_until_ns: int) -> None:
        """Called by the agent: these edges are in its journal, all others until then were none."""
        stray = [edge for edge in edges if not edge.observed and not self._moves.match(edge)]
        self._ledger.accept(edge for edge in edges if edge not in stray)
        self._note_stray(stray)
        if self._playing:  # an agent that is being cancelled may have written more than it can still tell
            self._note(self._moves.judge(settled_until_ns))
        self._accepted += len(edges)
        self._settled_until_ns = settled_until_ns
        while self._unaccepted and self._unaccepted[0] <= settled_until_ns:
            self._unaccepted.popleft()
        self._ear.tell()

    def progress(self, gateway: PlayedGateway) -> Progress:
        """How far it is now."""
        return Progress(self._clock.now_ns(), self._accepted, gateway.outstanding, self.played)

    async def play(self, gateway: PlayedGateway) -> None:
        """Move the contacts from where the clock stands to the end of the span, or for ever.

        Returns when every interval of the span is closed and every record has its receipt.
        """
        self._playing = True
        try:
            await self._play(gateway)
        finally:
            self._playing = False

    async def _play(self, gateway: PlayedGateway) -> None:
        for number, move in enumerate(moves_of(self._timeline, self._life), 1):
            await self._step_to(move.clock_ns, gateway)
            self._unaccepted.append(move.clock_ns)
            self._moves.drive(move)
            self._pins[move.sensor].move(move.level)
            if number % MOVES_PER_TURN == 0:
                await asyncio.sleep(0)
        assert self._timeline.end_ns is not None
        # Less than an interval, so that none begins to close after the span; more than any contact takes to settle.
        beyond_ns = min(NS_PER_S, self._run.interval_s * NS_PER_S // 2)
        await self._step_to(self._timeline.end_ns + beyond_ns, gateway)
        self.ended = True
        while self._settled_until_ns < self._clock.now_ns() or gateway.outstanding:
            await self._ear.hear(gateway)
        self.played = True

    async def _step_to(self, clock_ns: int, gateway: PlayedGateway) -> None:
        """Advance the clock to `clock_ns`, not before the pace allows it and the gateway has kept up."""
        while True:
            while self._behind():
                await self._ear.hear(gateway)
            machine_ns = self._machine()
            allowed_ns = self._run.measured_ns(machine_ns)
            if allowed_ns is None or allowed_ns >= clock_ns:
                self._clock.advance_to(clock_ns)
                return
            self._clock.advance_to(allowed_ns)
            await asyncio.sleep(min(WAIT_S_MAX, self._run.machine_s_until(clock_ns, machine_ns)))

    def _behind(self) -> bool:
        waiting = self._unaccepted
        return len(waiting) >= UNACCEPTED_MAX and waiting[0] + DEBOUNCE_NS <= self._clock.now_ns()

    def _judge_life_until(self, at_ns: int) -> None:
        """Judge what the life before this one drove before `at_ns` and did not live to judge.

        The gateway had settled all bursts that were over by then; what came later is driven again.
        """
        content = self._ledger.content()
        if content.life is None:
            return
        moves = DrivenMoves()
        for move in moves_of(self._timeline, content.life):
            if move.clock_ns >= moves.over_ns(at_ns):
                break
            moves.drive(move)
        begin_ns = max(content.life.clock_ns, content.head.folded_until_ns)
        accepted = {edge for edge in content.edges if begin_ns < edge.clock_ns <= at_ns and not edge.observed}
        known = {edge for edge in content.edges if edge.clock_ns == content.life.clock_ns} | accepted
        self._note_stray([edge for edge in known if not moves.match(edge) and edge in accepted])
        verdict = moves.judge(at_ns + DEBOUNCE_NS - 1)
        self._note(
            Verdict(
                tuple(edge for edge in verdict.missing if edge.clock_ns > content.head.folded_until_ns),
                tuple(burst for burst in verdict.bounced if burst.clock_ns > content.head.folded_until_ns),
            )
        )

    def _note_stray(self, edges: Sequence[Edge]) -> None:
        self._ledger.stray(edges)
        for edge in edges:
            log.error("The gateway accepted what nobody drove: %s", self._named(edge))

    def _note(self, verdict: Verdict) -> None:
        self._ledger.judge(verdict)
        for edge in verdict.missing:
            log.error("The gateway did not accept what was driven: %s", self._named(edge))

    def _named(self, edge: Edge) -> str:
        moved = "closed" if edge.level else "opened"
        return f"{edge.sensor} {moved} at {rfc3339(self._run.wall_us_at(edge.clock_ns))}"
