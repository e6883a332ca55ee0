"""One gateway of a simulated county: the real agent on a simulated cabinet, with what a scenario does to it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from uuid import UUID, uuid5

from firmware_config.gateway import GatewayConfig, with_its_own
from gateway.agent import Agent
from gateway.anchors.sources import AnchorSource, GivenAnchors
from gateway.recorder.held import RETRY_S
from gateway.recorder.level import APART_NS
from gateway.spool.entries import Anchor, AnchorKind, Edge
from sensorhub.clock import boot_ns, ns_from_us
from sensorhub.reading import NS_PER_S, US_PER_S
from sensorhub.status import RecordingStatus
from simulators.county.bounds import Bound, bounds_of, only_taken
from simulators.county.breaks import forget_breaks, note_break
from simulators.county.cabinet import Cabinet
from simulators.county.driver import Driver
from simulators.county.faultbook import GATEWAY, FaultBook
from simulators.county.left_off import left_off
from simulators.county.mishaps import Mishaps
from simulators.county.order import Order
from simulators.county.spans import beside, calm
from simulators.county.telling import Calm, Telling
from simulators.faults.card import FaultyCard
from simulators.faults.network import Line
from simulators.faults.plan import FaultPlan
from simulators.faults.time_server import ServedAnchors
from simulators.folder import gateway_folder
from simulators.parts.part import Truth
from simulators.world.place import Place

PACK_S = 1.0
"""A page that is watched should move soon after an interval closes."""

TITLE = "Simulated county"

TRIED_AGAIN_S = 2 * RETRY_S
"""By then a card that is not full any more has been tried again, which is the machine's time: the world waits."""

HUB_S_MAX = 30.0
"""So long the world waits for the hub's first answer where the time server may be wrong: on a road it comes at once."""

POLL_S = 0.05

LINE_FAULTS = ("network-down", "power-cut")
"""What the broker notices: the line to it is cut."""


