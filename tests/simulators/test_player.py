"""The player against a gateway that is a few lines: pace, waiting, and going on after a kill."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

import pytest

from gateway.sensors.pins import ContactPin
from gateway.spool.entries import BootNote, Edge, Entry, Located, Measured, ReadingEntry
from sensorhub.broker import BrokerSettings
from sensorhub.reading import NS_PER_S, US_PER_S
from simulators.ledger import Ledger, driven_closures
from simulators.ledger_file import read_ledger
from simulators.pace import START_NS
from simulators.pins import PlayerClock, PlayerFactory
from simulators.player import UNACCEPTED_MAX, Player
from simulators.recording import RecordedGateway, RecordedSensor, Span, Transition
from simulators.run import Run
from simulators.timeline import Timeline
from tests.waiting import until

BOOT = UUID(int=1)
NUMBER = 2_500
STEP_US = 100_000
SPAN = Span(0, 300 * US_PER_S)
CHANGES = tuple(Transition(n * STEP_US, "detector-1", n % 2 == 1) for n in range(1, NUMBER + 1))
GATEWAY = RecordedGateway("device-1", (RecordedSensor("detector-1", 4, False),), CHANGES)


def clock_of(change: Transition) -> int:
    return START_NS + change.time_us * 1_000


class FakeGateway:
    """Reads the pin and accepts what it is told to accept."""

    def __init__(self, factory: PlayerFactory, clock: PlayerClock) -> None:
        self.edges: list[tuple[int, bool]] = []
        self.hurried = 0
        self.outstanding = 0
        self._clock = clock
        self._contact = ContactPin(factory, 4, clock, lambda clock_ns, level: self.edges.append((clock_ns, level)))
        self.found = self._contact.active()
        self._told = 0

    def hurry(self) -> None:
        self.hurried += 1

    def accept(self, player: Player) -> None:
        edges = [Edge("detector-1", clock_ns, level) for clock_ns, level in self.edges[self._told :]]
        self._told = len(self.edges)
        player.accepted(edges, self._clock.now_ns())


class Rig:
    """A player on a machine clock that stands at `machine_s`."""

    def __init__(self, tmp_path: Path, speed: float = 1e6, entries: Iterable[Entry] = ()) -> None:
        self.machine_s = 1_000.0
        run = Run(
            boot_id=BOOT,
            wall_us=0,
            machine_ns=0,
            machine_wall_us=0,
            speed=speed,
            interval_s=60,
            once=True,
            recording=Path("none"),
            sha256="",
            broker=BrokerSettings(),
        )
        self.clock = PlayerClock(BOOT, START_NS)
        factory = PlayerFactory(self.clock)
        self.ledger_path = tmp_path / "ledger.jsonl"
        self.player = Player(
            GATEWAY,
            Timeline(GATEWAY, SPAN, START_NS, once=True),
            run,
            clock=self.clock,
            factory=factory,
            ledger=Ledger(self.ledger_path, BOOT, ["detector-1"]),
            machine=lambda: round(self.machine_s * NS_PER_S),
        )
        self.found = self.player.resume([Located(0, 3, entry) for entry in entries], 3)
        self.gateway = FakeGateway(factory, self.clock)

    async def play_out(self) -> None:
        playing = asyncio.create_task(self.player.play(self.gateway))
        while not playing.done():
            self.gateway.accept(self.player)
            await asyncio.sleep(0)
        await playing


def test_every_edge_has_its_recorded_time(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    asyncio.run(rig.play_out())
    assert rig.gateway.edges == [(clock_of(change), change.level) for change in CHANGES]
    assert driven_closures(rig.ledger_path) == {"detector-1": NUMBER // 2}
    assert rig.clock.now_ns() == START_NS + 301 * NS_PER_S
    assert rig.player.progress(rig.gateway).played


def test_clock_waits_while_many_edges_are_unaccepted(tmp_path: Path) -> None:
    async def play() -> None:
        rig = Rig(tmp_path)
        playing = asyncio.create_task(rig.player.play(rig.gateway))
        await until(lambda: rig.gateway.hurried > 3, 5, "the player waits")
        assert len(rig.gateway.edges) == UNACCEPTED_MAX
        stood_ns = rig.clock.now_ns()
        rig.gateway.accept(rig.player)
        await until(lambda: len(rig.gateway.edges) == 2 * UNACCEPTED_MAX, 5, "it goes on")
        assert rig.clock.now_ns() > stood_ns
        playing.cancel()

    asyncio.run(play())


def test_player_waits_for_receipts_at_the_end(tmp_path: Path) -> None:
    async def play() -> None:
        rig = Rig(tmp_path)
        rig.gateway.outstanding = 7
        playing = asyncio.create_task(rig.play_out())
        await until(lambda: rig.player.ended, 10, "the span is over")
        await asyncio.sleep(0)
        assert not playing.done()
        rig.gateway.outstanding = 0
        await asyncio.wait_for(playing, 5)

    asyncio.run(play())


def test_clock_keeps_the_pace_of_the_machine(tmp_path: Path) -> None:
    async def play() -> None:
        rig = Rig(tmp_path, speed=10.0)
        rig.machine_s = 1.05
        playing = asyncio.create_task(rig.player.play(rig.gateway))
        await until(lambda: len(rig.gateway.edges) == 105, 5, "10.5 s are played in 1.05 s")
        assert rig.clock.now_ns() == START_NS + round(10.5 * NS_PER_S)
        rig.machine_s = 2.0
        await until(lambda: len(rig.gateway.edges) == 200, 5, "20 s are played in 2 s")
        playing.cancel()

    asyncio.run(play())


@pytest.mark.parametrize("killed_after", [0, 1, 2, 499, 500, NUMBER])
@pytest.mark.parametrize("noted", [True, False])
def test_player_goes_on_after_the_newest_accepted_edge(tmp_path: Path, killed_after: int, noted: bool) -> None:
    accepted = [Edge("detector-1", clock_of(change), change.level) for change in CHANGES[:killed_after]]
    if noted:  # the kill came after the ledger was written, or between journal and ledger
        Ledger(tmp_path / "ledger.jsonl", BOOT, ["detector-1"]).accept(accepted)
    rig = Rig(tmp_path, entries=[BootNote(0, 0), *accepted])
    assert (rig.found.lost, rig.found.added) == ((), 0 if noted else killed_after)
    assert rig.gateway.found == bool(accepted and accepted[-1].level)
    asyncio.run(rig.play_out())
    assert rig.gateway.edges == [(clock_of(change), change.level) for change in CHANGES[killed_after:]]
    assert driven_closures(rig.ledger_path) == {"detector-1": NUMBER // 2}


def test_player_goes_on_at_the_newest_closed_interval(tmp_path: Path) -> None:
    end_ns = clock_of(CHANGES[599])
    accepted = [Edge("detector-1", clock_of(change), change.level) for change in CHANGES[:599]]
    closed = ReadingEntry("detector-1", end_ns, (Measured("actuation_count", 300.0),))
    rig = Rig(tmp_path, entries=[*accepted, closed])
    assert rig.clock.now_ns() == end_ns
    asyncio.run(rig.play_out())
    # The edge at the very end of the interval belongs to the next one and was not accepted.
    assert rig.gateway.edges[0] == (end_ns, CHANGES[599].level)


def test_entries_of_an_earlier_boot_are_none_of_this_run(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.player.resume([Located(0, 2, Edge("detector-1", START_NS + 10**12, True))], 3)
    assert rig.clock.now_ns() == START_NS


def test_edge_that_is_not_reported_is_driven_and_missing(tmp_path: Path) -> None:
    async def play() -> Rig:
        rig = Rig(tmp_path)
        playing = asyncio.create_task(rig.player.play(rig.gateway))
        while not playing.done():
            rig.gateway.edges = [edge for edge in rig.gateway.edges if edge[0] != clock_of(CHANGES[4])]
            rig.gateway.accept(rig.player)
            await asyncio.sleep(0)
        await playing
        return rig

    rig = asyncio.run(play())
    content = read_ledger(rig.ledger_path)
    assert list(content.missing.values()) == [Edge("detector-1", clock_of(CHANGES[4]), True)]
    assert content.driven == {"detector-1": NUMBER // 2}


def test_edge_that_nobody_drove_is_a_fault_and_no_closure(tmp_path: Path) -> None:
    async def play() -> Rig:
        rig = Rig(tmp_path)
        rig.gateway.edges.append((START_NS + 1, True))
        await rig.play_out()
        return rig

    content = read_ledger(asyncio.run(play()).ledger_path)
    assert list(content.stray.values()) == [Edge("detector-1", START_NS + 1, True)]
    assert content.driven == {"detector-1": NUMBER // 2}


def test_edge_missing_before_a_kill_is_found_missing_after_it(tmp_path: Path) -> None:
    Rig(tmp_path)  # a life that was killed before it could judge anything
    accepted = [Edge("detector-1", clock_of(change), change.level) for change in CHANGES[:9]]
    rig = Rig(tmp_path, entries=[*accepted[:4], *accepted[6:]])
    assert list(read_ledger(rig.ledger_path).missing.values()) == accepted[4:6]
    asyncio.run(rig.play_out())
    content = read_ledger(rig.ledger_path)
    assert list(content.missing.values()) == accepted[4:6]
    assert content.driven == {"detector-1": NUMBER // 2}
    assert not content.stray


def test_edge_in_the_journal_that_nobody_drove_is_found_after_a_kill(tmp_path: Path) -> None:
    Rig(tmp_path)
    accepted = [Edge("detector-1", clock_of(change), change.level) for change in CHANGES[:9]]
    strange = Edge("detector-1", clock_of(CHANGES[4]) + 7, True)
    content = read_ledger(Rig(tmp_path, entries=[*accepted, strange]).ledger_path)
    assert list(content.stray.values()) == [strange]
    assert not content.missing
    assert content.driven == {"detector-1": 5}
