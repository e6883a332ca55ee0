"""A process that writes to spools on an image until it is killed, and says outside of the image what was accepted."""

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
    Located,
    MarkerEntry,
    Measured,
    ReadingEntry,
    RealDisk,
    Seal,
    Spool,
    SpoolFull,
)
from gateway.spool.epochs import Epochs
from gateway.spool.markers import dropped_range
from sensorhub.ranges import Range
from tests.delivery.power.ledger import LedgerWriter
from tests.delivery.power.moments import Moments, stopping
from tests.delivery.power.spool_card import LIMITS, SENSORS, open_spools

QUANTITIES = ("actuation_count", "occupancy", "mean_on_time")
PACK_RECORDS_MAX = 40
OPEN_SEALS_MAX = 12
DRAINING_MAX = 2
LATER_NS = 1_000_000
WALL_NS = 1_764_000_000_000_000_000


class SpoolWriter:
    """Appends, seals, receives and leaves epochs by chance.

    Arguments:
        spools: open, with their sensors defined.
        ledger: is told before and after each step that changes what may be found.
        when_full: the spools' policy.
    """

    def __init__(self, spools: Epochs, ledger: LedgerWriter, rng: Random, when_full: str) -> None:
        self._spools = spools
        self._ledger = ledger
        self._rng = rng
        self._room_bytes = LIMITS[when_full].bytes_max
        self._receives = 0.94 if when_full == "reject_new" else 0.88
        self._now_ns = max(spool.last_known(spool.boot).clock_ns for spool in spools.all)
        self._next: dict[str, int] = {}
        self._tell("opened", spools.current.epoch, {spool.epoch: spool.boot for spool in spools.all})

    def _tell(self, *what: object) -> None:
        """Say something, with the next sequence of each spool and the markers that it has put in by itself since."""
        news: list[tuple[str, int, list[tuple[int, int, Entry]]]] = []
        for spool in self._spools.all:
            before = self._next.get(spool.epoch, spool.next)
            own = [located for located in _since(spool, before) if _is_own(located)]
            news.append((spool.epoch, spool.next, [(one.sequence, one.boot, one.entry) for one in own]))
            self._next[spool.epoch] = spool.next
        self._ledger.say(*what, news)

    def close_earlier(self) -> None:
        """Append the readings of earlier boots' edges, as a gateway does at its start."""
        spool = self._spools.current
        closing = [
            self._reading(sensor, edge_ns, boot)
            for (boot, sensor), edge_ns in open_edges(spool).items()
            if boot != spool.boot
        ]
        if closing:
            self.append(closing)

    def step(self) -> None:
        """One thing of those that a gateway does all day."""
        draw = self._rng.random()
        if draw < 0.70:
            self.append([self._entry() for _ in range(self._rng.choice((1, 1, 2, 3, 6)))])
        elif draw < 0.82:
            self.seal(self._rng.choice(self._spools.all))
        elif draw < self._receives:
            self.receive(self._rng.choice(self._spools.all))
        elif draw < 0.96:
            self._spools.write_received()
        elif draw < 0.985:
            self._spools.current.make_free(self._rng.randrange(self._room_bytes))
        elif len(self._spools.draining) < DRAINING_MAX:
            self.begin()

    def append(self, entries: Sequence[Entry], to: Spool | None = None) -> None:
        """Append a group; where the spool is full, receipts make room first."""
        spool = to or self._spools.current
        self._ledger.say("appending", spool.epoch, list(entries))
        try:
            first = spool.append(entries) if to else self._spools.append(entries)
        except SpoolFull:
            self._tell("refused", spool.epoch)
            for full in self._spools.all:
                self.receive(full, all_of_them=True)
        else:
            self._tell("accepted", spool.epoch, first)

    def seal(self, spool: Spool) -> None:
        """Seal some records of one boot, from the first that is not sealed."""
        ranges = spool.unsealed()
        if not ranges:
            return
        first, last = ranges[0]
        wanted = min(last, first + self._rng.randrange(PACK_RECORDS_MAX))
        run = [located for located in spool.records(first, wanted) if located.sequence >= first]
        boot = run[0].boot
        end = first - 1
        for located in run:
            if located.boot != boot or located.sequence > last:
                break
            end = located.last
        anchor = Anchor(self._now_ns, WALL_NS + self._now_ns, 5_000_000, AnchorKind.NTP)
        self.append([Seal(boot, first, end - first + 1, (anchor,))], spool)

    def receive(self, spool: Spool, *, all_of_them: bool = False) -> None:
        """Take receipts for some sealed packs, mostly the oldest."""
        seals = sorted(spool.open_seals.values(), key=lambda seal: seal.first)
        if not all_of_them:
            seals = seals[: max(0, len(seals) - self._rng.randrange(OPEN_SEALS_MAX))]
        ranges: list[Range] = [seal.range for seal in seals]
        if ranges:
            self._ledger.say("receiving", spool.epoch, ranges)
            self._spools.receive(spool.epoch, ranges)

    def begin(self) -> None:
        """Leave the current epoch: close what is open in it, and begin another one."""
        old, first = self._spools.current, self._spools.current.next
        cut = [self._reading(sensor, self._later(), None) for (_, sensor) in open_edges(old)]
        opening: list[Entry] = [self._anchor(), *(Edge(sensor.id, self._later(), False, True) for sensor in SENSORS)]
        self._ledger.say("beginning", cut, opening)
        try:
            new = self._spools.begin(cut, opening)
        except SpoolFull:
            new = self._spools.current
            outcome = "refused" if new is old else "bare"
        else:
            outcome = "whole"
        own = sum(_is_own(located) for located in _since(old, first))
        self._tell("begun", outcome, first + own, new.epoch, new.boot)

    def _later(self) -> int:
        self._now_ns += 1 + self._rng.randrange(LATER_NS)
        return self._now_ns

    def _anchor(self) -> Anchor:
        return Anchor(self._later(), WALL_NS + self._now_ns, 1_000, AnchorKind.NTP)

    def _entry(self) -> Entry:
        sensor = self._rng.choice(SENSORS).id
        draw = self._rng.random()
        if draw < 0.55:
            return self._reading(sensor, self._later(), None)
        if draw < 0.90:
            return Edge(sensor, self._later(), self._rng.random() < 0.5)
        if draw < 0.97:
            return self._anchor()
        return MarkerEntry("rejected", self._later(), f"{self._rng.randrange(1, 9)} spool-full")

    def _reading(self, sensor: str, clock_ns: int, boot: int | None) -> ReadingEntry:
        names = QUANTITIES[: self._rng.randrange(1, 4)]
        return ReadingEntry(sensor, clock_ns, tuple(Measured(name, self._rng.random()) for name in names), boot)


