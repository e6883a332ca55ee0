"""What one gateway publishes: packs as the uplink says, statuses as they fall due. Serves the link.

Its blocking half runs in the spool's thread, which alone touches the spool, the packer and the uplink.
"""

import random
import secrets
from collections import deque
from collections.abc import Callable

from gateway.config import GatewayConfig
from gateway.mqtt import LinkSilent, Message
from gateway.packer import Packer
from gateway.spool import Anchor, Spool
from gateway.status_report import StatusReport
from gateway.uplink import Uplink
from sensorhub.clock import MachineClock, MeasurementClock
from sensorhub.status import Fault, GatewayState, RecordingStatus, encode_status
from sensorhub.topics import gateway_topic

STATUS_S = 60.0
"""A status at least this often (docs/formats.md, "Status")."""

RECEIVED_NOTES_S = 5.0
"""How often the received ranges are noted beside the spool; lost notes cost a resend only."""

BACKLOG_GRACE_S = 10.0


class Outbox:
    """The sending side of a gateway; every method is called in the spool's thread.

    Arguments:
        config, key: of the gateway.
        spool: where the records are.
        clock, machine: the two clocks.
        anchor: the newest anchor, for the status.
        recording: what is played, where this is a simulation.
        faults: of the sensors, kept by the contacts.
        chance: random numbers for jitter.
    """

    def __init__(
        self,
        config: GatewayConfig,
        key: bytes,
        spool: Spool,
        *,
        clock: MeasurementClock,
        machine: MachineClock,
        anchor: Callable[[], Anchor | None],
        recording: Callable[[], RecordingStatus | None],
        faults: dict[str, Fault],
        chance: random.Random,
    ) -> None:
        self._spool = spool
        self._machine = machine
        self._anchor = anchor
        self._recording = recording
        self._pack_s = config.pack_s
        self._report = StatusReport(config, recording, faults)
        self._status_topic = gateway_topic(config.root, config.gateway, "status")
        self._uplink = Uplink(
            spool,
            Packer(spool, config.gateway),
            root=config.root,
            gateway=config.gateway,
            key=key,
            pack_s=config.pack_s,
            clock_ns=clock.now_ns,
            chance=chance,
        )
        self._told_s = 0.0
        self._told: object = None
        self._faults = faults
        self._notes_s = 0.0
        self._nexts: deque[tuple[float, int]] = deque()
        self._old_below = spool.next

    @property
    def receipt_topic(self) -> str:
        """Where the hub's receipts come."""
        return self._uplink.receipt_topic

    def connected(self) -> None:
        """A connection is up."""
        self._uplink.connected(self._machine.monotonic_s())

    def disconnected(self) -> None:
        """That connection is gone; the next has another id."""
        self._uplink.disconnected()
        self._report.new_connection()

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
        """All that is to be published now.

        Raises:
            LinkSilent: receipts have been due for too long.
        """
        now_s = self._machine.monotonic_s()
        self._note_next(now_s)
        if self._uplink.silent(now_s):
            raise LinkSilent("no receipt came for a while")
        messages: list[Message] = []
        behind = self._backlog() > 0
        telling = (self._recording(), frozenset(self._faults), self._anchor() is not None, behind)
        if self._uplink.status_wanted or now_s - self._told_s >= STATUS_S or telling != self._told:
            self._told, self._told_s = telling, now_s
            nonce = secrets.token_hex(8)
            self._uplink.asked(nonce, now_s)
            messages.append(self._status("ready", nonce))
        messages += [Message(pack.topic, pack.payload) for pack in self._uplink.due(now_s)]
        if now_s - self._notes_s >= RECEIVED_NOTES_S:
            self._notes_s = now_s
            self._spool.write_received()
        return messages

    def _status(self, state: GatewayState, nonce: str) -> Message:
        status = self._report.make(state, self._spool, self._anchor(), self._backlog(), nonce)
        return Message(self._status_topic, encode_status(status), retain=True)

    def _note_next(self, now_s: float) -> None:
        if not self._nexts or now_s - self._nexts[-1][0] >= 1.0:
            self._nexts.append((now_s, self._spool.next))
        while self._nexts and now_s - self._nexts[0][0] > self._pack_s + BACKLOG_GRACE_S:
            self._old_below = self._nexts.popleft()[1]

    def _backlog(self) -> int:
        waiting = self._spool.received.missing(self._spool.lowest, self._old_below - 1)
        return sum(last - first + 1 for first, last in waiting)
