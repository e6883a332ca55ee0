"""`sensorhub simulate fleet`: starts the processes, waits for the hub's answers, lets them send, and sums up."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from rich.console import Console

from sensorhub.broker import BrokerSettings
from sensorhub.errors import AskedWrong, SensorHubError
from sensorhub.signing import read_key, write_new_key
from simulators.fleet.counts import Counts
from simulators.fleet.crew import Crew
from simulators.fleet.instruments import records_of
from simulators.fleet.order import Begin, Order, key_file
from simulators.fleet.outcome import FleetOutcome, outcome_of
from simulators.fleet.schedule import Plan
from simulators.fleet.screen import FleetBar, print_fleet
from simulators.interrupts import interrupt_on

PER_CONNECTION = 100
"""Gateways that share a connection, where nothing else is asked for."""

POLL_S = 0.1
REACH_S = 5.0

ANSWER_S = 15.0
"""So long without one more answer from the hub, which looks every 2 s for gateways that are newly named."""

GRACE_S = 30.0
"""So long without one more receipt after the end: three times what a pack waits until it goes again."""

SOON_S = 0.2
"""From the word to the beginning: every process has read it by then."""


class BrokerAway(SensorHubError):
    """No broker at the address given."""


class HubSilent(SensorHubError):
    """No hub that answers these gateways."""


@dataclass(frozen=True, slots=True)
class FleetOptions:
    """What a person asks of a fleet.

    Arguments:
        broker: where it is and how to sign in.
        keys: the hub's folder of keys.
        gateways: how many, each with so many `sensors`.
        rate: readings per second of all together; 0: as fast as receipts come.
        seconds: how long they measure.
        connections: to the broker; default one for every 100 gateways.
        processes: default one for each core.
        json: print the outcome as JSON.
    """

    broker: BrokerSettings
    keys: Path
    gateways: int
    sensors: int
    rate: float
    seconds: float
    connections: int | None = None
    processes: int | None = None
    json: bool = False

    @property
    def records(self) -> int:
        """Readings of one gateway at one instant."""
        return records_of(self.sensors)

    def orders(self) -> list[Order]:
        """What each process is told.

        Raises:
            AskedWrong: that many connections or processes would have nothing to do.
        """
        processes = self.processes or min(os.cpu_count() or 1, self.gateways)
        connections = self.connections or max(processes, -(-self.gateways // PER_CONNECTION))
        if not processes <= connections <= self.gateways:
            raise AskedWrong(
                f"{processes} processes with {connections} connections for {self.gateways} gateways: each process "
                "needs a connection, and each connection a gateway. Leave --processes and --connections out, or take "
                "fewer."
            )
        bounds = [self.gateways * turn // processes for turn in range(processes + 1)]
        shares = [connections * turn // processes for turn in range(processes + 1)]
        return [
            Order(
                broker=self.broker,
                keys=self.keys.absolute(),
                gateways=self.gateways,
                first=first,
                last=after - 1,
                sensors=self.sensors,
                rate=self.rate,
                connections=more - some,
                connections_of_all=connections,
            )
            for (first, after), (some, more) in zip(pairwise(bounds), pairwise(shares), strict=True)
        ]


def run_fleet(options: FleetOptions) -> int:
    """Run a fleet to its end; the exit code: 0 where all that was measured is stored, 1 where not.

    Raises:
        AskedWrong: it cannot start as it was asked for, and nothing was started.
        SensorHubError: no broker, or no hub that answers.
    """
    orders = options.orders()
    if not options.keys.is_dir():
        raise AskedWrong(f"There is no folder {options.keys}: give the keys folder of the hub, as in --keys hub/keys.")
    Plan(options.gateways, options.records, options.rate).check()
    _check_broker(options.broker)
    write_keys(options.keys, options.gateways)
    notes = Console(stderr=True, highlight=False, soft_wrap=True)
    interrupt_on(signal.SIGTERM)
    with Crew(orders) as crew, FleetBar(notes, shown=not options.json) as bar:
        _wait_for_answers(options, crew, bar)
        begin_s = time.monotonic() + SOON_S
        crew.begin(Begin(begin_s=begin_s, end_s=begin_s + options.seconds))
        stopped = False
        try:
            _wait_for_receipts(options, crew, bar, begin_s)
        except KeyboardInterrupt:
            stopped = True
        crew.leave()
        counts = crew.counts()
    outcome = outcome_of(counts, options.gateways, options.sensors, begin_s)
    if options.json:
        sys.stdout.write(outcome.as_json() + "\n")
    else:
        print_fleet(Console(highlight=False, soft_wrap=True), outcome)
    if stopped:
        raise KeyboardInterrupt
    if not outcome.whole:
        notes.print(_why_not_whole(outcome, counts))
    return 0 if outcome.whole else 1


def write_keys(folder: Path, gateways: int) -> None:
    """Make the keys that are not there yet.

    Raises:
        AskedWrong: one cannot be read or written.
    """
    for number in range(gateways):
        path = key_file(folder, number)
        try:
            if path.exists():
                read_key(path)
            else:
                write_new_key(path)
        except OSError as error:
            raise AskedWrong(f"{path} cannot be written: {error.strerror}.") from None


def _check_broker(broker: BrokerSettings) -> None:
    try:
        socket.create_connection((broker.host, broker.port), REACH_S).close()
    except OSError as error:
        why = error.strerror or f"no answer in {REACH_S:.0f} s"
        raise BrokerAway(
            f"No broker can be reached at {broker.address}: {why}. Start it, or name another with --broker-host."
        ) from None


def _wait_for_answers(options: FleetOptions, crew: Crew, bar: FleetBar) -> None:
    for counts in _until_still(crew, ANSWER_S, lambda counts: (counts.connected, counts.answered)):
        bar.connecting(counts, options.gateways)
        if counts.answered == options.gateways:
            return
    raise HubSilent(why_silent(options, crew.counts()))


def why_silent(options: FleetOptions, counts: Counts) -> str:
    """A sentence on a fleet that has no answers, with what to look at."""
    said = f" The last that was said: {counts.trouble}" if counts.trouble else ""
    address = options.broker.address
    if not counts.connected:
        return f"The broker at {address} takes no connection of the fleet.{said}"
    if counts.ignored:
        return (
            f"A hub answers through {address}, but not with the keys in {options.keys}: that is not its keys folder, "
            f"or other gateways use the names of the fleet.{said}"
        )
    if not counts.answered:
        return f"No hub answers through {address}: does it run, and is {options.keys} its keys folder?{said}"
    return (
        f"The hub has answered {counts.answered:,} of {options.gateways:,} gateways and then no more for "
        f"{ANSWER_S:.0f} s: look at its log, and at what the broker at {address} may queue for it.{said}"
    )


def _wait_for_receipts(options: FleetOptions, crew: Crew, bar: FleetBar, begin_s: float) -> None:
    """Until all is receipted, or nothing more comes."""
    end_s = begin_s + options.seconds
    while (now_s := time.monotonic()) < end_s:
        bar.running(crew.counts(), max(0.0, now_s - begin_s), options.seconds)
        time.sleep(POLL_S)
    for counts in _until_still(crew, GRACE_S, lambda counts: counts.receipted + counts.refused):
        bar.running(counts, options.seconds, options.seconds)
        if counts.told_s > end_s and counts.through:
            return


def _until_still(crew: Crew, still_s: float, moving: Callable[[Counts], object]) -> Iterator[Counts]:
    """The counts again and again, until what `moving` looks at has not changed for so long."""
    seen: object = None
    moved_s = time.monotonic()
    while time.monotonic() - moved_s < still_s:
        counts = crew.counts()
        if moving(counts) != seen:
            seen, moved_s = moving(counts), time.monotonic()
        yield counts
        time.sleep(POLL_S)


def _why_not_whole(outcome: FleetOutcome, counts: Counts) -> str:
    said = f" The last that was said: {counts.trouble}" if counts.trouble else ""
    if not outcome.receipted and not outcome.refused:
        return f"No receipt came for any pack: see the hub's log.{said}"
    return f"Not all is stored: see the hub's log, and its dead letters.{said}"
