"""The process of a simulated gateway: production cores, driven as the agent drives them, in one thread."""

import random
from collections.abc import Callable
from typing import cast
from uuid import UUID

from firmware_config.gateway import GatewayConfig
from gateway.anchors.sources import SystemAnchors
from gateway.buses.buses import Buses
from gateway.recorder.contacts import Contacts
from gateway.recorder.faults import Faults
from gateway.recorder.group import Accepted
from gateway.recorder.poller import Poller
from gateway.recorder.recorder import Recorder
from gateway.sensors.pins import Factory
from gateway.spool import Epochs, Spool, SpoolLimits
from gateway.uplink.driver import Message
from gateway.uplink.outbox import Outbox
from tests.delivery.simulated.clock import Computer
from tests.delivery.simulated.disk import Card
from tests.delivery.simulated.pins import Header
from tests.delivery.simulated.sensors import ScriptedPart

OnAccepted = Callable[[Accepted, bool], None]


class Process:
    """Made by starting: everything in it is gone when it ends.

    Arguments:
        accepted: told of each append, and whether any of it may have been refused.
    Beside what the properties say, it has `refused`: whether the card has refused some since it last took any.
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
        accepted: OnAccepted,
    ) -> None:
        self._config = config
        self._key = key
        self._card = card
        self._clock = computer.boot
        self._machine = computer.machine()
        self._header = header
        self._chance = chance
        self._accepted = accepted
        self.refused = False
        self.epochs = Epochs.open(
            card, config.gateway, self.boot, limits=limits, new_epoch=lambda: f"{chance.getrandbits(64):016x}"
        )
        self._faults = Faults(self._machine.wall_us)
        self.recorder = Recorder(
            config.gateway,
            config.sensors,
            clock=computer.boot,
            machine=self._machine,
            anchors=SystemAnchors(computer.wall_ns, computer.boot.now_ns, lambda: computer.ntp_error_ns),
            faults=self._faults,
        )
        self.poller = Poller(
            config.sensors,
            self.recorder.sampled,
            clock=computer.boot,
            buses=Buses(cast(Factory, header)),
            faults=self._faults,
            make=lambda sensor, _: ScriptedPart(sensor, chance),
        )

    def resume(self) -> None:
        """Go on where the journal ends, and watch the contacts."""
        recorder = self.recorder
        recorder.resume(self.epochs)
        contacts = Contacts(
            self._config.sensors, self._clock, cast(Factory, self._header), recorder.sampler, self._faults
        )
        recorder.observed(contacts.watch())
        self.commit()
        self.outbox = Outbox(
            self._config,
            self._key,
            self.epochs,
            disk=self._card,
            clock=self._clock,
            machine=self._machine,
            anchor=lambda: recorder.newest_anchor,
            recording=lambda: None,
            faults=self._faults,
            chance=self._chance,
        )
        self.contacts = contacts
        self.poller.begin()

    @property
    def boot(self) -> UUID:
        """The boot that it runs in."""
        return self._clock.boot_id

    @property
    def spools(self) -> tuple[Spool, ...]:
        """All of them, the current one last."""
        return self.epochs.all

    def commit(self) -> None:
        """One turn of sampling: what has settled becomes durable."""
        recorder = self.recorder
        accepted = recorder.append(recorder.collect())
        if recorder.trouble:
            self.refused = True
        self._accepted(accepted, self.refused)
        if not recorder.trouble and (accepted.edges or accepted.readings):
            self.refused = False

    def leave_epoch(self) -> None:
        """Begin a new epoch, since that is asked for; where the card does not take it, all goes on in the old one."""
        if self.recorder.begin_epoch():
            self.outbox.epoch_begun()

    def received(self, topic: str, payload: bytes) -> None:
        """A message of the hub came."""
        anchor = self.outbox.received(topic, payload)
        if anchor is not None:
            self.recorder.offer(anchor)

    def due(self) -> list[Message]:
        """What is to be published now."""
        return self.outbox.due()

    def stop(self) -> None:
        """Stop in order, as on SIGTERM."""
        self.contacts.close()
        self.poller.close()
        self.commit()
        self.recorder.finish()
        self.epochs.close()
