"""What a running gateway says on its own machine: the status file, and every input to whoever watches."""

from functools import partial

from firmware_config.gateway import GatewayConfig
from gateway.polling import Polling
from gateway.recorder.faults import Faults
from gateway.recorder.recorder import Recorder
from gateway.status.file import Said, write_said
from gateway.uplink.outbox import Outbox
from gateway.uplink.sender import Sender
from gateway.watching.inputs import GatewayNow
from gateway.watching.looking import Look
from gateway.worker import Worker
from sensorhub.clock import MachineClock, MeasurementClock
from sensorhub.reading import NS_PER_S, US_PER_S
from sensorhub.status import GatewayState


class Speaker:
    """Speaks for one gateway.

    Arguments:
        config: of the gateway.
        clock, machine: the two clocks.
        thread: that of the spool, in which statuses are made.
        outbox: makes them.
        sender: knows whether the broker is reached.
        recorder: what measures.
        polling: what is read over buses; None where nothing is.
        faults: what is wrong.
    """

    def __init__(
        self,
        config: GatewayConfig,
        clock: MeasurementClock,
        machine: MachineClock,
        *,
        thread: Worker,
        outbox: Outbox,
        sender: Sender,
        recorder: Recorder,
        polling: Polling | None,
        faults: Faults,
    ) -> None:
        self._spool = config.spool
        self._clock = clock
        self._machine = machine
        self._thread = thread
        self._outbox = outbox
        self._sender = sender
        self._recorder = recorder
        self._polling = polling
        self._look = Look(config, clock, recorder, faults)

    async def say(self, state: GatewayState) -> None:
        """Write the status file."""
        await self._thread.do(partial(self._write, state))

    def _write(self, state: GatewayState) -> None:
        said = Said(
            written=self._machine.wall_us() / US_PER_S,
            boot=str(self._clock.boot_id),
            clock_s=self._clock.now_ns() / NS_PER_S,
            connected=self._sender.is_connected,
            percent=self._recorder.fullness.percent,
            status=self._outbox.report(state),
        )
        write_said(self._spool, said)

    async def look(self) -> GatewayNow:
        """Every input as it is now."""
        status = await self._thread.do(self._outbox.report)
        samples = self._polling.newest if self._polling is not None else {}
        return self._look.now(status, samples, connected=self._sender.is_connected)
