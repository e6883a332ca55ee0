"""The delivery of one spool: which of its packs are under way, when one goes again, what a receipt frees.

A gateway has one lane per epoch: that of the current one is live, those before it drain.
"""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from gateway.spool import Spool
from gateway.uplink.pace import Pace, Trip
from gateway.uplink.packer import Packer, SealedPack
from sensorhub.ranges import Range, RangeSet
from sensorhub.receipt import RANGES_MAX, Receipt

RESEND_FIRST_S = 5.0
RESEND_MAX_S = 300.0

TRIPS_BEFORE_RESEND = 2
"""On a slow link a receipt takes longer than the first wait; sending again then would only slow it down more."""

NOTES_LOST_RECORDS = 20_000
"""Ten windows: more records that were sealed and have no receipt are not what was just under way."""

COPY_HELD_S = 10.0

IDLE_S = 1.0
"""How long a spool that had nothing to seal is not searched again, unless records were added."""


@dataclass(slots=True)
class Flight:
    """A pack without a receipt.

    Arguments:
        pack: what was sent.
        trip: for the pace.
        wait_s: how long it waits at least until it goes again, seconds; doubles.
        due_s: when it goes again: so long and up to as long once more after it went, by chance.
        again: how often it went again.
    """

    pack: SealedPack
    trip: Trip
    wait_s: float
    due_s: float
    again: int = 0


