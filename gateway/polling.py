"""The worker thread of a gateway that reads parts on buses, as the event loop drives it."""

import asyncio
from collections.abc import Mapping

from firmware_config.gateway import GatewayConfig
from gateway.buses.buses import Buses
from gateway.recorder.faults import Faults
from gateway.recorder.poller import Poller
from gateway.recorder.sampled import Sampled
from gateway.sensors.part import Sample
from gateway.worker import Worker
from sensorhub.clock import MeasurementClock
from sensorhub.reading import NS_PER_S

WAIT_S_MAX = 1.0
"""It looks again at least this often: the measurement clock is not the one that it sleeps by."""


class Polling:
    """Reads parts in a thread of their own, so that one that blocks holds up nothing else.

    Arguments:
        gateway: id, for the name of the thread.
        poller: what is read, and when.
        clock: the measurement clock.
    """

    def __init__(self, gateway: str, poller: Poller, clock: MeasurementClock) -> None:
        self._poller = poller
        self._clock = clock
        self._thread = Worker(f"parts {gateway}")

    async def begin(self) -> None:
        """Reads are due from now on."""
        await self._thread.do(self._poller.begin)

    @property
    def next_ns(self) -> int | None:
        """When the next read is due, by the measurement clock; None where nothing is read over a bus."""
        return self._poller.next_ns

    @property
    def newest(self) -> Mapping[str, tuple[int, Sample]]:
        """The newest sample of each sensor, and when its read was due."""
        return self._poller.newest

    def due(self, clock_ns: int) -> list[str]:
        """The sensors whose read is due by then."""
        return self._poller.due(clock_ns)

    async def poll(self) -> None:
        """Read all that is due now."""
        await self._thread.do(self._poller.run)

    async def run(self) -> None:
        """Read as it falls due, on a clock that runs by itself, until cancelled."""
        while (next_ns := self.next_ns) is not None:
            wait_s = (next_ns - self._clock.now_ns()) / NS_PER_S
            if wait_s <= 0:
                await self.poll()
            else:
                await asyncio.sleep(min(wait_s, WAIT_S_MAX))

    async def close(self) -> None:
        """Give all parts and buses back, and end the thread."""
        await self._thread.do(self._poller.close)
        self._thread.close()


def polling_of(
    config: GatewayConfig,
    sampled: Mapping[str, Sampled],
    clock: MeasurementClock,
    buses: Buses,
    faults: Faults,
) -> Polling:
    """The polling of a gateway's parts, as configured."""
    poller = Poller(config.sensors, sampled, clock=clock, buses=buses, faults=faults)
    return Polling(config.gateway, poller, clock)
