"""One gateway of a fleet: its epoch, what it has under way, and what the hub's messages do.

A plain object without I/O. All `now_s` are the machine clock in seconds. It keeps to the protocol of
`gateway/uplink`: packs wait for the hub's answer to a status, a window bounds what has no receipt, a late pack goes
again with the same bytes, and only a receipt of the store that answered, signed with the gateway's key, frees one.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.uplink.asking import Asking
from gateway.uplink.driver import Message
from gateway.uplink.lane import RESEND_FIRST_S, RESEND_MAX_S
from gateway.uplink.outbox import STATUS_S
from gateway.uplink.pace import WINDOW_RECORDS
from sensorhub.clock import boot_ns
from sensorhub.ranges import RangeSet
from sensorhub.receipt import Receipt, ReceiptMalformed, decode_receipt
from sensorhub.signing import SignatureWrong, verify
from sensorhub.status import ClockStatus, EpochStatus, GatewayState, SensorStatus, Status, encode_status
from sensorhub.topics import OPEN_ROOT, RECORDS_PER_PACK_MAX, PackId, gateway_topic, pack_topic
from simulators.fleet.counts import Counts
from simulators.fleet.instruments import Instruments, pack_body, pack_payload
from simulators.fleet.schedule import PACK_S

_CLOCK = ClockStatus(source="ntp", error_s=0.0, anchored=True)


@dataclass(slots=True)
class _Flight:
    """A pack without a receipt: what was sent, and when it goes again."""

    message: Message
    last: int
    wait_s: float
    due_s: float
    again: bool = False


class FleetGateway:
    """One gateway.

    Arguments:
        name, key: its id and its own key.
        instruments: what it reads.
        described: its sensors as its status tells them.
        counts: told what happens; of all gateways of a process.
        chance: random numbers, for its epoch, nonces and jitter.
    """

    def __init__(
        self,
        name: str,
        key: bytes,
        instruments: Instruments,
        described: tuple[SensorStatus, ...],
        counts: Counts,
        chance: random.Random,
    ) -> None:
        self.receipt_topic = gateway_topic(OPEN_ROOT, name, "receipt")
        self.wants_status = True
        """Whether a status must go before anything else can."""
        self._name = name
        self._key = key
        self._instruments = instruments
        self._described = described
        self._counts = counts
        self._chance = chance
        self._epoch = self._hex16()
        self._connection = self._hex16()
        self._asking = Asking(boot_ns)
        self._asked_s = 0.0
        self._store: str | None = None
        self._next = 1
        self._flights: dict[int, _Flight] = {}
        self._records = 0

    @property
    def answered(self) -> bool:
        """Whether the hub has answered a status on this connection, so that packs may go."""
        return self._store is not None

    @property
    def has_room(self) -> bool:
        """Whether another pack may go now."""
        return self.answered and self._records + RECORDS_PER_PACK_MAX <= WINDOW_RECORDS

    @property
    def packs(self) -> int:
        """How many have no receipt."""
        return len(self._flights)

    def connected(self, now_s: float) -> None:
        """A connection is up: what is under way goes again after the hub's answer to a status."""
        self._asking.connected(now_s)
        for flight in self._flights.values():
            flight.due_s = now_s
        self._forget_store()

    def disconnected(self) -> None:
        """That connection is gone; the next has another id."""
        self._connection = self._hex16()
        self._forget_store()

    # What the hub says --------------------------------------------------------------------------------------------

    def received(self, payload: bytes, now_s: float) -> None:
        """Take a message from the topic of receipts; what is not signed with the gateway's key is counted only."""
        try:
            receipt = decode_receipt(verify(self._key, self.receipt_topic, payload))
        except (SignatureWrong, ReceiptMalformed):
            self._counts.ignored += 1
            return
        if receipt.nonce:
            self._answer(receipt, now_s)
        elif receipt.store == self._store:
            self._free(receipt, now_s)
        elif self._store is not None:  # the hub has begun anew
            self._forget_store()

    def _answer(self, receipt: Receipt, now_s: float) -> None:
        if not self._asking.is_answered_by(receipt):
            if self._asking.is_doubled_by(receipt):
                self._forget_store()
            return
        if self._asking.answered(now_s):
            self._hurry(now_s)
        if self._store is None:
            self._counts.answered += 1
        self._store = receipt.store
        self.wants_status = False

    def _free(self, receipt: Receipt, now_s: float) -> None:
        stored, refused = RangeSet(receipt.stored), RangeSet(receipt.refused)
        named = RangeSet([*receipt.stored, *receipt.refused])
        if receipt.epoch != self._epoch or any(last >= self._next for _, last in named):
            return
        freed = [(first, flight) for first, flight in self._flights.items() if named.covers(first, flight.last)]
        for first, flight in freed:
            del self._flights[first]
            self._records -= flight.last - first + 1
            self._counts.receipted += _size(stored, first, flight.last)
            self._counts.refused += _size(refused, first, flight.last)
            self._counts.last_receipt_s = now_s
        self._asking.receipted(now_s)
        if any(flight.again for _, flight in freed):
            self._hurry(now_s)

    def _forget_store(self) -> None:
        if self._store is not None:
            self._counts.answered -= 1
        self._store = None
        self.wants_status = True

    def _hurry(self, now_s: float) -> None:
        """The hub is back: what waited long goes again soon."""
        for flight in self._flights.values():
            if flight.wait_s > RESEND_FIRST_S:
                self._wait(flight, RESEND_FIRST_S, now_s)

    # What it says -------------------------------------------------------------------------------------------------

    def status_due(self, now_s: float) -> bool:
        """Whether to ask again now: no answer or no receipt came, or a minute is over."""
        late = any(flight.again for flight in self._flights.values())
        again = self._asking.again(now_s, waiting=not self.answered, late=late)
        return again or now_s - self._asked_s >= STATUS_S

    def ask(self, now_s: float) -> Message:
        """The status that goes now, with a new nonce."""
        nonce = self._hex16()
        self._asking.asked(nonce, now_s)
        self._asked_s = now_s
        self.wants_status = False
        return self._status("ready", nonce)

    def seal(self, times_us: Sequence[int], now_s: float) -> Message:
        """The next pack, which goes now: a reading of all series at each of these times.

        Arguments:
            times_us: rising; together no more readings than a pack has.
        """
        instants = self._instruments.draw(len(times_us))
        pack = PackId(self._name, self._epoch, self._next, len(times_us) * len(self._instruments.series))
        message = Message(pack_topic(OPEN_ROOT, pack), pack_payload(pack_body(self._name, times_us, instants)))
        flight = self._flights[pack.first] = _Flight(message, pack.last, RESEND_FIRST_S, 0.0)
        self._wait(flight, RESEND_FIRST_S, now_s)
        self._next += pack.count
        self._records += pack.count
        self._counts.sent += pack.count
        return message

    def late(self, now_s: float) -> list[Message]:
        """The packs that go again now: each waits twice as long from now on, and up to as long again."""
        if not self.answered:
            return []
        late = [(first, flight) for first, flight in self._flights.items() if now_s >= flight.due_s]
        for first, flight in late:
            flight.again = True
            self._counts.resent += flight.last - first + 1
            self._wait(flight, min(flight.wait_s * 2, RESEND_MAX_S), now_s)
        return [flight.message for _, flight in late]

    def will(self) -> Message:
        """What the broker says when the connection is lost."""
        return self._message(Status(state="lost", connection=self._connection, sensors=self._described))

    def farewell(self) -> Message:
        """The status of a gateway that stops; it wants no answer."""
        return self._status("disconnected", "")

    def _status(self, state: GatewayState, nonce: str) -> Message:
        lowest = min(self._flights, default=self._next)
        return self._message(
            Status(
                state=state,
                connection=self._connection,
                nonce=nonce,
                pack_s=PACK_S,
                epochs=(EpochStatus(epoch=self._epoch, lowest=lowest, next=self._next),),
                clock=_CLOCK,
                sensors=self._described,
            )
        )

    def _message(self, status: Status) -> Message:
        return Message(gateway_topic(OPEN_ROOT, self._name, "status"), encode_status(status), retain=True)

    def _wait(self, flight: _Flight, wait_s: float, now_s: float) -> None:
        flight.wait_s = wait_s
        flight.due_s = now_s + wait_s * (1 + self._chance.random())

    def _hex16(self) -> str:
        return f"{self._chance.getrandbits(64):016x}"


def _size(named: RangeSet, first: int, last: int) -> int:
    return sum(high - low + 1 for low, high in named.within(first, last))