class Lane:
    """The delivery of one spool, on one connection after another.

    Arguments:
        spool: whose records they are.
        gateway: id of this gateway.
        pace: of all lanes.
        chance: random numbers for jitter.
    """

    def __init__(self, spool: Spool, gateway: str, pace: Pace, chance: random.Random) -> None:
        self.spool = spool
        self.packer = Packer(spool, gateway)
        self.flights: dict[int, Flight] = {}
        self.ready = False
        """Whether the hub has told on this connection what it has of this epoch."""
        self.held_until_s = 0.0
        """Until when nothing of it goes: what is said of a copy's packs may still be on its way."""
        self._pace = pace
        self._chance = chance
        self._again: deque[int] = deque()
        self._store = ""
        self._other_store = False
        self._listed = RangeSet()
        self._nonce = ""
        self._copied = False
        self._idle: tuple[int, int] | None = None
        self._idle_until_s = 0.0

    def begin(self) -> None:
        """A connection is up: what is sealed waits to be sent again, after the hub has told what it has."""
        self.end()
        self._take_up()
        self.ready = False

    def end(self) -> None:
        """That connection is gone, and nothing is under way any more."""
        for flight in self.flights.values():
            self._pace.forget(flight.trip)
        self.flights.clear()

    # Receipts ----------------------------------------------------------------------------------------------------

    def answer(self, receipt: Receipt, unreceive: Callable[[list[Range]], int], now_s: float) -> tuple[int, bool]:
        """Take (a part of) the answer to a status: it tells what the hub's store has of this epoch.

        Arguments:
            unreceive: takes receipts of this epoch back.

        Returns:
            How many records went back to the backlog because another store answers that does not have them, and
            whether the answer names records that were never sealed here.
        """
        if receipt.nonce != self._nonce or receipt.store != self._store:  # a restored hub may answer the same status
            self._nonce, self._listed = receipt.nonce, RangeSet()
            self._other_store = receipt.store != self._store
            self._store = receipt.store
        named = [*receipt.stored, *receipt.refused]
        for first, last in named:
            self._listed.add(first, last)
        back = 0
        if self._other_store:
            back = self._take_back(self._told_until(named), self._listed, unreceive)
        self.ready = True
        strange = self.never_sealed(named)
        if strange and not self._copied:
            self._copied = True
            self.held_until_s = now_s + COPY_HELD_S
        return back, strange

    def doubt(self, receipt: Receipt, unreceive: Callable[[list[Range]], int]) -> None:
        """Another store may be there: what it does not list goes back to the backlog, and nothing more is believed."""
        named = [*receipt.stored, *receipt.refused]
        self._take_back(self._told_until(named), RangeSet(named), unreceive)

    def frees(self, receipt: Receipt) -> list[Range]:
        """What a receipt frees: the packs under way on this connection that it names as a whole.

        Records named that are not under way may be those of a copy of this card, which gave them the same numbers; the
        pack is sent, and the hub knows by its bytes which of the two it has. Where so many are without a receipt that
        the notes of receipts must be lost, or a seal was lost to rot, an answer is believed.
        """
        named = RangeSet([*receipt.stored, *receipt.refused])
        for first, last in named:
            self._listed.add(first, last)  # a copy of the answer that comes later takes nothing back
        if not receipt.nonce:
            if self.never_sealed(list(named)):
                return []  # it means a copy's packs, or those of this card before it was restored
            under_way = [(flight.pack.id.first, flight.pack.id.last) for flight in self.flights.values()]
            return [(first, last) for first, last in under_way if named.covers(first, last)]
        if self._copied:
            return []
        if sum(seal.count for seal in self.spool.open_seals.values()) > NOTES_LOST_RECORDS:
            return list(named)
        return [part for first, last in self.spool.may_have_sealed for part in named.within(first, last)]

    def freed(self, now_s: float) -> list[Flight]:
        """Let go of the flights whose records are received; returns them."""
        done = [flight for first, flight in self.flights.items() if first not in self.spool.open_seals]
        for flight in done:
            del self.flights[flight.pack.id.first]
            self._pace.freed(flight.trip, now_s, measured=not flight.again)
        return done

    def _told_until(self, named: list[Range]) -> int:
        # Of a part that is full, what lies behind its last range comes in the next.
        return max(last for _, last in named) if len(named) >= RANGES_MAX else self.spool.next - 1

    def _take_back(self, until: int, listed: RangeSet, unreceive: Callable[[list[Range]], int]) -> int:
        lost = [
            gap
            for first, last in self.spool.received.within(self.spool.lowest, until)
            for gap in listed.missing(first, last)
        ]
        back = unreceive(lost) if lost else 0
        if back:
            self._take_up()
        return back

    def _take_up(self) -> None:
        self._again = deque(sorted(set(self.spool.open_seals) - set(self.flights)))

    def never_sealed(self, named: list[Range]) -> bool:
        """Whether a range reaches beyond what was given out, or names kept records without a seal.

        Records whose seal may have been lost to rot were perhaps sent, so the hub may well have them.
        """
        if any(last >= self.spool.next for _, last in named):
            return True
        unsealed, perhaps = RangeSet(self.spool.unsealed()), self.spool.may_have_sealed
        return any(perhaps.missing(*part) for first, last in named for part in unsealed.within(first, last))

    # Sending -----------------------------------------------------------------------------------------------------

    def late(self, now_s: float) -> list[Flight]:
        """Flights without a receipt for too long; each waits twice as long from now on, and up to as long again."""
        late = [flight for flight in self.flights.values() if now_s >= flight.due_s]
        for flight in late:
            flight.again += 1
            self._wait(flight, min(flight.wait_s * 2, RESEND_MAX_S), now_s)
        return late

    def hurry(self, now_s: float) -> None:
        """The hub is back: what waited long goes again soon."""
        for flight in self.flights.values():
            if flight.wait_s > RESEND_FIRST_S:
                flight.again = 1  # what was sent while the hub was away says nothing of the pack
                self._wait(flight, RESEND_FIRST_S, now_s)

    def next_sealed(self, room: int) -> SealedPack | None:
        """A pack that was sealed before and has no receipt, the oldest first; the same bytes as ever.

        Arguments:
            room: it has no more records than this; one that has waits.
        """
        while self._again:
            seal = self.spool.open_seals.get(self._again[0])
            if seal is not None and seal.count > room:
                return None
            pack = self.packer.again(self._again.popleft())
            if pack is not None and pack.id.first not in self.flights:
                return pack
        return None

    def put_back(self, first: int) -> None:
        """Send that pack again on this connection."""
        if first not in self._again:
            self._again.append(first)

    def oldest(self, below: int, now_s: float, *, records_max: int, bytes_max: int) -> SealedPack | None:
        """Seal and return the oldest records below a sequence; None where there are none that can be sealed."""
        state = (self.spool.next, below)
        if state == self._idle and now_s < self._idle_until_s:
            return None
        pack = self.packer.oldest(below, records_max=records_max, bytes_max=bytes_max)
        self._idle = state if pack is None else None
        self._idle_until_s = now_s + IDLE_S
        return pack

    def fly(self, pack: SealedPack, now_s: float, *, backlog: bool) -> None:
        """A pack goes now."""
        size = len(pack.payload)
        wait_s = max(RESEND_FIRST_S, TRIPS_BEFORE_RESEND * self._pace.expected_s(size))
        trip = self._pace.sent(pack.id.count, size, now_s, backlog=backlog)
        flight = self.flights[pack.id.first] = Flight(pack, trip, wait_s, 0.0)
        self._wait(flight, wait_s, now_s)

    def land(self, first: int) -> None:
        """A pack counts no longer as under way."""
        flight = self.flights.pop(first, None)
        if flight is not None:
            self._pace.forget(flight.trip)

    def _wait(self, flight: Flight, wait_s: float, now_s: float) -> None:
        flight.wait_s = wait_s
        flight.due_s = now_s + wait_s * (1 + self._chance.random())
