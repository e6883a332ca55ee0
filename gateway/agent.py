"""The agent of one gateway: pins to sampler to spool to uplink, in one event loop and one spool thread.

The spool, the packer and the uplink are plain objects that only the spool's thread touches, so that a slow card
never holds up sampling or the event loop.
"""

import asyncio
import logging
import random
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol, TypeVar

from gateway.anchors import AnchorSource
from gateway.config import GatewayConfig
from gateway.contacts import Contacts
from gateway.driver import Granted, Message
from gateway.mqtt import Link
from gateway.outbox import Outbox
from gateway.sampler import Sample
from gateway.sensors.pins import Factory
from gateway.spool import Anchor, BootNote, Edge, Entry, RealDisk, SpoolFull, SpoolLimits, SpoolUnwritable
from gateway.spool.epochs import Epochs
from sensorhub.clock import MachineClock, MeasurementClock
from sensorhub.errors import SensorHubError
from sensorhub.reading import NS_PER_US
from sensorhub.signing import read_key
from sensorhub.status import RecordingStatus

log = logging.getLogger(__name__)
T = TypeVar("T")

BOOT_NOTE_S = 60.0
"""How often the journal says until when this gateway was watching, so that a dead process leaves a known gap."""

TRY_PINS_S = 30.0
"""How often a pin that cannot be read is tried again."""

IDLE_S = 0.5
"""How long the uplink sleeps when nothing pokes it; time-outs are counted in seconds."""


class Watcher(Protocol):
    """Told of what is durable; called in the event loop."""

    def accepted(self, edges: Sequence[Edge], settled_until_ns: int) -> None:
        """These edges are on disk; every pin change until that boot clock is settled."""
        ...


