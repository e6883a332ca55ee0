"""The process of a simulated gateway: production cores, driven as the agent drives them, in one thread."""

import random
from collections.abc import Callable
from typing import cast
from uuid import UUID

from gateway.anchors import SystemAnchors
from gateway.config import GatewayConfig
from gateway.contacts import Contacts
from gateway.mqtt import Message
from gateway.outbox import Outbox
from gateway.sensors.pins import Factory
from gateway.spool import Anchor, BootNote, Edge, Entry, Spool, SpoolFull, SpoolLimits, SpoolUnwritable
from sensorhub.reading import NS_PER_US
from tests.delivery.simulated.clock import Computer
from tests.delivery.simulated.disk import Card
from tests.delivery.simulated.pins import Header

BOOT_NOTE_S = 20.0

Accepted = Callable[[list[Edge], int], None]


class Process:
    """Made by starting: everything in it is gone when it ends.

    Arguments:
        accepted: told of edges that are durable, and until which boot clock every change is.
    """

    def __init__(
        self,
        config: GatewayConfig,
        key: bytes,
        limits: SpoolLimits,
        card: Card,
        computer: Computer,
        header: Header,
        chance: random.Random,
        accepted: Accepted,
    ) -> None:
        self._config = config
        self._key = key
        self._computer = computer
        self._clock = computer.boot
        self._machine = computer.machine()
        self._chance = chance
        self._accepted = accepted
        self._anchors = SystemAnchors(computer.wall_ns, computer.boot.now_ns, lambda: computer.ntp_error_ns)
        self._contacts = Contacts(config, computer.boot, cast(Factory, header), lambda: None)
        self._offered: list[Anchor] = []
        self._group: list[Entry] = []
        self._settled_ns = 0
        self._noted_s = self._machine.monotonic_s()
        self.spool = Spool.open(
            card, config.gateway, computer.boot.boot_id, limits=limits, new_epoch=lambda: f"{chance.getrandbits(64):016x}"
        )

    def resume(self) -> None:
        """Go on where the journal ends, and watch the contacts."""
        self._contacts.resume(self.spool)
        anchor = self._anchors.poll(self._clock.now_ns())
        if anchor is not None:
            self._take_anchor(anchor)
        first, self._group = [*self._group, *self._contacts.watch()], []
        self.spool.append(first)
        self.outbox = Outbox(
            self._config,
            self._key,
            self.spool,
            clock=self._clock,
            machine=self._machine,
            anchor=lambda: self._contacts.anchors.newest,
            recording=lambda: None,
            faults=self._contacts.faults,
            chance=self._chance,
        )

    @property
    def boot(self) -> UUID:
        """The boot that it runs in."""
        return self._clock.boot_id

    def commit(self) -> None:
        """One turn of sampling: what has settled becomes durable."""
        if not self._group:
            self._collect()
        try:
            self.spool.append(self._group)
        except (SpoolUnwritable, SpoolFull):
            return
        edges = [entry for entry in self._group if isinstance(entry, Edge) and not entry.observed]
        self._group = []
        self._accepted(edges, self._settled_ns)

    def _collect(self) -> None:
        anchor = self._anchors.poll(self._clock.now_ns())
        if anchor is not None:
            self._take_anchor(anchor)
        while self._offered:
            self._take_anchor(self._offered.pop(0))
        sample = self._contacts.sampler.tick()
        self._settled_ns = sample.settled_until_ns
        self._group += [*sample.edges, *sample.lost, *sample.readings]
        now_s = self._machine.monotonic_s()
        if now_s - self._noted_s >= BOOT_NOTE_S:
            self._noted_s = now_s
            self._group.append(BootNote(sample.settled_until_ns, self._machine.wall_us() * NS_PER_US))

    def _take_anchor(self, anchor: Anchor) -> None:
        self._contacts.anchors.note(anchor)
        self._group.append(anchor)

    def received(self, topic: str, payload: bytes) -> None:
        """A message of the hub came."""
        anchor = self.outbox.received(topic, payload)
        kept = None if anchor is None else self._anchors.offered(anchor)
        if kept is not None:
            self._offered.append(kept)

    def due(self) -> list[Message]:
        """What is to be published now."""
        return self.outbox.due()

    def close(self) -> None:
        """Stop in order."""
        self._contacts.close()
        self.spool.close()