class CountyGateway:
    """One gateway: started, driven, cut off and started again as its faults say; also the watcher of its agent.

    Arguments:
        data: the run's folder.
        order: what is run.
        config: the gateway as deployed.
        place: what the world is like where a sensor stands, by the sensor's id.
        plans: what goes wrong here.
        seed: of the scenario.
    """

    def __init__(
        self,
        data: Path,
        order: Order,
        config: GatewayConfig,
        place: Callable[[str], Place],
        plans: Sequence[FaultPlan],
        seed: int,
    ) -> None:
        self.config = config = _as_run(config, data, order)
        self._order = order
        self._plans = plans
        self._mishaps = Mishaps(order, plans, place, seed)
        self._cuts = self._mishaps.power_cuts()
        self._boots = _boots(order.boots[config.gateway], 1 + len(self._cuts))
        self._resumed = False
        self._card = FaultyCard(config.spool)
        self._line = Line(config.broker) if self._mishaps.has(*LINE_FAULTS) else None
        self._agent: Agent | None = None
        self._anchors: AnchorSource | None = None
        tamper = partial(self._mishaps.tamper, {sensor.id: sensor for sensor in config.sensors})
        self._folder = folder = gateway_folder(data, config.gateway)
        self.cabinet = Cabinet(config, folder / "cabinet", order, self._boots[0], order.seed, place, tamper)
        self.driver = Driver(self.cabinet, order)
        self.faults = FaultBook(order.start_ns)
        self.telling: Telling | None = None
        """What truly happened over the whole run; None before it is over."""

    @property
    def outstanding(self) -> int:
        """Records without a receipt."""
        return self._agent.outstanding if self._agent is not None else 0

    def accepted(self, edges: Sequence[Edge], settled_until_ns: int) -> None:
        """Called by the agent: these edges are in its journal, all others until then were none, or were refused."""
        self.driver.accepted(edges, settled_until_ns)
        assert self._agent is not None and self._anchors is not None
        self.faults.look(self._agent.faults, self._anchors.trouble, self.cabinet.clock.now_ns())

    async def run(self) -> None:
        """Run to the end, until every record has its receipt; or for ever."""
        begun = self._resume()
        try:
            if self._line is not None:
                self.config = self.config.model_copy(update={"broker": await self._line.begin()})
            for boot, (cut_ns, back_ns) in list(zip(self._boots, self._cuts, strict=False))[begun:]:
                await self._live(boot, cut_ns, cut=True)
                await self.driver.coast(back_ns)
            await self._live(self._boots[-1], self._order.until_ns, cut=False)
            self.telling = self._tell()  # while the buses are still there
        finally:
            self.cabinet.close()
            if self._line is not None:
                self._line.cut()

    def _resume(self) -> int:
        """Go on where the spool ends, in place of a process that died; the number of the boot that it came to."""
        begun, clock_ns = left_off(self.config, self._boots) or (0, 0)
        self._resumed = clock_ns > self._order.start_ns
        if not self._resumed:
            forget_breaks(self._folder)
            self.driver.skip(self._order.start_ns - 1)
            return 0
        if self._order.seconds is None:
            # In real time what is now is now, and what nobody saw meanwhile is missing, as on a road.
            clock_ns = max(clock_ns, self._order.measured_ns(boot_ns()) or 0)
        self.cabinet.bench.breaks_ns = note_break(self._folder, clock_ns)
        self.driver.skip(clock_ns)
        self.cabinet.clock.advance_to(clock_ns + APART_NS)  # so that nothing has a time that was told before
        return begun

    def _tell(self) -> Telling:
        """What truly happened; of a run that was taken up again only what is in the journal, for the rest is lost.

        Of what was under way then each process saw a part: the truth knows no class of it, and counts and means have a
        tolerance where that may show (`ContactPart`).
        """
        seconds = self._order.seconds
        assert seconds is not None
        spans = {
            name: self._mishaps.spans(name, seconds)
            for name in [GATEWAY, *(sensor.id for sensor in self.config.sensors)]
        }
        calms: dict[str, list[Calm]] = {}
        bounds: dict[str, list[Bound]] = {}
        for sensor in self.config.sensors:
            is_lost = self._resumed and (sensor.entry.reads == "samples" or not sensor.entry.journalled)
            calms[sensor.id] = [
                Calm(from_s, until_s, [] if is_lost else self._truths(sensor.id, from_s, until_s))
                for from_s, until_s in calm(spans[sensor.id], sensor.period_s, seconds)
            ]
            if only_taken(sensor, self._plans) and not is_lost:
                suffered = beside([(each.from_s, each.until_s) for each in calms[sensor.id]], seconds)
                truths = partial(self.cabinet.truths, sensor.id)
                bounds[sensor.id] = bounds_of(sensor, suffered, self._order.start_ns, truths)
        return Telling(self.config.gateway, seconds, spans, calms, bounds, self.faults.seen, self._resumed)

    def _truths(self, sensor: str, from_s: int, until_s: int) -> list[Truth]:
        start_ns = self._order.start_ns
        return self.cabinet.truths(sensor, start_ns + from_s * NS_PER_S, start_ns + until_s * NS_PER_S)

    async def _live(self, boot: UUID, until_ns: int | None, *, cut: bool) -> None:
        """Run one life of the agent: to `until_ns`, when its power is cut or all is received."""
        self.cabinet.clock.reboot(boot)
        self._card = FaultyCard(self.config.spool)
        await self._switch()
        self._agent = agent = self._new_agent()
        running = asyncio.create_task(agent.run(), name=f"agent {self.config.gateway}")
        driving = asyncio.create_task(self._drive(agent, until_ns, cut), name=f"driver {self.config.gateway}")
        try:
            await asyncio.wait((running, driving), return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
        finally:
            for task in (driving, running):
                task.cancel()
            await asyncio.gather(driving, running, return_exceptions=True)
        driving.result()

    async def _drive(self, agent: Agent, until_ns: int | None, cut: bool) -> None:
        await agent.started()
        await self._hear_of_the_hub()
        for instant_ns in self._mishaps.switches():
            if until_ns is not None and self.cabinet.clock.now_ns() < instant_ns < until_ns:
                await self.driver.drive(agent, instant_ns)
                await self._switch()
        await self.driver.drive(agent, until_ns)
        if cut:
            self._card.cut = True
            if self._line is not None:
                self._line.cut()
        else:
            self._card.full = False
            if self._line is not None:
                await self._line.mend()
            await self.driver.finish(agent)

    async def _hear_of_the_hub(self) -> None:
        """Where the time server may be wrong, wait for who knows better."""
        begin_s = time.monotonic()
        while isinstance(self._anchors, ServedAnchors) and not self._anchors.hub_is_known:
            if time.monotonic() - begin_s > HUB_S_MAX:
                return
            await asyncio.sleep(POLL_S)

    async def _switch(self) -> None:
        """Let fail, and mend, what does now."""
        now_ns = self.cabinet.clock.now_ns()
        was_full, self._card.full = self._card.full, self._mishaps.now("card-full", now_ns)
        if was_full and not self._card.full:
            await asyncio.sleep(TRIED_AGAIN_S)
        if self._line is not None and self._mishaps.now("network-down", now_ns):
            self._line.cut()
        elif self._line is not None:
            await self._line.mend()

    def _new_agent(self) -> Agent:
        self._anchors = anchors = self._new_anchors()
        return Agent(
            self.config,
            clock=self.cabinet.clock,
            factory=self.cabinet.factory,
            anchors=anchors,
            watcher=self,
            recording=lambda: recording_of(self._order, ended=self.driver.ended),
            disk=self._card,
            buses=self.cabinet.bench.bus_world(),
            driven=True,
        )

    def _new_anchors(self) -> AnchorSource:
        clock = self.cabinet.clock
        if self._mishaps.has("clock-wrong"):
            return ServedAnchors(clock, self._order.wall_us_at, self._mishaps.ahead_s)
        now_ns = clock.now_ns()
        return GivenAnchors(Anchor(now_ns, ns_from_us(self._order.wall_us_at(now_ns)), 0, AnchorKind.GIVEN))


def recording_of(order: Order, *, ended: bool) -> RecordingStatus:
    """What a gateway says of a run in its status, so that nobody takes it for a road."""
    begin_s = order.wall_us / US_PER_S
    if order.seconds is None:  # in real time, for ever: what is now is now
        return RecordingStatus(r0=begin_s, w0=begin_s, speed=1, title=TITLE)
    # At full speed nobody can say how fast it will have been; the page shows its clock by the newest reading.
    return RecordingStatus(
        r0=begin_s,
        w0=order.machine_wall_us / US_PER_S,
        speed=order.speed or 1_000.0,
        ended=ended,
        title=TITLE,
    )


def _as_run(config: GatewayConfig, data: Path, order: Order) -> GatewayConfig:
    """The gateway as it is deployed, with the broker, the folders and the intervals of this run."""
    sensors = with_its_own(config).sensors
    if order.interval_s is not None:
        most = order.interval_s
        sensors = tuple(
            sensor.model_copy(
                update={
                    "period_s": max(min(sensor.period_s, most), sensor.entry.period_min_s),
                    "sample_s": min(sensor.sample_s, most) if sensor.sample_s is not None else None,
                }
            )
            for sensor in sensors
        )
    return config.model_copy(
        update={
            "sensors": sensors,
            "broker": order.broker,
            "key_file": (order.care_keys if config.is_care else order.keys) / f"{config.gateway}.key",
            "spool": gateway_folder(data, config.gateway) / "spool",
            "pack_s": PACK_S,
        }
    )


def _boots(first: UUID, count: int) -> list[UUID]:
    """The boot ids of one gateway's lives, in order; the same each time."""
    return [first, *(uuid5(first, str(number)) for number in range(1, count))]


def boots_of(gateways: Sequence[GatewayConfig], run: UUID) -> dict[str, UUID]:
    """A boot id for each gateway of a run."""
    return {config.gateway: uuid5(run, config.gateway) for config in gateways}