class Agent:
    """One gateway.

    Arguments:
        config: what it is and reads.
        clock: the measurement clock.
        factory: the pins.
        anchors: where the time comes from.
        machine: the machine clock.
        watcher: told of accepted edges (default nobody).
        recording: what is played, where this is a simulation.
    """

    def __init__(
        self,
        config: GatewayConfig,
        *,
        clock: MeasurementClock,
        factory: Factory,
        anchors: AnchorSource,
        machine: MachineClock | None = None,
        watcher: Watcher | None = None,
        recording: Callable[[], RecordingStatus | None] = lambda: None,
    ) -> None:
        self._config = config
        self._clock = clock
        self._machine = machine or MachineClock()
        self._anchors = anchors
        self._watcher = watcher
        self._key = read_key(config.key_file)
        self._chance = random.SystemRandom()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix=f"spool {config.gateway}")
        self._hurry = asyncio.Event()
        self._poke = asyncio.Event()
        self._started = asyncio.Event()
        self._contacts = Contacts(config, clock, factory, self._crowded)
        self._recording = recording
        self._loop: asyncio.AbstractEventLoop | None = None
        self._disk = RealDisk(config.spool)
        self._spool: Epochs | None = None
        self._outbox: Outbox | None = None
        self._offered: list[Anchor] = []
        self._unwritten: list[Entry] = []
        self._sampled = Sample((), (), (), 0)
        self._noted_s = 0.0
        self._tried_s = 0.0
        self._troubled = False

    async def started(self) -> None:
        """Wait until the spool is open and the contacts are watched."""
        await self._started.wait()

    @property
    def outstanding(self) -> int:
        """Records without a receipt, sealed or not."""
        return self._spool.unreceived if self._spool else 0

    def hurry(self) -> None:
        """Commit what is pending now, not at the next commit interval."""
        self._hurry.set()

    async def run(self) -> None:
        """Watch, commit and send until cancelled; then commit what is pending and leave the broker in order.

        Raises:
            SpoolInUse, SpoolUnwritable: the spool cannot be opened.
            SpoolUnreadable: records went bad while running; starting again finds them and puts a marker in their place.
        """
        self._loop = asyncio.get_running_loop()
        try:
            await self._open()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._sample(), name=f"sample {self._config.gateway}")
                tasks.create_task(self._serve(), name=f"uplink {self._config.gateway}")
        except ExceptionGroup as group:
            known, others = group.split(SensorHubError)
            if known is None or others is not None:
                raise
            leaf: Exception = known
            while isinstance(leaf, ExceptionGroup):
                leaf = leaf.exceptions[0]
            raise leaf from None
        finally:
            await self._close()

    async def _open(self) -> None:
        spool = await self._in_writer(self._open_spool)
        self._spool = spool
        for finding in spool.findings:
            log.warning("The spool of %s: %s", self._config.gateway, finding)
        await self._in_writer(partial(self._contacts.resume, spool.current))
        anchor = self._anchors.poll(self._clock.now_ns())
        if anchor is not None:
            self._take_anchor(anchor)
        first, self._unwritten = [*self._unwritten, *self._contacts.watch()], []
        await self._in_writer(partial(spool.append, first))
        self._noted_s = self._machine.monotonic_s()
        self._outbox = Outbox(
            self._config,
            self._key,
            spool,
            disk=self._disk,
            clock=self._clock,
            machine=self._machine,
            anchor=lambda: self._contacts.anchors.newest,
            recording=self._recording,
            faults=self._contacts.faults,
            chance=self._chance,
        )
        self._started.set()
        log.info("Gateway %s watches %d contacts.", self._config.gateway, self._contacts.watched)

    def _open_spool(self) -> Epochs:
        limits = SpoolLimits(bytes_max=self._config.spool_bytes_max)
        boot, draw = self._clock.boot_id, partial(secrets.token_hex, 8)
        return Epochs.open(self._disk, self._config.gateway, boot, limits=limits, new_epoch=draw)

    async def _close(self) -> None:
        self._contacts.close()
        spool = self._spool
        if spool is not None:
            try:
                await self._commit()
            finally:
                await self._in_writer(spool.close)
        self._writer.shutdown()

    # Sampling ----------------------------------------------------------------------------------------------------

    async def _sample(self) -> None:
        commit_s = self._config.commit_ms / 1_000
        while True:
            try:
                async with asyncio.timeout(commit_s):
                    await self._hurry.wait()
            except TimeoutError:
                pass
            self._hurry.clear()
            await self._commit()

    async def _commit(self) -> None:
        if not self._unwritten:
            self._collect()
        if self._unwritten and not await self._append():
            return  # the same entries are tried again; meanwhile edges wait in the sampler
        if self._watcher is not None:
            self._watcher.accepted(self._sampled.edges, self._sampled.settled_until_ns)
        if self._sampled.readings:
            self._poke.set()

    def _collect(self) -> None:
        anchor = self._anchors.poll(self._clock.now_ns())
        if anchor is not None:
            self._take_anchor(anchor)
        while self._offered:
            self._take_anchor(self._offered.pop(0))
        self._sampled = sample = self._contacts.sampler.tick()
        self._unwritten += [*sample.edges, *sample.lost, *sample.readings]
        if sample.lost:
            log.error("%d edges did not fit while the spool could not be written.", self._contacts.sampler.overflowed)
        now_s = self._machine.monotonic_s()
        if self._contacts.faults and now_s - self._tried_s >= TRY_PINS_S:
            self._tried_s = now_s
            self._unwritten += self._contacts.watch()
        if now_s - self._noted_s >= BOOT_NOTE_S:
            self._noted_s = now_s
            self._unwritten.append(BootNote(sample.settled_until_ns, self._machine.wall_us() * NS_PER_US))

    def _take_anchor(self, anchor: Anchor) -> None:
        # Noted when it is written: intervals that open by it must come after it in the journal.
        self._contacts.anchors.note(anchor)
        self._unwritten.append(anchor)

    async def _append(self) -> bool:
        assert self._spool is not None
        # Taken out first: the thread goes on when this task is cancelled, and nothing may be written twice.
        group, self._unwritten = self._unwritten, []
        try:
            await self._in_writer(partial(self._spool.append, group))
        except (SpoolUnwritable, SpoolFull) as error:
            self._unwritten = group + self._unwritten
            if not self._troubled:
                log.error("%s Nothing more is accepted until it can be written again.", error)
            self._troubled = True
            return False
        if self._troubled:
            log.info("The spool of %s can be written again.", self._config.gateway)
        self._troubled = False
        return True

    # Sending: the link's driver; the outbox lives in the spool's thread -----------------------------------------

    async def _serve(self) -> None:
        await Link(self._config.broker, self._config.gateway, self._out.topics, self, self._chance).run()

    def will(self) -> Message:
        """What the broker says when the connection is lost."""
        return self._out.will()

    async def connected(self, granted: Granted) -> None:
        """A connection is up and subscribed."""
        await self._in_writer(partial(self._out.connected, granted))

    async def disconnected(self, unanswered: Sequence[str]) -> None:
        """That connection is gone."""
        await self._in_writer(partial(self._out.disconnected, unanswered))

    async def refused(self, topic: str, code: int, reason: str) -> None:
        """The broker says that a message goes no further."""
        await self._in_writer(partial(self._out.refused, topic, code, reason))

    async def received(self, topic: str, payload: bytes) -> None:
        """A message came from the hub."""
        anchor = await self._in_writer(partial(self._out.received, topic, payload))
        kept = None if anchor is None else self._anchors.offered(anchor)
        if kept is not None:
            self._offered.append(kept)
        self._poke.set()

    async def next(self) -> list[Message]:
        """Wait until something is to be published."""
        while True:
            messages = await self._in_writer(self._out.due)
            if messages:
                return messages
            try:
                async with asyncio.timeout(IDLE_S):
                    await self._poke.wait()
            except TimeoutError:
                pass
            self._poke.clear()

    async def farewell(self) -> Message:
        """The last status of a gateway that is stopped."""
        return await self._in_writer(self._out.farewell)

    @property
    def _out(self) -> Outbox:
        assert self._outbox is not None
        return self._outbox

    async def _in_writer(self, call: Callable[[], T]) -> T:
        assert self._loop is not None
        # Shielded: when this task is cancelled, what it gave to the thread is done all the same.
        return await asyncio.shield(self._loop.run_in_executor(self._writer, call))

    def _crowded(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._hurry.set)
