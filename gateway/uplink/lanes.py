"""All lanes of a gateway and the order in which packs go: late ones, the newest, those sealed before, the backlog."""

import random

from gateway.spool.epochs import Epochs
from gateway.uplink.lane import Lane
from gateway.uplink.limits import Limits
from gateway.uplink.pace import Pace
from gateway.uplink.packer import SealedPack
from sensorhub.topics import RECORDS_PER_PACK_MAX, pack_topic

CALM_S = 1.5
"""So long before a live pack is due, the link is not tried out with more than it is known to hold."""

ANOTHER_AT = 3
"""Before the first receipt of a connection, a pack that was sent again so often no longer holds up the next."""

AGAIN_MAX = 6
"""A pack that was sent again so often, over five minutes and more, is set aside, if the hub is there."""

THERE_S = 150.0
"""A hub that gave a sign within this time is there: it was asked at least twice since."""


class Lanes:
    """One lane per epoch; that of the present epoch is live, the others drain.

    Arguments:
        epochs: the spools.
        root, gateway: of the topics.
        pack_s: longest time a pack is held open, seconds.
        chance: random numbers for jitter.
    """

    def __init__(self, epochs: Epochs, *, root: str, gateway: str, pack_s: float, chance: random.Random) -> None:
        self.limits = Limits()
        self._epochs = epochs
        self._root = root
        self._gateway = gateway
        self._pack_s = pack_s
        self._chance = chance
        self._pace = Pace()
        self._lanes: dict[str, Lane] = {}
        self._first = True
        self._live_from = 1
        self._live_due_s = 0.0

    def all(self) -> list[Lane]:
        """The lanes, oldest first and the present one last."""
        spools = self._epochs.all
        for gone in self._lanes.keys() - {spool.epoch for spool in spools}:
            self._lanes.pop(gone).end()
        for spool in spools:
            if spool.epoch not in self._lanes:
                self._lanes[spool.epoch] = Lane(spool, self._gateway, self._pace, self._chance)
        return [self._lanes[spool.epoch] for spool in spools]

    def get(self, epoch: str) -> Lane | None:
        """The lane of an epoch; None where there is no such spool here."""
        return next((lane for lane in self.all() if lane.spool.epoch == epoch), None)

    def connected(self, now_s: float, payload_max: int) -> None:
        """A connection is up whose broker takes payloads of so many bytes in a pack."""
        self.limits.connected(payload_max, now_s)
        for lane in self.all():
            lane.begin()
        self._pace.begin(now_s)
        self.begin_live(now_s)

    def disconnected(self, unanswered: list[str], now_s: float) -> None:
        """That connection is gone. `unanswered` are the topics that the broker had not acknowledged."""
        if len(unanswered) == 1 and (pack := self._under_way(unanswered[0])) is not None:
            self.limits.broke(pack, now_s)
        for lane in self.all():
            lane.end()

    def refused(self, topic: str, code: int, reason: str, now_s: float) -> None:
        """The broker acknowledged a message with a reason code that says it goes no further."""
        pack = self._under_way(topic)
        if self.limits.refused(pack, code, reason, now_s) and pack is not None:
            self._lanes[pack.id.epoch].land(pack.id.first)

    def begin_live(self, now_s: float) -> None:
        """The next pack holds the newest records, whatever else waits: on a new connection, and in a new epoch."""
        self._first = True
        self._live_from = self._epochs.current.next
        self._live_due_s = now_s

    def late(self, now_s: float, heard_s: float) -> list[SealedPack]:
        """Packs to send again now.

        Arguments:
            heard_s: when the hub last gave a sign. Of a hub that is there and gives no receipt for a pack, others are
                tried; in the end that pack is set aside.
        """
        packs = []
        for lane in self.all():
            for flight in lane.late(now_s):
                there = now_s - heard_s < THERE_S
                if there and flight.again == ANOTHER_AT:
                    self._pace.try_another()
                if there and flight.again >= AGAIN_MAX:
                    self.limits.unanswered(flight.pack, now_s)
                    lane.land(flight.pack.id.first)
                else:
                    packs.append(flight.pack)
        return packs

    def fill(self, packs: list[SealedPack], now_s: float, *, may_seal: bool) -> None:
        """Add what goes now to `packs`, as far as there is room.

        What is sealed already goes whether or not more can be sealed: on a full card only its receipts make room.

        Arguments:
            may_seal: whether new packs may be sealed.

        Raises:
            SpoolUnwritable, SpoolFull, SealRefused, ReadingTooLarge: nothing more can be sealed now.
        """
        ready = [lane for lane in self.all() if lane.ready and now_s >= lane.held_until_s]
        try:
            if may_seal:
                for lane in ready:
                    if lane.spool is self._epochs.current:
                        self._live(lane, packs, now_s)
        finally:
            for lane in ready:
                self._sealed(lane, packs, now_s)
        if may_seal:
            for lane in ready:
                self._backlog(lane, packs, now_s)

    def _live(self, lane: Lane, packs: list[SealedPack], now_s: float) -> None:
        room = self._pace.live_room()
        waiting = self._live_waiting()
        if not room or (now_s < self._live_due_s and waiting < RECORDS_PER_PACK_MAX):
            return
        if room < min(waiting, RECORDS_PER_PACK_MAX):
            return  # what this pack left behind would go after the whole backlog
        above = 1 if self._first else self._live_from
        pack = lane.packer.newest(above, records_max=room, bytes_max=self.limits.payload_max)
        if pack is None:
            return
        self._first = False
        self._live_due_s = now_s + self._pack_s
        self._live_from = pack.id.last + 1
        lane.fly(pack, now_s, backlog=False)
        packs.append(pack)

    def _sealed(self, lane: Lane, packs: list[SealedPack], now_s: float) -> None:
        for first in self.limits.waited(lane.spool.epoch, now_s):
            if first in lane.spool.open_seals:
                lane.put_back(first)
            else:
                self.limits.forget(lane.spool.epoch, first)
        while (room := self._backlog_room(now_s)) and (pack := lane.next_sealed(room)) is not None:
            if self.limits.takes(pack, now_s):
                lane.fly(pack, now_s, backlog=True)
                packs.append(pack)

    def _backlog(self, lane: Lane, packs: list[SealedPack], now_s: float) -> None:
        below = self._live_from if lane.spool is self._epochs.current else lane.spool.next
        while room := self._backlog_room(now_s):
            bytes_max = min(self.limits.payload_max, self._pace.backlog_bytes)
            pack = lane.oldest(below, now_s, records_max=room, bytes_max=bytes_max)
            if pack is None:
                return
            lane.fly(pack, now_s, backlog=True)
            packs.append(pack)

    def _backlog_room(self, now_s: float) -> int:
        before_s = min(CALM_S, self._pack_s / 3)
        spare = min(self._live_waiting(), RECORDS_PER_PACK_MAX)
        return self._pace.backlog_room(now_s, calm=not 0 <= self._live_due_s - now_s < before_s, spare=spare)

    def _live_waiting(self) -> int:
        return self._epochs.current.next - self._live_from

    def _under_way(self, topic: str) -> SealedPack | None:
        packs = [flight.pack for lane in self.all() for flight in lane.flights.values()]
        return next((pack for pack in packs if pack_topic(self._root, pack.id) == topic), None)
