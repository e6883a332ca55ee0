"""The player against the gateway's own agent: what is lost between pin and journal is seen as lost."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from gateway.agent import Agent
from gateway.anchors.sources import GivenAnchors
from gateway.spool import Anchor, AnchorKind, ReadingEntry, RealDisk, Spool
from gateway.spool_limits import limits_of
from sensorhub.broker import BrokerSettings
from sensorhub.reading import NS_PER_S, US_PER_S
from sensorhub.signing import write_new_key
from simulators.demo_findings import find, lacking
from simulators.folder import gateway_folder, key_file, ledger_file
from simulators.ledger import Ledger
from simulators.outcome import Outcome, compare, read_driven
from simulators.pace import START_NS
from simulators.pins import PlayedPin, PlayerClock, PlayerFactory
from simulators.player import Player
from simulators.progress import RunProgress, write_progress
from simulators.recording import RecordedGateway, RecordedSensor, Recording, Transition
from simulators.run import Run
from simulators.timeline import Timeline
from tests.ports import free_port

BOOT = UUID(int=1)
GATEWAY = "device-1"
DEAF = 5
"""The pin of detector-2."""

INTERVAL_S = 60
MS = 1_000

CLEAN = [(at_s * US_PER_S, at_s % 20 == 10) for at_s in range(10, 250, 10)]
BOUNCES = ((0, False), (4, True), (9, False))
SHORT = ((3_000, True), (3_015, False))
BOUNCING = [
    *((at_us + late_ms * MS, level ^ back) for at_us, level in CLEAN for late_ms, back in BOUNCES),
    *((at_us + late_ms * MS, level) for at_us, _ in CLEAN[1::2] for late_ms, level in SHORT),
]
"""Each change bounces once, and some time after it the contact closes for less than its debounce time."""


class DeafPin(PlayedPin):
    """A pin of which nobody hears that it has changed, if it is the one."""

    def _call_when_changed(self, *arguments: Any) -> None:
        if self.info.name != f"GPIO{DEAF}":
            super()._call_when_changed(*arguments)


class WithoutHub:
    """An agent that has no hub: nobody waits for its receipts."""

    outstanding = 0

    def __init__(self, agent: Agent) -> None:
        self.hurry = agent.hurry


def recording_of(changes: list[tuple[int, bool]]) -> Recording:
    moves = tuple(
        Transition(at_us, sensor, level) for at_us, level in sorted(changes) for sensor in ("detector-1", "detector-2")
    )
    sensors = (RecordedSensor("detector-1", 4, False), RecordedSensor("detector-2", DEAF, False))
    gateway = RecordedGateway(GATEWAY, sensors, moves)
    return Recording(Path("none"), moves[0].time_us, moves[-1].time_us, (gateway,), len(moves), 0)


def run_of() -> Run:
    return Run(
        boot_id=BOOT,
        wall_us=0,
        machine_ns=0,
        machine_wall_us=0,
        speed=1e6,
        interval_s=INTERVAL_S,
        once=True,
        recording=Path("none"),
        sha256="",
        broker=BrokerSettings(),
    )


def play(data: Path, recording: Recording, pin_class: type[PlayedPin]) -> Outcome:
    """Play it through an agent; what its spool has at the end stands for what is stored."""
    (gateway,) = recording.gateways
    config = GatewayConfig(
        gateway=GATEWAY,
        key_file=key_file(data, GATEWAY),
        spool=gateway_folder(data, GATEWAY) / "spool",
        broker=BrokerSettings(port=free_port()),
        sensors=tuple(SensorConfig(id=s.id, pin=s.pin, period_s=INTERVAL_S) for s in gateway.sensors),
    )
    config.spool.mkdir(parents=True)
    config.key_file.parent.mkdir()
    write_new_key(config.key_file)
    clock = PlayerClock(BOOT, START_NS)
    factory = PlayerFactory(clock, pin_class)
    ledger = Ledger(ledger_file(data, GATEWAY), BOOT, [sensor.id for sensor in gateway.sensors])
    timeline = Timeline(gateway, recording.span(INTERVAL_S), START_NS, once=True)
    player = Player(
        gateway, timeline, run_of(), clock=clock, factory=factory, ledger=ledger, machine=lambda: 1_000 * NS_PER_S
    )
    player.resume([], 0)

    async def through() -> None:
        anchors = GivenAnchors(Anchor(START_NS, 0, 0, AnchorKind.GIVEN))
        agent = Agent(config, clock=clock, factory=factory, anchors=anchors, watcher=player)
        running = asyncio.create_task(agent.run())
        await agent.started()
        await asyncio.wait_for(player.play(WithoutHub(agent)), 20)
        running.cancel()
        await asyncio.wait([running])

    asyncio.run(through())
    limits = limits_of(config)
    spool = Spool.open(RealDisk(config.spool), GATEWAY, BOOT, limits=limits, new_epoch=lambda: "0" * 16)
    stored: dict[str, float] = {}
    for located in spool.scan():
        if isinstance(located.entry, ReadingEntry):
            name = f"{GATEWAY}/{located.entry.sensor}"
            stored[name] = stored.get(name, 0.0) + located.entry.values[0].value
    spool.close()
    return compare(read_driven(data, recording), stored, skipped_events=0, readings=0, seconds=0.0)


def test_every_closure_is_driven_accepted_and_stored(tmp_path: Path) -> None:
    recording = recording_of(CLEAN)
    outcome = play(tmp_path, recording, PlayedPin)
    assert outcome.driven == outcome.stored == {f"{GATEWAY}/detector-{n}": 12 for n in (1, 2)}
    findings = find(tmp_path, recording, run_of(), tmp_path / "log")
    assert (findings.faults, findings.remarks) == ((), ())


def test_contact_that_bounces_is_counted_once_and_the_rest_is_excused(tmp_path: Path) -> None:
    recording = recording_of(BOUNCING)
    outcome = play(tmp_path, recording, PlayedPin)
    assert outcome.driven == outcome.stored == {f"{GATEWAY}/detector-{n}": 12 for n in (1, 2)}
    findings = find(tmp_path, recording, run_of(), tmp_path / "log")
    assert findings.faults == ()
    # For each sensor: 12 second closings, 12 within openings, 12 short ones.
    assert [remark.partition(" are not")[0] for remark in findings.remarks] == ["72 of 96 recorded closures"]


def test_closures_that_get_lost_in_the_gateway_are_lost(tmp_path: Path) -> None:
    recording = recording_of(CLEAN)
    outcome = play(tmp_path, recording, DeafPin)
    assert outcome.driven == {f"{GATEWAY}/detector-{n}": 12 for n in (1, 2)}
    assert outcome.stored == {f"{GATEWAY}/detector-1": 12, f"{GATEWAY}/detector-2": 0}
    assert outcome.lost == 12
    faults = find(tmp_path, recording, run_of(), tmp_path / "log").faults
    assert len(faults) == 11
    assert faults[0].startswith("device-1/detector-2 closing at 1970-01-01T00:00:10Z was driven")
    assert "14 more" in faults[-1]

    write_progress(tmp_path, RunProgress(0, 0, 5, 0, 1, {GATEWAY: 5}))
    lacks = lacking(tmp_path, recording, through=False)
    assert "device-1 has not accepted 12 of the 24 closures of the recording and has 5 records without" in lacks
    assert "hub" not in lacks
    assert "the hub does not say" in lacking(tmp_path, recording, through=True)
