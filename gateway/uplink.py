"""The uplink: which pack goes when, what a receipt frees, when to send again.

A plain object without I/O: the agent tells it what happened and sends what it returns. All `now_s` are the machine
clock in seconds, and never fall. A PUBACK frees nothing; only the hub's signed receipt does.
"""

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass

from gateway.packer import Packer, SealedPack
from gateway.spool import (
    Anchor,
    AnchorKind,
    SealRefused,
    Spool,
    SpoolFull,
    SpoolUnwritable,
)
from sensorhub.ranges import RangeSet
from sensorhub.receipt import Receipt, ReceiptMalformed, decode_receipt
from sensorhub.signing import SignatureWrong, verify
from sensorhub.topics import RECORDS_PER_PACK_MAX, gateway_topic, pack_topic

log = logging.getLogger(__name__)

WINDOW_RECORDS = 2_000
WINDOW_BYTES = 262_144
"""What may be without a receipt: two full packs, so that memory stays small and a resend is cheap."""

RESEND_FIRST_S = 5.0
RESEND_MAX_S = 300.0
ANSWER_FRESH_S = 10.0
"""An answer to an older status tells nothing about the time."""

SILENCE_FIRST_S = 3 * RESEND_FIRST_S
"""Without any receipt for this long while some are due, the connection is rebuilt: it may be dead and look alive.
Doubles up to RESEND_MAX_S, since the hub may just be down."""


@dataclass(frozen=True, slots=True)
class PackMessage:
    """A pack to publish, QoS 1."""

    topic: str
    payload: bytes


@dataclass
class _Flight:
    pack: SealedPack
    due_s: float
    wait_s: float


