"""`sensorhub gateway run`: one gateway as a process of its own."""

import asyncio
import logging
import signal

from firmware_config.gateway import GatewayConfig, with_its_own
from gateway.agent import Agent
from gateway.anchors.sources import SystemAnchors
from gateway.sensors.pins import system_factory
from sensorhub.clock import BootClock


def run_gateway(config: GatewayConfig) -> int:
    """Run until SIGTERM or SIGINT; what was measured until then is committed. Returns the exit code.

    Raises:
        PinsUnavailable, SpoolInUse, KeyUnreadable: it cannot start.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    factory = system_factory()
    try:
        agent = Agent(with_its_own(config), clock=BootClock(), factory=factory, anchors=SystemAnchors())
        asyncio.run(_until_told(agent))
    finally:
        factory.close()
    return 0


async def _until_told(agent: Agent) -> None:
    loop = asyncio.get_running_loop()
    running = asyncio.create_task(agent.run(), name="gateway")
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, running.cancel)
    try:
        await running
    except asyncio.CancelledError:
        logging.getLogger(__name__).info("Stopped; what was measured is in the spool.")