def _since(spool: Spool, first: int) -> list[Located]:
    return spool.records(first, spool.next - 1) if spool.next > first else []


def _is_own(located: Located) -> bool:
    """Whether the spool put it in by itself: a marker for what it dropped."""
    return isinstance(located.entry, MarkerEntry) and dropped_range(located.entry) is not None


def open_edges(spool: Spool) -> dict[tuple[int, str], int]:
    """The newest edge of each boot and sensor after which there is no reading, ns."""
    edges: dict[tuple[int, str], int] = {}
    for located in spool.scan():
        if isinstance(located.entry, Edge):
            edges[located.boot, located.entry.sensor] = located.entry.clock_ns
        elif isinstance(located.entry, ReadingEntry):
            key = located.boot, located.entry.sensor
            if edges.get(key, 0) <= located.entry.clock_ns:
                edges.pop(key, None)
    return edges


def main() -> None:
    """Arguments: root of the spools, ledger, seed, policy, number of the boot, `recovery` or `later` for the stop."""
    root, ledger_path, seed, when_full, boot, first_stop = sys.argv[1:]
    rng = Random(int(seed))
    ledger = LedgerWriter(Path(ledger_path))
    disk = stopping(RealDisk(Path(root)), Moments(rng, ledger, in_recovery=first_stop == "recovery"))
    os.kill(os.getpid(), signal.SIGSTOP)  # all is loaded: what follows is the gateway's own start
    spools = open_spools(disk, when_full, int(boot))
    writer = SpoolWriter(spools, ledger, rng, when_full)
    writer.close_earlier()
    while True:
        writer.step()


if __name__ == "__main__":
    main()
