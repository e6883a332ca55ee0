"""A card whose sync takes for ever: sampling and the event loop go on as if nothing were."""

import asyncio
import threading
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory

from gateway.agent import Agent
from gateway.anchors.sources import GivenAnchors
from gateway.spool import Anchor, AnchorKind, Edge, ReadingEntry, RealDisk, SpoolFile
from sensorhub.clock import BootClock, boot_ns, wall_ns
from tests.gateway.test_agent import Seen, config, journal
from tests.waiting import until

pytestmark = pytest.mark.anyio

MS = 1_000_000


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class SlowFile:
    """A file whose sync waits while the disk is stuck."""

    def __init__(self, file: SpoolFile, disk: "SlowDisk") -> None:
        self._file = file
        self._disk = disk
        self.write = file.write
        self.truncate = file.truncate
        self.allocate = file.allocate
        self.close = file.close

    def sync(self) -> None:
        if not self._disk.free.is_set():
            self._disk.stuck.set()
        self._disk.free.wait(30)
        self._file.sync()


class SlowDisk(RealDisk):
    """A disk that the test makes stuck and free again."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.free = threading.Event()
        self.free.set()
        self.stuck = threading.Event()

    def create(self, folder: str, name: str) -> SpoolFile:
        return SlowFile(super().create(folder, name), self)

    def open(self, folder: str, name: str) -> SpoolFile:
        return SlowFile(super().open(folder, name), self)


async def test_sampling_goes_on_while_a_sync_is_stuck(tmp_path: Path) -> None:
    settings, factory, seen = config(tmp_path), MockFactory(), Seen()
    disk = SlowDisk(settings.spool)
    anchor = Anchor(boot_ns(), wall_ns(), 0, AnchorKind.GIVEN)
    agent = Agent(settings, clock=BootClock(), factory=factory, anchors=GivenAnchors(anchor), watcher=seen, disk=disk)
    driven: list[tuple[int, int]] = []
    lag_ns = 0
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(agent.run())
        await agent.started()
        pin = factory.pin(4)
        disk.free.clear()
        pin.drive_low()
        await until(disk.stuck.is_set, 5, "a commit waits for the card")
        accepted = len(seen.edges)
        level = True
        begin_ns = boot_ns()
        # Over two intervals of 1 s, at 20 edges a second, with the card stuck all the while.
        while boot_ns() - begin_ns < 2_500 * MS:
            level = not level
            before_ns = boot_ns()
            (pin.drive_low if level else pin.drive_high)()
            driven.append((before_ns, boot_ns()))
            next_ns = boot_ns() + 50 * MS
            await until(lambda next_ns=next_ns: boot_ns() >= next_ns, 5, "the contact has settled")  # type: ignore[misc]
            lag_ns = max(lag_ns, boot_ns() - next_ns)
        assert len(seen.edges) == accepted  # nothing is called accepted that is not on the card
        disk.free.set()
        await until(lambda: len(seen.edges) > len(driven), 10, "all edges are accepted")
        await until(lambda: agent.outstanding >= 6, 10, "the intervals are there")
        task.cancel()
    entries = [located.entry for located in journal(settings)]
    edges = [entry for entry in entries if isinstance(entry, Edge) and not entry.observed][1:]
    assert len(edges) == len(driven)
    for edge, (before_ns, after_ns) in zip(edges, driven, strict=True):
        assert before_ns - MS <= edge.clock_ns <= after_ns + MS
    readings = [entry for entry in entries if isinstance(entry, ReadingEntry)]
    counted = sum(measured.value for entry in readings for measured in entry.values if "count" in measured.quantity)
    closures = [entry.clock_ns for entry in entries if isinstance(entry, Edge) and entry.level and not entry.observed]
    assert counted == sum(clock_ns < readings[-1].clock_ns for clock_ns in closures)
    assert lag_ns < 500 * MS


class BlockedDisk(RealDisk):
    """A disk whose spool cannot be opened before the test lets it."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.free = threading.Event()
        self.asked = threading.Event()

    def lock(self) -> None:
        self.asked.set()
        self.free.wait(30)
        super().lock()


@pytest.mark.parametrize("stopped", [False, True])
async def test_closures_while_a_large_spool_is_opened_are_counted(tmp_path: Path, stopped: bool) -> None:
    settings, factory, seen = config(tmp_path), MockFactory(), Seen()
    disk = BlockedDisk(settings.spool)
    anchor = Anchor(boot_ns(), wall_ns(), 0, AnchorKind.GIVEN)
    agent = Agent(settings, clock=BootClock(), factory=factory, anchors=GivenAnchors(anchor), watcher=seen, disk=disk)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(agent.run())
        await until(disk.asked.is_set, 5, "the spool is being opened")
        watched_ns = boot_ns()
        pin = factory.pin(4)
        for drive in (pin.drive_low, pin.drive_high, pin.drive_low):
            drive()
            still_ns = boot_ns() + 25 * MS
            await until(lambda still_ns=still_ns: boot_ns() >= still_ns, 5, "the contact is still")  # type: ignore[misc]
        opened_ns = boot_ns()
        if stopped:
            task.cancel()
        disk.free.set()
        if not stopped:
            await until(lambda: agent.outstanding >= 3, 10, "an interval closes")
            task.cancel()
    entries = [located.entry for located in journal(settings)]
    found, *edges = [entry for entry in entries if isinstance(entry, Edge)]
    assert (found.level, found.observed) == (False, True)
    assert found.clock_ns <= watched_ns
    assert [(edge.level, edge.observed) for edge in edges] == [(True, False), (False, False), (True, False)]
    assert all(watched_ns <= edge.clock_ns <= opened_ns for edge in edges)
    if not stopped:
        readings = [entry for entry in entries if isinstance(entry, ReadingEntry)]
        assert sum(entry.values[0].value for entry in readings) == 2