class Uplink:
    """The delivery of one spool.

    Arguments:
        spool, packer: what is kept, and how it is packed.
        root, gateway, key: topics and the gateway's own key.
        pack_s: longest time a pack is held open, seconds.
        clock_ns: the measurement clock, for anchors from receipts.
        chance: random numbers for jitter.
    """

    def __init__(
        self,
        spool: Spool,
        packer: Packer,
        *,
        root: str,
        gateway: str,
        key: bytes,
        pack_s: float,
        clock_ns: Callable[[], int],
        chance: random.Random,
    ) -> None:
        self._spool = spool
        self._packer = packer
        self._root = root
        self._key = key
        self._pack_s = pack_s
        self._clock_ns = clock_ns
        self._chance = chance
        self.receipt_topic = gateway_topic(root, gateway, "receipt")
        self._flights: dict[int, _Flight] = {}
        self._resend: list[int] = []
        self._live_from = 1
        self._live_due_s = 0.0
        self._connected = False
        self._first = True
        self._store: str | None = None
        self._last_store: str | None = None
        self._nonce: str | None = None
        self._asked_s = 0.0
        self._ask_wait_s = RESEND_FIRST_S
        self._asked_clock_ns = 0
        self._timed = False
        self._heard_s = 0.0
        self._silence_s = SILENCE_FIRST_S
        self.status_wanted = False
        self._seal_again_s = 0.0
        self._unsealable = False
        self._copied = False

    # What happens ------------------------------------------------------------------------------------------------

    def connected(self, now_s: float) -> None:
        """A connection is up: a status is wanted, and the first pack waits for the hub's answer to it."""
        self._connected = True
        self._first = True
        self._heard_s = now_s
        self._ask_wait_s = RESEND_FIRST_S
        self._flights.clear()
        self._resend = sorted(self._spool.open_seals)
        self._live_from = self._spool.next
        self._live_due_s = now_s
        self._forget_store()

    def disconnected(self) -> None:
        """The connection is gone; what was under way is sent again after the next answer."""
        self._connected = False
        self._flights.clear()

    def asked(self, nonce: str, now_s: float) -> None:
        """A status with this nonce is about to be published."""
        self._nonce = nonce
        self._asked_s = now_s
        self._asked_clock_ns = self._clock_ns()
        self._timed = False
        self.status_wanted = False

    def received(self, topic: str, payload: bytes, now_s: float) -> Anchor | None:
        """Take a message from the hub; returns the anchor that a fresh answer gives.

        What is not signed with this gateway's key, or is no receipt, is logged and frees nothing.
        """
        if topic != self.receipt_topic:
            return None
        try:
            receipt = decode_receipt(verify(self._key, topic, payload))
        except (SignatureWrong, ReceiptMalformed) as error:
            log.warning("%s", error)
            return None
        if receipt.nonce:
            return self._answer(receipt, now_s)
        if receipt.store != self._store:
            if self._store is not None:
                self._forget_store()
            return None
        self._free(receipt, now_s)
        return None

    # What to do --------------------------------------------------------------------------------------------------

    def due(self, now_s: float) -> list[PackMessage]:
        """The packs to publish now: those without a receipt for too long, and as many new ones as the window holds."""
        if self._copied:
            return []
        if not self._connected or self._store is None:
            if self._connected and now_s - self._asked_s >= self._ask_wait_s:
                self._ask_wait_s = min(self._ask_wait_s * 2, RESEND_MAX_S)
                self.status_wanted = True
            return []
        packs = self._late(now_s)
        if now_s < self._seal_again_s:
            return self._messages(packs)
        try:
            self._fill(packs, now_s)
        except (SpoolUnwritable, SpoolFull, SealRefused) as error:
            # Sampling goes on, and what is sealed is sent; sealing is tried again.
            if not self._unsealable:
                log.error("%s Nothing new is sent until it can be; trying again.", error)
            self._unsealable = True
            self._seal_again_s = now_s + self._jittered(RESEND_FIRST_S)
        else:
            if self._unsealable:
                log.info("Packs can be sealed again.")
            self._unsealable = False
        return self._messages(packs)

    def _messages(self, packs: list[SealedPack]) -> list[PackMessage]:
        return [PackMessage(pack_topic(self._root, pack.id), pack.payload) for pack in packs]

    def _fill(self, packs: list[SealedPack], now_s: float) -> None:
        """Add what goes now to `packs`: the newest, then what was sealed before, then the backlog, oldest first."""
        live_waiting = self._spool.next - self._live_from
        if self._room() and (now_s >= self._live_due_s or live_waiting >= RECORDS_PER_PACK_MAX):
            packs += self._live(now_s)
        while self._room() and self._resend:
            pack = self._packer.again(self._resend.pop(0))
            packs += self._fly(pack, now_s)
        while self._room():
            pack = self._packer.oldest(self._live_from)
            if pack is None:
                break
            packs += self._fly(pack, now_s)

    def silent(self, now_s: float) -> bool:
        """Whether receipts have been due for so long that the connection should be rebuilt."""
        waiting = bool(self._flights) or (self._store is None and not self._copied)
        if not self._connected or not waiting or now_s - self._heard_s <= self._silence_s:
            return False
        self._silence_s = min(self._silence_s * 2, RESEND_MAX_S)
        return True

    # ---------------------------------------------------------------------------------------------------------------

    def _forget_store(self) -> None:
        self._store = None
        self.status_wanted = True

    def _answer(self, receipt: Receipt, now_s: float) -> Anchor | None:
        if receipt.nonce != self._nonce:
            return None
        if receipt.epoch == self._spool.epoch:
            if receipt.store != self._last_store:
                self._take_back(receipt)
            self._store = self._last_store = receipt.store
            self._free(receipt, now_s)
        if self._timed or now_s - self._asked_s >= ANSWER_FRESH_S:
            return None
        self._timed = True
        clock_ns = self._clock_ns()
        half_ns = (clock_ns - self._asked_clock_ns) // 2
        return Anchor(self._asked_clock_ns + half_ns, receipt.time_us * 1_000, half_ns, AnchorKind.RECEIPT)

    def _take_back(self, receipt: Receipt) -> None:
        """Another store answers: what it does not list is not safe there and goes back to the backlog."""
        listed = RangeSet([*receipt.stored, *receipt.refused])
        lost = [
            gap
            for first, last in self._spool.received.within(self._spool.lowest, self._spool.next - 1)
            for gap in listed.missing(first, last)
        ]
        back = self._spool.unreceive(self._spool.epoch, lost)
        if back:
            log.warning("The hub's store changed and does not have %d records that it had; they are sent again.", back)
            self._resend = sorted(set(self._spool.open_seals) - set(self._flights))

    def _free(self, receipt: Receipt, now_s: float) -> None:
        if receipt.epoch != self._spool.epoch:
            return
        named = [*receipt.stored, *receipt.refused]
        if self._copied or any(self._spool.sealed.missing(first, last) for first, last in named):
            self._stop_for_a_copy()
            return
        self._spool.receive(self._spool.epoch, named)
        self._heard_s = now_s
        self._silence_s = SILENCE_FIRST_S
        self._ask_wait_s = RESEND_FIRST_S
        for first in [first for first, flight in self._flights.items() if first not in self._spool.open_seals]:
            del self._flights[first]

    def _stop_for_a_copy(self) -> None:
        """Another card speaks under this epoch, and a receipt may mean its records: free and send nothing more."""
        if not self._copied:
            log.error(
                "A receipt names records that this gateway never sent: its card was copied, or restored from a copy. "
                "It goes on measuring, keeps everything, and sends nothing, lest records are taken for the copy's. "
                "Stop the other one, keep this spool folder, and ask who runs the hub for a new epoch."
            )
        self._copied = True
        self._flights.clear()

    def _room(self) -> bool:
        records = sum(flight.pack.id.count for flight in self._flights.values())
        size = sum(len(flight.pack.payload) for flight in self._flights.values())
        return records < WINDOW_RECORDS and size < WINDOW_BYTES

    def _live(self, now_s: float) -> list[SealedPack]:
        pack = self._packer.newest(1 if self._first else self._live_from)
        self._first = False
        if pack is None:
            return []
        self._live_due_s = now_s + self._pack_s
        self._live_from = pack.id.last + 1
        return self._fly(pack, now_s)

    def _late(self, now_s: float) -> list[SealedPack]:
        late = [flight for flight in self._flights.values() if now_s >= flight.due_s]
        for flight in late:
            flight.wait_s = min(flight.wait_s * 2, RESEND_MAX_S)
            flight.due_s = now_s + self._jittered(flight.wait_s)
        return [flight.pack for flight in late]

    def _fly(self, pack: SealedPack | None, now_s: float) -> list[SealedPack]:
        if pack is None:
            return []
        self._flights[pack.id.first] = _Flight(pack, now_s + self._jittered(RESEND_FIRST_S), RESEND_FIRST_S)
        return [pack]

    def _jittered(self, wait_s: float) -> float:
        return wait_s * (1 + self._chance.random() / 2)
