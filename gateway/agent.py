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
from gateway.recorder import Recorder
from gateway.sensors.pins import Factory
from gateway.spool import Edge, Epochs, RealDisk, SpoolLimits
from sensorhub.clock import MachineClock, MeasurementClock
from sensorhub.errors import SensorHubError
from sensorhub.signing import read_key
from sensorhub.status import RecordingStatus

log = logging.getLogger(__name__)
T = TypeVar("T")

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
        self._factory = factory
        self._recording = recording
        self._loop: asyncio.AbstractEventLoop | None = None
        self._epochs: Epochs | None = None
        self._recorder: Recorder | None = None
        self._contacts: Contacts | None = None
        self._disk = RealDisk(config.spool)
        self._outbox: Outbox | None = None
        self._tried_s = 0.0

    async def started(self) -> None:
        """Wait until the spool is open and the contacts are watched."""
        await self._started.wait()

    @property
    def outstanding(self) -> int:
        """Records without a receipt, sealed or not."""
        return self._epochs.unreceived if self._epochs else 0

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
        epochs = await self._in_writer(self._open_spool)
        self._epochs = epochs
        for finding in epochs.findings:
            log.warning("The spool of %s: %s", self._config.gateway, finding)
        recorder = Recorder(
            self._config.gateway,
            self._config.sensors,
            epochs,
            clock=self._clock,
            machine=self._machine,
            anchors=self._anchors,
            crowded=self._crowded,
        )
        await self._in_writer(recorder.resume)
        self._recorder = recorder
        self._contacts = Contacts(self._config.sensors, self._clock, self._factory, recorder.sampler)
        self._tried_s = self._machine.monotonic_s()
        recorder.observed(self._contacts.watch())
        await self._commit()
        self._outbox = Outbox(
            self._config,
            self._key,
            epochs,
            disk=self._disk,
            clock=self._clock,
            machine=self._machine,
            anchor=lambda: recorder.newest_anchor,
            recording=self._recording,
            faults=self._contacts.faults,
            chance=self._chance,
        )
        self._started.set()
        log.info("Gateway %s watches %d contacts.", self._config.gateway, self._contacts.watched)

    def _open_spool(self) -> Epochs:
        return Epochs.open(
            self._disk,
            self._config.gateway,
            self._clock.boot_id,
            limits=limits_of(self._config),
            new_epoch=lambda: secrets.token_hex(8),
        )

    async def _close(self) -> None:
        if self._contacts is not None:
            self._contacts.close()
        if self._epochs is not None:
            try:
                await self._in_writer(lambda: None)  # what a cancelled task gave to the thread is done first
                await self._commit()
                if self._recorder is not None:
                    await self._in_writer(self._recorder.finish)
            finally:
                await self._in_writer(self._epochs.close)
        self._writer.shutdown()

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
        recorder = self._recorder
        if recorder is None:
            return
        self._try_pins()
        accepted = await self._in_writer(partial(recorder.append, recorder.collect()))
        if self._watcher is not None:
            self._watcher.accepted(accepted.edges, accepted.settled_until_ns)
        if accepted.readings:
            self._poke.set()
        if self._outbox is not None and self._outbox.leave_epoch:
            await self._in_writer(partial(self._leave_epoch, recorder, self._outbox))

    def _leave_epoch(self, recorder: Recorder, outbox: Outbox) -> None:
        if recorder.begin_epoch():
            outbox.epoch_begun()
            self._crowded()  # so that what the new epoch begins with is committed now

    def _try_pins(self) -> None:
        assert self._contacts is not None
        assert self._recorder is not None
        now_s = self._machine.monotonic_s()
        if self._contacts.faults and now_s - self._tried_s >= TRY_PINS_S:
            self._tried_s = now_s
            self._recorder.observed(self._contacts.watch())

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
        if anchor is not None and self._recorder is not None:
            self._recorder.offer(anchor)
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
