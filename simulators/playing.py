"""The process of a demo that plays a recording: gateways with simulated pins, and a player for each.

Run as `python -m simulators.playing --data DIR`; everything else is in the run that the demo wrote there.
"""

import asyncio
import logging
import secrets
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from gateway.agent import Agent
from gateway.anchors.sources import GivenAnchors
from gateway.spool.disk import RealDisk
from gateway.spool.entries import Anchor, AnchorKind
from gateway.spool.spool import Spool
from gateway.spool_limits import limits_of
from sensorhub.clock import ns_from_us
from sensorhub.reading import US_PER_S
from sensorhub.status import RecordingStatus
from simulators.child import run_child, telling
from simulators.folder import gateway_folder, key_file, ledger_file
from simulators.kept import KeptUnreadable
from simulators.ledger import Ledger
from simulators.moves import DEBOUNCE_MS
from simulators.pins import PlayerClock, PlayerFactory
from simulators.player import Player
from simulators.progress import RunProgress, write_progress
from simulators.recording import RecordedGateway, Recording, read_recording
from simulators.run import Run, file_hash, read_run
from simulators.timeline import Timeline

log = logging.getLogger(__name__)

PACK_S = 1.0
"""A page that is watched should move soon after an interval closes."""


class PlayedSite:
    """One gateway with its pins, its clock, its agent and its player.

    Arguments:
        data: the demo's folder.
        run: what is played, and how.
        recording: the run's recording.
        recorded: the part of it that this gateway plays.
    """

    def __init__(self, data: Path, run: Run, recording: Recording, recorded: RecordedGateway) -> None:
        self._run = run
        self.gateway = recorded.id
        self._title = _title(recorded)
        clock = PlayerClock(run.boot_id, run.start_ns)
        factory = PlayerFactory(clock)
        self._clock = clock
        self._span = recording.span(run.interval_s)
        self._timeline = timeline = Timeline(recorded, self._span, run.start_ns, once=run.once)
        ledger = Ledger(ledger_file(data, recorded.id), run.boot_id, [sensor.id for sensor in recorded.sensors])
        config = _config(data, run, recorded)
        self.player = Player(recorded, timeline, run, clock=clock, factory=factory, ledger=ledger)
        self._resume(config)
        anchor = Anchor(run.start_ns, ns_from_us(run.wall_us), 0, AnchorKind.GIVEN)
        self.agent = Agent(
            config,
            clock=clock,
            factory=factory,
            anchors=GivenAnchors(anchor),
            watcher=self.player,
            recording=self._status,
        )

    async def run(self) -> None:
        """Play; returns when everything has its receipt."""
        agent = asyncio.create_task(self.agent.run())
        started = asyncio.create_task(self.agent.started())
        playing: asyncio.Task[None] | None = None
        try:
            await asyncio.wait((agent, started), return_when=asyncio.FIRST_COMPLETED)
            if not agent.done():
                playing = asyncio.create_task(self.player.play(self.agent))
                await asyncio.wait((agent, playing), return_when=asyncio.FIRST_COMPLETED)
            if agent.done():
                agent.result()
        finally:
            tasks = [task for task in (started, playing, agent) if task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        if playing is not None:
            playing.result()

    def _resume(self, config: GatewayConfig) -> None:
        """Go on where the spool says that this boot was, before the agent opens it."""
        config.spool.mkdir(parents=True, exist_ok=True)
        spool = Spool.open(
            RealDisk(config.spool),
            config.gateway,
            self._run.boot_id,
            limits=limits_of(config),
            new_epoch=lambda: secrets.token_hex(8),
        )
        try:
            found = self.player.resume(spool.scan(), spool.boot)
        finally:
            spool.close()
        if found.lost:
            log.error("%d accepted edges of %s are not in its spool: %s", len(found.lost), config.gateway, found.lost)
        if found.added:
            log.info("%d edges of %s were accepted beyond the ledger.", found.added, config.gateway)

    def _status(self) -> RecordingStatus | None:
        begin_s = self._run.wall_us / US_PER_S
        if self._run.once:
            return RecordingStatus(
                r0=begin_s,
                w0=self._run.machine_wall_us / US_PER_S,
                speed=self._run.speed or 1.0,
                ended=self.player.ended,
                title=self._title,
            )
        # In real time its times are now's, so that the rules for live sensors hold as they are.
        shift_us = self._run.wall_us + self._timeline.pass_begin_us(self._clock.now_ns()) - self._span.start_us
        return RecordingStatus(r0=begin_s, w0=begin_s, speed=1, shift_s=shift_us / US_PER_S, title=self._title)


def _title(recorded: RecordedGateway) -> str:
    return f"Recorded junction {recorded.id.removeprefix('device-')}"


def _config(data: Path, run: Run, recorded: RecordedGateway) -> GatewayConfig:
    return GatewayConfig(
        gateway=recorded.id,
        title=_title(recorded),
        key_file=key_file(data, recorded.id),
        spool=gateway_folder(data, recorded.id) / "spool",
        broker=run.broker,
        pack_s=PACK_S,
        sensors=tuple(
            SensorConfig(
                id=sensor.id,
                pin=sensor.pin,
                period_s=run.interval_s,
                debounce_ms=DEBOUNCE_MS,
                title=sensor.id.replace("-", " ").capitalize(),
            )
            for sensor in recorded.sensors
        ),
    )


async def play(data: Path) -> None:
    """Play the run of a folder to its end.

    Raises:
        KeptUnreadable: the folder has no run, or its recording has changed since.
    """
    run = read_run(data)
    if file_hash(run.recording) != run.sha256:
        raise KeptUnreadable(f"{run.recording} has changed since the run in {data} began: choose a new folder.")
    recording = read_recording(run.recording)
    sites = [PlayedSite(data, run, recording, recorded) for recorded in recording.gateways]
    with telling(partial(_write, data, sites)):
        await asyncio.gather(*(site.run() for site in sites))


def _write(data: Path, sites: Sequence[PlayedSite]) -> None:
    by_gateway = {site.gateway: site.player.progress(site.agent) for site in sites}
    each = by_gateway.values()
    write_progress(
        data,
        RunProgress(
            clock_ns=min(progress.clock_ns for progress in each),
            accepted=sum(progress.accepted for progress in each),
            outstanding=sum(progress.outstanding for progress in each),
            played=sum(progress.played for progress in each),
            gateways=len(each),
            records={gateway: progress.outstanding for gateway, progress in by_gateway.items()},
        ),
    )


if __name__ == "__main__":
    sys.exit(run_child(play, __doc__))
