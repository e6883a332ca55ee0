"""The agent of one gateway: pins to recorder to spool to uplink, in one event loop and one spool thread.

The recorder, the spool and the outbox are plain objects; here they get their threads and sleeps, so that a slow card
never holds up sampling or the event loop.
"""

import asyncio
import logging
import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from firmware_config.gateway import GatewayConfig
from gateway.anchors.sources import AnchorSource
from gateway.buses.buses import Buses, BusWorld
from gateway.facts import Facts
from gateway.polling import Polling, polling_of
from gateway.recorder.contacts import Contacts, Found
from gateway.recorder.faults import Faults
from gateway.recorder.recorder import Recorder
from gateway.sensors.pins import Factory
from gateway.speaking import Speaker
from gateway.spool import Disk, Edge, Epochs, RealDisk
from gateway.spool_limits import limits_of
from gateway.uplink.mqtt import Link
from gateway.uplink.outbox import Outbox
from gateway.uplink.sender import Sender
from gateway.watching.server import WatchServer
from gateway.worker import Worker
from sensorhub.clock import MachineClock, MeasurementClock
from sensorhub.errors import SensorHubError, first_of
from sensorhub.signing import read_key
from sensorhub.status import RecordingStatus

log = logging.getLogger(__name__)

TRY_PINS_S = 30.0
"""How often a pin that cannot be read is tried again."""

SAY_S = 60.0
"""How often the status file is written; and when the connection comes or goes."""


class Watcher(Protocol):
    """Told of what is durable; called in the event loop."""

    def accepted(self, edges: Sequence[Edge], settled_until_ns: int) -> None:
        """These edges are on disk; every pin change until that boot clock is settled."""
        ...


