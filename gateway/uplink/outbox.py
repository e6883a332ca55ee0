"""What one gateway publishes: packs as the uplink says, statuses as they fall due, replies. Serves the link.

A plain object without I/O but for the spools' disk. Its methods run in the spool's thread, which alone touches the
spools, the packer and the uplink.
"""

import random
from collections.abc import Callable, Mapping, Sequence

from firmware_config.gateway import GatewayConfig
from gateway.spool import Anchor
from gateway.spool.disk import Disk
from gateway.spool.epochs import Epochs
from gateway.status.report import Health, StatusReport
from gateway.uplink.backlog import Backlog
from gateway.uplink.commands import Commands
from gateway.uplink.driver import Granted, LinkSilent, Message
from gateway.uplink.uplink import Uplink
from sensorhub.clock import MachineClock, MeasurementClock
from sensorhub.command import encode_reply
from sensorhub.status import Fault, GatewayState, RecordingStatus, Status, encode_status
from sensorhub.topics import RECORDS_PER_PACK_MAX, SEQUENCE_MAX, PackId, gateway_topic, pack_topic

STATUS_S = 60.0
"""A status at least this often (docs/formats.md, "Status")."""

TELL_AGAIN_S = 1.0
"""What changes twice within this time is told once."""

RECEIVED_NOTES_S = 5.0
"""How often the received ranges are noted beside the spool; lost notes cost a resend only."""

BACKLOG_GRACE_S = 10.0

PUBLISH_BYTES = 16
"""What an MQTT 5 PUBLISH has beside topic and payload, at most."""


class Outbox:
    """The sending side of a gateway; every method is called in the spool's thread.

    Arguments:
        config, key: of the gateway.
        epochs: where the records are.
        disk: of the epochs; the number of the last command is kept there.
        clock, machine: the two clocks.
        anchor: the newest anchor, for the status.
        recording: what is played, where this is a simulation.
        faults: of the sensors, as they are found.
        chance: random numbers, for jitter, nonces and the ids of connections.
        told: given each status that is published (default nobody).
        health: of the measuring side, for the status.
    """

    def __init__(
        self,
        config: GatewayConfig,
        key: bytes,
        epochs: Epochs,
        *,
        disk: Disk,
        clock: MeasurementClock,
        machine: MachineClock,
        anchor: Callable[[], Anchor | None],
        recording: Callable[[], RecordingStatus | None],
        faults: Mapping[str, Fault],
        chance: random.Random,
        told: Callable[[Status], None] = lambda status: None,
        health: Health | None = None,
    ) -> None:
        self._epochs = epochs
        self._machine = machine
        self._anchor = anchor
        self._recording = recording
        self._chance = chance
        self._tell = told
        self._health = health
        self._report = StatusReport(config, recording, faults, chance, health)
        self._root, self._gateway = config.root, config.gateway
        self._status_topic = gateway_topic(config.root, config.gateway, "status")
        self._uplink = Uplink(
            epochs,
            Commands(disk),
            root=config.root,
            gateway=config.gateway,
            key=key,
            pack_s=config.pack_s,
            clock_ns=clock.now_ns,
            chance=chance,
        )
        self._backlog = Backlog(epochs, config.pack_s + BACKLOG_GRACE_S)
        self._told_s = 0.0
        self._told: object = None
        self._faults = faults
        self._notes_s = 0.0

    @property
    def topics(self) -> tuple[str, ...]:
        """Where the hub's messages come."""
        return self._uplink.receipt_topic, self._uplink.command_topic

    @property
    def leave_epoch(self) -> bool:
        """Whether the present epoch must be left: have the recorder begin another, then call `epoch_begun`."""
        return self._uplink.leave_epoch

    def epoch_begun(self) -> None:
        """A new epoch is current, and the one before it drains."""
        self._uplink.epoch_begun(self._machine.monotonic_s())

    def connected(self, granted: Granted | None = None) -> None:
        """A connection is up and subscribed.

        Arguments:
            granted: what the broker allows on it; by default all.
        """
        longest = pack_topic(self._root, PackId(self._gateway, "0" * 16, SEQUENCE_MAX, RECORDS_PER_PACK_MAX))
        payload_max = (granted or Granted()).packet_bytes_max - PUBLISH_BYTES - len(longest)
        self._uplink.connected(self._machine.monotonic_s(), max(0, payload_max))

    def disconnected(self, unanswered: Sequence[str] = ()) -> None:
        """That connection is gone; the next has another id.

        Arguments:
            unanswered: topics of the messages that the broker had not acknowledged when it broke.
        """
        self._uplink.disconnected(self._machine.monotonic_s(), unanswered)
        self._report.new_connection()

    def refused(self, topic: str, code: int, reason: str) -> None:
        """The broker says that a message goes no further, by an MQTT 5 reason code; it is kept and sent again."""
        self._uplink.refused(topic, code, reason, self._machine.monotonic_s())

    def received(self, topic: str, payload: bytes) -> Anchor | None:
        """A message came from the hub; returns the anchor that it gives."""
        return self._uplink.received(topic, payload, self._machine.monotonic_s())

    def will(self) -> Message:
        """What the broker says when the next connection is lost."""
        return Message(self._status_topic, encode_status(self._report.will()), retain=True)

    def farewell(self) -> Message:
        """The status of a gateway that stops in order; it wants no answer."""
        return self._status("disconnected", nonce="")

    def due(self) -> list[Message]:
        """All that is to be published now; nothing without a connection.

        Raises:
            LinkSilent: the hub has been asked and silent for too long.
        """
        now_s = self._machine.monotonic_s()
        self._backlog.note(now_s)
        if now_s - self._notes_s >= RECEIVED_NOTES_S:
            self._notes_s = now_s
            self._epochs.write_received()
        if not self._uplink.is_up:
            return []
        if self._uplink.silent(now_s):
            raise LinkSilent("no receipt came for a while")
        packs = [Message(pack.topic, pack.payload) for pack in self._uplink.due(now_s)]
        messages: list[Message] = []
        while self._uplink.replies:
            reply = encode_reply(self._uplink.replies.pop(0))
            messages.append(Message(gateway_topic(self._root, self._gateway, "reply"), reply))
        if self._status_due(now_s):
            nonce = f"{self._chance.getrandbits(64):016x}"
            self._uplink.asked(nonce, now_s)
            messages.append(self._status("ready", nonce))
        return messages + packs

    def _status_due(self, now_s: float) -> bool:
        telling = (
            self._recording(),
            frozenset(self._faults),
            self._anchor() is not None,
            self._backlog.count() > 0,
            self._uplink.trouble,
            self._health.trouble if self._health else "",
        )
        changed = telling != self._told and (self._told is None or now_s - self._told_s >= TELL_AGAIN_S)
        if not (self._uplink.status_wanted or changed or now_s - self._told_s >= STATUS_S):
            return False
        self._told, self._told_s = telling, now_s
        return True

    def report(self, state: GatewayState = "ready", nonce: str = "") -> Status:
        """The status now, for whoever wants to know; without a nonce no hub answers it."""
        anchor, backlog = self._anchor(), self._backlog.count()
        return self._report.make(state, self._epochs, anchor, backlog, nonce, self._uplink.trouble)

    def _status(self, state: GatewayState, nonce: str) -> Message:
        status = self.report(state, nonce)
        self._tell(status)
        return Message(self._status_topic, encode_status(status), retain=True)
