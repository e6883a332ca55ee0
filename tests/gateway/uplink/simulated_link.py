"""A link with a rate and a round trip, and a hub behind it, in virtual time: how long packs wait on it."""

import heapq
from dataclasses import dataclass

from gateway.uplink.pace import FRAME_BYTES
from gateway.uplink.uplink import PackMessage
from tests.gateway.uplink.uplink_rig import STORE, Rig, pack_id

POLL_S = 0.5


@dataclass(frozen=True)
class Sent:
    """One pack on the link.

    Arguments:
        first, count, size: which records, and bytes on the link.
        at_s: when it was handed to the link.
        wait_s: how long others kept it from beginning.
        busy_s: how long it took on the link itself.
        again: whether it went before.
    """

    first: int
    count: int
    size: int
    at_s: float
    wait_s: float
    busy_s: float
    again: bool


class SimulatedLink:
    """Drives the rig's uplink; the hub stores what arrives and answers it.

    Arguments:
        rate: bytes per second up; receipts come down at once.
        trip_s: round trip.
        commit_s: the hub commits every so often, what has arrived until then.
        per_s: records measured in each second.
    """

    def __init__(self, rig: Rig, *, rate: float, trip_s: float, commit_s: float = 0.01, per_s: int = 5) -> None:
        self.rig = rig
        self.rate = rate
        self.sent: list[Sent] = []
        self.now_s = 0.0
        self._trip_s = trip_s
        self._commit_s = commit_s
        self._per_s = per_s
        self._free_s = 0.0
        self._seen: set[int] = set()
        self._receipts: list[tuple[float, int, int]] = []
        self._measured_s = 0

    def run(self, until_s: float) -> None:
        """Go on until that time, or until all is received and nothing is measured."""
        while self.now_s < until_s:
            self._publish(self.rig.uplink.due(self.now_s))
            next_s = min(self.now_s + POLL_S, float(self._measured_s + 1))
            if self._receipts:
                next_s = min(next_s, self._receipts[0][0])
            self.now_s = next_s
            while self._receipts and self._receipts[0][0] <= self.now_s:
                _, first, last = heapq.heappop(self._receipts)
                self.rig.receipt(self.now_s, [(first, last)], store=STORE)
            if self.now_s >= self._measured_s + 1:
                self._measured_s += 1
                self.rig.measure(self._per_s)

    def _publish(self, packs: list[PackMessage]) -> None:
        for message in packs:
            pack = pack_id(message)
            size = len(message.payload) + FRAME_BYTES
            start_s = max(self.now_s, self._free_s)
            self._free_s = start_s + size / self.rate
            again = pack.first in self._seen
            self._seen.add(pack.first)
            self.sent.append(
                Sent(pack.first, pack.count, size, self.now_s, start_s - self.now_s, size / self.rate, again)
            )
            arrived_s = self._free_s + self._trip_s / 2
            committed_s = (arrived_s // self._commit_s + 1) * self._commit_s
            heapq.heappush(self._receipts, (committed_s + self._trip_s / 2, pack.first, pack.last))