@dataclass(frozen=True, slots=True)
class _Measuring:
    recorder: Recorder
    contacts: Contacts


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
        disk: where the spool is (default the folder of the configuration).
        buses: where its buses are (default those of a Raspberry Pi).
        driven: whether somebody else calls `poll` when reads are due: the measurement clock does not run by itself.
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
        disk: Disk | None = None,
        buses: BusWorld | None = None,
        driven: bool = False,
    ) -> None:
        self._config = config
        self._clock = clock
        self._factory = factory
        self._anchors = anchors
        self._machine = machine or MachineClock()
        self._watcher = watcher
        self._recording = recording
        self._key = read_key(config.key_file)
        self._thread = Worker(f"spool {config.gateway}")
        self._disk = disk or RealDisk(config.spool)
        self._buses = buses or BusWorld.of_board(config.board)
        self._driven = driven
        self._polling: Polling | None = None
        self.faults = Faults(self._machine.wall_us)
        self._hurry = asyncio.Event()
        self._started = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._epochs: Epochs | None = None
        self._contacts: Contacts | None = None
        self._measuring: _Measuring | None = None
        self._outbox: Outbox | None = None
        self._sender: Sender | None = None
        self._speaker: Speaker | None = None
        self._tried_s = 0.0
        self._say_s = 0.0

    async def started(self) -> None:
        """Wait until the spool is open and the contacts are watched."""
        await self._started.wait()

    @property
    def outstanding(self) -> int:
        """Records without a receipt, sealed or not."""
        return self._epochs.unreceived if self._epochs else 0

    @property
    def next_poll_ns(self) -> int | None:
        """When the next read over a bus is due, by the measurement clock; None where there is none."""
        return self._polling.next_ns if self._polling is not None else None

    def due(self, clock_ns: int) -> list[str]:
        """The sensors whose read over a bus is due by then."""
        return self._polling.due(clock_ns) if self._polling is not None else []

    async def poll(self) -> None:
        """Read all that is due over buses now; for whoever drives the measurement clock."""
        if self._polling is not None:
            await self._polling.poll()

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
            link = await self._open()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._sample(), name=f"sample {self._config.gateway}")
                tasks.create_task(link.run(), name=f"uplink {self._config.gateway}")
                if self._speaker is not None:
                    tasks.create_task(WatchServer(self._config.spool, self._speaker.look).run(), name="watch")
                if self._polling is not None and not self._driven:
                    tasks.create_task(self._polling.run(), name=f"parts {self._config.gateway}")
        except ExceptionGroup as group:
            known, others = group.split(SensorHubError)
            if known is None or others is not None:
                raise
            raise first_of(known) from None
        finally:
            await self._close()

    async def _open(self) -> Link:
        config = self._config
        recorder = Recorder(
            config.gateway,
            config.sensors,
            clock=self._clock,
            machine=self._machine,
            anchors=self._anchors,
            faults=self.faults,
            crowded=self._crowded,
        )
        self._contacts = contacts = Contacts(config.sensors, self._clock, self._factory, recorder.sampler, self.faults)
        self._tried_s = self._machine.monotonic_s()
        found = contacts.watch()  # before the spool is read, which may take a minute: edges wait in the inbox meanwhile
        epochs = await self._thread.do(partial(self._resume, recorder, contacts, found))
        for finding in epochs.findings:
            log.warning("The spool of %s: %s", config.gateway, finding)
        await self._commit()
        chance = random.SystemRandom()
        self._outbox = outbox = Outbox(
            config,
            self._key,
            epochs,
            disk=self._disk,
            clock=self._clock,
            machine=self._machine,
            anchor=lambda: recorder.newest_anchor,
            recording=self._recording,
            faults=self.faults,
            chance=chance,
            health=recorder,
        )
        self._sender = Sender(outbox, self._thread, recorder.offer, self._say_soon)
        if recorder.sampled:
            buses = Buses(self._factory, self._buses, Facts(config.spool, recorder, self._clock))
            self._polling = polling_of(config, recorder.sampled, self._clock, buses, self.faults)
            await self._polling.begin()
        self._speaker = Speaker(
            config,
            self._clock,
            self._machine,
            thread=self._thread,
            outbox=outbox,
            sender=self._sender,
            recorder=recorder,
            polling=self._polling,
            faults=self.faults,
        )
        self._started.set()
        parts = len(recorder.sampled)
        log.info("Gateway %s watches %d contacts and reads %d parts.", config.gateway, contacts.watched, parts)
        return Link(config.broker, config.gateway, outbox.topics, self._sender, chance)

    def _resume(self, recorder: Recorder, contacts: Contacts, found: Sequence[Found]) -> Epochs:
        self._epochs = epochs = Epochs.open(
            self._disk,
            self._config.gateway,
            self._clock.boot_id,
            limits=limits_of(self._config),
            new_epoch=lambda: secrets.token_hex(8),
        )
        recorder.resume(epochs)
        recorder.observed(found)
        self._measuring = _Measuring(recorder, contacts)  # from here on a stop commits what was measured
        return epochs

    async def _close(self) -> None:
        if self._contacts is not None:
            self._contacts.close()
        if self._polling is not None:
            await self._polling.close()
        await self._thread.idle()  # what a cancelled task gave to the thread is done first
        if self._epochs is not None:
            try:
                await self._commit()
                if self._measuring is not None:
                    await self._thread.do(self._measuring.recorder.finish)
                if self._speaker is not None:
                    await self._speaker.say("disconnected")
            finally:
                await self._thread.do(self._epochs.close)
        self._thread.close()

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
            if self._outbox is not None and self._outbox.leave_epoch:
                await self._thread.do(self._leave_epoch)
            if self._speaker is not None and self._machine.monotonic_s() >= self._say_s:
                self._say_s = self._machine.monotonic_s() + SAY_S
                await self._speaker.say("ready")

    async def _commit(self) -> None:
        if self._measuring is None:
            return
        recorder, contacts = self._measuring.recorder, self._measuring.contacts
        now_s = self._machine.monotonic_s()
        if contacts.missing and now_s - self._tried_s >= TRY_PINS_S:
            self._tried_s = now_s
            recorder.observed(contacts.watch())
        accepted = await self._thread.do(partial(recorder.append, recorder.collect()))
        if self._watcher is not None:
            self._watcher.accepted(accepted.edges, accepted.settled_until_ns)
        if accepted.readings and self._sender is not None:
            self._sender.poke()

    def _leave_epoch(self) -> None:
        assert self._measuring is not None
        assert self._outbox is not None
        if self._measuring.recorder.begin_epoch():
            self._outbox.epoch_begun()
            self._crowded()  # so that what the new epoch begins with is committed now

    def _say_soon(self) -> None:
        self._say_s = 0.0

    def _crowded(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._hurry.set)
