"""A process that writes to a spool on an image until it is killed, and says outside of the image what was accepted."""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

from gateway.spool import (
    Anchor,
    AnchorKind,
    Edge,
    Entry,
    MarkerEntry,
    Measured,
    ReadingEntry,
    RealDisk,
    Seal,
    Spool,
    SpoolFull,
)
from sensorhub.ranges import Range
from tests.delivery.power.ledger import LedgerWriter
from tests.delivery.power.moments import Moments, stopping
from tests.delivery.power.spool_card import LIMITS, SENSORS, open_spool

QUANTITIES = ("actuation_count", "occupancy", "mean_on_time")
PACK_RECORDS_MAX = 40
OPEN_SEALS_MAX = 12
LATER_NS = 1_000_000


class SpoolWriter:
    """Appends, seals and receives by chance.

    Arguments:
        spool: open, with its sensors defined.
        ledger: is told before and after each step that changes what may be found.
    """

    def __init__(self, spool: Spool, ledger: LedgerWriter, rng: Random) -> None:
        self._spool = spool
        self._ledger = ledger
        self._rng = rng
        self._now_ns = spool.last_known(spool.boot).clock_ns

    def close_earlier(self) -> None:
        """Append the readings of earlier boots' edges, as a gateway does at its start."""
        edges: dict[tuple[int, str], int] = {}
        for located in self._spool.scan():
            if isinstance(located.entry, Edge):
                edges[located.boot, located.entry.sensor] = located.entry.clock_ns
            elif isinstance(located.entry, ReadingEntry):
                key = located.boot, located.entry.sensor
                if edges.get(key, 0) <= located.entry.clock_ns:
                    edges.pop(key, None)
        closing = [
            self._reading(sensor, edge_ns, boot)
            for (boot, sensor), edge_ns in edges.items()
            if boot != self._spool.boot
        ]
        if closing:
            self.append(closing)

    def step(self) -> None:
        """One thing of those that a gateway does all day."""
        draw = self._rng.random()
        if draw < 0.70:
            self.append([self._entry() for _ in range(self._rng.choice((1, 1, 2, 3, 6)))])
        elif draw < 0.82:
            self.seal()
        elif draw < 0.94:
            self.receive()
        elif draw < 0.97:
            self._spool.write_received()
        else:
            self._spool.make_room(self._rng.randrange(LIMITS.bytes_max))

    def append(self, entries: Sequence[Entry]) -> None:
        """Append a group; where the spool is full, receipts make room first."""
        self._ledger.say("appending", list(entries))
        try:
            self._ledger.say("accepted", self._spool.append(entries))
        except SpoolFull:
            self._ledger.say("refused")
            self.receive(all_of_them=True)

    def seal(self) -> None:
        """Seal some records of one boot, from the first that is not sealed."""
        ranges = self._spool.unsealed()
        if not ranges:
            return
        first, last = ranges[0]
        wanted = min(last, first + self._rng.randrange(PACK_RECORDS_MAX))
        run = [located for located in self._spool.records(first, wanted) if located.sequence >= first]
        boot = run[0].boot
        end = first - 1
        for located in run:
            if located.boot != boot:
                break
            end = located.last
        anchor = Anchor(self._now_ns, 1_764_000_000_000_000_000 + self._now_ns, 5_000_000, AnchorKind.NTP)
        self.append([Seal(boot, first, end - first + 1, (anchor,))])

    def receive(self, *, all_of_them: bool = False) -> None:
        """Take receipts for some sealed packs, mostly the oldest."""
        seals = sorted(self._spool.open_seals.values(), key=lambda seal: seal.first)
        if not all_of_them:
            seals = seals[: max(0, len(seals) - self._rng.randrange(OPEN_SEALS_MAX))]
        ranges: list[Range] = [seal.range for seal in seals]
        if ranges:
            self._ledger.say("receiving", ranges)
            self._spool.receive(self._spool.epoch, ranges)

    def _entry(self) -> Entry:
        self._now_ns += 1 + self._rng.randrange(LATER_NS)
        sensor = self._rng.choice(SENSORS).id
        draw = self._rng.random()
        if draw < 0.55:
            return self._reading(sensor, self._now_ns, None)
        if draw < 0.90:
            return Edge(sensor, self._now_ns, self._rng.random() < 0.5)
        if draw < 0.97:
            return Anchor(self._now_ns, 1_764_000_000_000_000_000 + self._now_ns, 1_000, AnchorKind.NTP)
        return MarkerEntry("rejected", self._now_ns, f"{self._rng.randrange(1, 9)} spool-full")

    def _reading(self, sensor: str, clock_ns: int, boot: int | None) -> ReadingEntry:
        names = QUANTITIES[: self._rng.randrange(1, 4)]
        return ReadingEntry(sensor, clock_ns, tuple(Measured(name, self._rng.random()) for name in names), boot)


def main() -> None:
    """Arguments: root of the spool, ledger, seed, number of the boot, `recovery` or `later` for the first stop."""
    root, ledger_path, seed, boot, first_stop = sys.argv[1:]
    rng = Random(int(seed))
    ledger = LedgerWriter(Path(ledger_path))
    disk = stopping(RealDisk(Path(root)), Moments(rng, ledger, in_recovery=first_stop == "recovery"))
    os.kill(os.getpid(), signal.SIGSTOP)  # all is loaded: what follows is the gateway's own start
    spool = open_spool(disk, int(boot))
    ledger.say("opened", spool.epoch, spool.boot, spool.next)
    writer = SpoolWriter(spool, ledger, rng)
    writer.close_earlier()
    while True:
        writer.step()


if __name__ == "__main__":
    main()
