"""One process of a fleet: its share of the gateways, on its own connections.

Run as `python -m simulators.fleet.process` by the command. It reads its order and then the beginning from standard
input, a line of JSON each, and writes its counts to standard output, a line each. When standard input ends, so does it.
"""

import asyncio
import contextlib
import logging
import random
import resource
import sys
import time
from collections.abc import Iterator

from gateway.uplink.mqtt import Link
from sensorhub.clock import MachineClock
from sensorhub.errors import SensorHubError
from sensorhub.signing import read_key
from simulators.fleet.batch import Batch
from simulators.fleet.counts import Counts
from simulators.fleet.driver import BatchDriver
from simulators.fleet.gateway import FleetGateway
from simulators.fleet.instruments import Instruments
from simulators.fleet.order import Begin, Order, gateway_name, key_file
from simulators.fleet.schedule import Plan

TELL_S = 0.2

LEAVE_S = 3.0
"""Time for the farewells; gateways that cannot say them are lost by their will, or late."""

ASKING_MAX = 100
"""Statuses of a fleet that wait for their first answer at a time: a hub keeps so many of gateways not yet named."""

PACKS_MAX = 100
"""Packs of a fleet without a rate that are without a receipt at a time: a hub commits so many together, and has them
through before they go again."""

FILES_MORE = 64
"""Open files that a process has beside its connections."""


class _Told(logging.Handler):
    """Keeps what the connections say, instead of writing it a hundred times."""

    def __init__(self, counts: Counts) -> None:
        super().__init__(logging.WARNING)
        self._counts = counts

    def emit(self, record: logging.LogRecord) -> None:
        self._counts.trouble = record.getMessage()


class FleetProcess:
    """The gateways of one order.

    Arguments:
        order: what is played.
        chance: random numbers, for values, epochs, nonces and jitter.
    """

    def __init__(self, order: Order, chance: random.Random) -> None:
        self.counts = Counts()
        self._order = order
        self._chance = chance
        self._clock = MachineClock()
        self._batches = list(self._batches_of(order))
        self._drivers = [BatchDriver(batch, self._trouble) for batch in self._batches]
        self._cpu_s = 0.0

    def _batches_of(self, order: Order) -> Iterator[Batch]:
        instruments = Instruments(order.sensors, self._chance)
        plan = Plan(order.gateways, len(instruments.series), order.rate)
        described = instruments.described(plan.period_s)
        asking_max = max(1, ASKING_MAX // order.connections_of_all)
        packs_max = None if order.rate else max(1, PACKS_MAX // order.connections_of_all)
        for turn in range(order.connections):
            gateways = {
                number: FleetGateway(
                    gateway_name(number),
                    read_key(key_file(order.keys, number)),
                    instruments,
                    described,
                    self.counts,
                    self._chance,
                )
                for number in range(order.first + turn, order.last + 1, order.connections)
            }
            yield Batch(gateways, plan, self._clock, self.counts, asking_max=asking_max, packs_max=packs_max)

    def _trouble(self, text: str) -> None:
        self.counts.trouble = text

    async def run(self, told: asyncio.StreamReader) -> None:
        """Play until there is nothing more to read."""
        names = [gateway_name(self._order.first + turn) for turn in range(len(self._batches))]
        links = [
            asyncio.create_task(
                Link(self._order.broker, f"{name}-and-more", batch.topics, driver, self._chance).run(), name=name
            )
            for name, batch, driver in zip(names, self._batches, self._drivers, strict=True)
        ]
        telling = asyncio.create_task(self._tell())
        try:
            while line := await told.readline():
                self._begin(Begin.model_validate_json(line))
            await self._leave()
        finally:
            telling.cancel()
            for link in links:
                link.cancel()
            await asyncio.gather(*links, telling, return_exceptions=True)
            self._write()

    def _begin(self, begin: Begin) -> None:
        self._cpu_s = time.process_time()
        for batch, driver in zip(self._batches, self._drivers, strict=True):
            batch.begin(begin.begin_s, begin.end_s)
            driver.poke()

    async def _leave(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                await asyncio.gather(*(driver.leave() for driver in self._drivers))

    async def _tell(self) -> None:
        while True:
            self._write()
            await asyncio.sleep(TELL_S)

    def _write(self) -> None:
        self.counts.told_s = self._clock.monotonic_s()
        self.counts.waiting = sum(batch.waiting() for batch in self._batches)
        self.counts.cpu_s = time.process_time() - self._cpu_s
        sys.stdout.write(self.counts.as_json() + "\n")
        sys.stdout.flush()


async def _run() -> None:
    loop = asyncio.get_running_loop()
    told = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(told), sys.stdin)
    order = Order.model_validate_json(await told.readline())
    files, files_max = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(files, min(files_max, order.connections + FILES_MORE))
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, files_max))
    process = FleetProcess(order, random.Random())
    logging.getLogger().addHandler(_Told(process.counts))
    await process.run(told)


def main() -> int:
    """Play what standard input says; the exit code."""
    try:
        asyncio.run(_run())
    except SensorHubError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    except BrokenPipeError:
        return 1  # the command is gone, and with it whoever would read this
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
