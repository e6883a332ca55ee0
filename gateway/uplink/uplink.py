"""The uplink: the state of the connection, and what the hub's messages do.

A plain object without I/O: the outbox tells it what happened and sends what it returns. All `now_s` are the machine
clock in seconds, and never fall. A PUBACK frees nothing; only the hub's signed receipt does.
"""

import logging
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from gateway.spool import Anchor, SealRefused, SpoolFull, SpoolUnwritable
from gateway.spool.epochs import Epochs
from gateway.uplink.asking import Asking
from gateway.uplink.commands import Commands
from gateway.uplink.lane import RESEND_FIRST_S
from gateway.uplink.lanes import Lanes
from gateway.uplink.packer import ReadingTooLarge, SealedPack
from sensorhub.command import Reply
from sensorhub.pack import MESSAGE_BYTES_MAX
from sensorhub.receipt import Receipt, ReceiptMalformed, decode_receipt
from sensorhub.signing import SignatureWrong, verify
from sensorhub.topics import gateway_topic, pack_topic

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PackMessage:
    """A pack to publish, QoS 1."""

    topic: str
    payload: bytes


class Uplink:
    """The delivery of all epochs of one gateway.

    Arguments:
        epochs: the spools.
        commands: what the hub tells this gateway to do.
        root, gateway, key: topics and the gateway's own key.
        pack_s: longest time a pack is held open, seconds.
        clock_ns: the measurement clock, for anchors from receipts.
        chance: random numbers for jitter.
    """

    def __init__(
        self,
        epochs: Epochs,
        commands: Commands,
        *,
        root: str,
        gateway: str,
        key: bytes,
        pack_s: float,
        clock_ns: Callable[[], int],
        chance: random.Random,
    ) -> None:
        self.receipt_topic = gateway_topic(root, gateway, "receipt")
        self.command_topic = gateway_topic(root, gateway, "command")
        self.replies: list[Reply] = []
        """Answers to commands, for whoever publishes to take."""
        self.status_wanted = False
        self._present = epochs.current.epoch
        self._epochs = epochs
        self._commands = commands
        self._root = root
        self._key = key
        self._chance = chance
        self._lanes = Lanes(epochs, root=root, gateway=gateway, pack_s=pack_s, chance=chance)
        self._asking = Asking(clock_ns)
        self.is_up = False
        self._store: str | None = None
        self._seal_again_s = 0.0
        self._unsealable = ""
        self._copied = ""
        self._said: set[str] = set()

    @property
    def trouble(self) -> str:
        """What keeps packs from being sent, in a sentence; empty while nothing does."""
        return self._unsealable or self._lanes.limits.trouble

    @property
    def leave_epoch(self) -> bool:
        """Whether the present epoch must be left: by command, or as the hub has records that were never sealed here."""
        epoch = self._epochs.current.epoch
        return self._commands.leaves(epoch) or self._copied == epoch

    # What happens ------------------------------------------------------------------------------------------------

    def connected(self, now_s: float, payload_max: int = MESSAGE_BYTES_MAX) -> None:
        """A connection is up: a status is wanted, and the first pack waits for the hub's answer to it.

        Arguments:
            payload_max: the largest payload of a pack that the broker takes, bytes.
        """
        self.is_up = True
        self._said.clear()
        self._asking.connected(now_s)
        self._lanes.connected(now_s, payload_max)
        self._forget_store()

    def disconnected(self, now_s: float, unanswered: Sequence[str] = ()) -> None:
        """The connection is gone; what was under way is sent again after the next answer.

        Arguments:
            unanswered: topics of the messages that the broker had not acknowledged when it broke.
        """
        self.is_up = False
        self._lanes.disconnected(list(unanswered), now_s)

    def refused(self, topic: str, code: int, reason: str, now_s: float) -> None:
        """The broker acknowledged a message with an MQTT 5 reason code that says it goes no further."""
        self._lanes.refused(topic, code, reason, now_s)

    def asked(self, nonce: str, now_s: float) -> None:
        """A status with this nonce is about to be published."""
        self._asking.asked(nonce, now_s)
        self.status_wanted = False

    def epoch_begun(self, now_s: float) -> None:
        """The present epoch was left for a new one: the old one drains, and the hub is told of both.

        Call it soon; `due` finds out by itself where beginning the new one was only half well.
        """
        if self._epochs.current.epoch == self._present:
            return
        self._present = self._epochs.current.epoch
        self._lanes.begin_live(now_s)
        self.status_wanted = True
        reply = self._commands.begun(self._epochs.current.epoch)
        if reply is not None:
            self.replies.append(reply)

    def received(self, topic: str, payload: bytes, now_s: float) -> Anchor | None:
        """Take a message from the hub; returns the anchor that a fresh answer gives.

        What is not signed with this gateway's key, or is neither receipt nor command, is logged and does nothing.
        """
        if topic not in (self.receipt_topic, self.command_topic):
            return None
        try:
            body = verify(self._key, topic, payload)
            receipt = decode_receipt(body) if topic == self.receipt_topic else None
        except (SignatureWrong, ReceiptMalformed) as error:
            self._say(f"{topic} {type(error).__name__}", f"{error}")
            return None
        if receipt is None:
            reply = self._commands.received(body, self._epochs.current.epoch)
            if reply is not None:
                self.replies.append(reply)
        elif receipt.nonce:
            return self._answer(receipt, now_s)
        elif receipt.store == self._store:
            self._free(receipt, now_s)
        elif self._store is not None:
            self._forget_store()
        return None

    # What to do --------------------------------------------------------------------------------------------------

    def due(self, now_s: float) -> list[PackMessage]:
        """The packs to publish now: those without a receipt for too long, and as many new ones as there is room for."""
        if self._epochs.current.epoch != self._present:
            self.epoch_begun(now_s)
        if not self.is_up:
            return []
        lanes = self._lanes.all()
        waiting = self._store is None or not all(lane.ready for lane in lanes)
        late = any(flight.again for lane in lanes for flight in lane.flights.values())
        if self._asking.again(now_s, waiting=waiting, late=late):
            self.status_wanted = True
        if self._store is None:
            return []
        packs = self._lanes.late(now_s, self._asking.heard_s)
        may_seal = now_s >= self._seal_again_s
        try:
            self._lanes.fill(packs, now_s, may_seal=may_seal)
        except (SpoolUnwritable, SpoolFull, SealRefused, ReadingTooLarge) as error:
            # Sampling goes on, and what is sealed is sent; sealing is tried again.
            if not self._unsealable:
                log.error("%s Nothing new is sent until it can be; trying again.", error)
            self._unsealable = f"No pack can be made: {error}"
            self._seal_again_s = now_s + RESEND_FIRST_S * (1 + self._chance.random())
        else:
            if self._unsealable and may_seal:
                log.info("Packs can be sealed again.")
                self._unsealable = ""
        return self._messages(packs)

    def silent(self, now_s: float) -> bool:
        """Whether the hub was asked and gives no sign for so long that the connection should be rebuilt."""
        return self.is_up and self._asking.silent(now_s)

    # -------------------------------------------------------------------------------------------------------------

    def _forget_store(self) -> None:
        self._store = None
        self.status_wanted = True
        for lane in self._lanes.all():
            lane.ready = False

    def _answer(self, receipt: Receipt, now_s: float) -> Anchor | None:
        if not self.is_up or not self._asking.is_answered_by(receipt):
            if self.is_up and self._asking.is_doubled_by(receipt):
                self._doubt(receipt)
            return None
        if self._asking.answered(now_s):
            self._hurry(now_s)
        if receipt.store != self._store:
            self._forget_store()
            self._store = receipt.store
            self.status_wanted = False
        lane = self._lanes.get(receipt.epoch)
        if lane is not None:
            back, strange = lane.answer(receipt, partial(self._epochs.unreceive, receipt.epoch), now_s)
            if back:
                log.warning("The hub's store changed and has lost %d records that it had; they are sent again.", back)
            if strange and lane.spool is self._epochs.current:
                self._leave_for_a_copy()
            self._free(receipt, now_s)
        return self._asking.anchor(receipt, now_s)

    def _doubt(self, receipt: Receipt) -> None:
        # Sending again is always safe, and what a restored hub lacks must not go meanwhile.
        lane = self._lanes.get(receipt.epoch)
        if lane is not None:
            lane.doubt(receipt, partial(self._epochs.unreceive, receipt.epoch))
        self._forget_store()

    def _free(self, receipt: Receipt, now_s: float) -> None:
        lane = self._lanes.get(receipt.epoch)
        if lane is None or not lane.ready:
            return
        self._epochs.receive(receipt.epoch, lane.frees(receipt))
        freed = lane.freed(now_s)
        if freed or not receipt.nonce:
            self._asking.receipted(now_s)
        for flight in freed:
            self._lanes.limits.through(flight.pack)
        if any(flight.again for flight in freed):  # the hub was away, and is back
            self._hurry(now_s)

    def _hurry(self, now_s: float) -> None:
        for lane in self._lanes.all():
            lane.hurry(now_s)

    def _leave_for_a_copy(self) -> None:
        epoch = self._epochs.current.epoch
        if self._copied != epoch:
            log.error(
                "The hub has records of epoch %s that this gateway never sent: its card was copied, or restored from a "
                "copy. It begins a new epoch; what the old one holds is still sent, and what clashes with the copy's "
                "is kept at the hub as dead letters. If the copy still runs, stop it.",
                epoch,
            )
        self._copied = epoch

    def _messages(self, packs: list[SealedPack]) -> list[PackMessage]:
        return [PackMessage(pack_topic(self._root, pack.id), pack.payload) for pack in packs]

    def _say(self, kind: str, sentence: str) -> None:
        if kind not in self._said:
            self._said.add(kind)
            log.warning("%s; more of this kind are not said on this connection", sentence)
