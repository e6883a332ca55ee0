"""One seed from start to verdict: start, faults, heal, drain, checks."""

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sensorhub.clock import boot_ns, wall_us
from tests.delivery.kill.checks import (
    Known,
    Verdict,
    check_closures,
    check_freed,
    check_points,
    check_records,
    check_times,
    closures_of,
)
from tests.delivery.kill.gateway_process import Boot
from tests.delivery.kill.ledgers import read_boots, read_ledger
from tests.delivery.kill.nemesis import ALL_KINDS, Nemesis, draw_events
from tests.delivery.kill.noise import Noise
from tests.delivery.kill.rig import GATEWAYS, PartMissing, Plan, Rig
from tests.delivery.kill.spools import copy_spool, read_spool
from tests.delivery.kill.stored import Stored, copy_hub, read_hub, read_influx

FAULTS_S = 26.0
DRAIN_S = 60.0
"""After the last fault everything accepted is at the hub within this time: a gateway that was refused for the whole
time of faults waits at most some 32 s before it connects again, and a pack some 40 s."""


@dataclass(slots=True)
class SeedResult:
    """What one seed gave."""

    seed: int
    plan: str
    verdict: Verdict = field(default_factory=Verdict)
    kills: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    failed_starts: list[str] = field(default_factory=list)
    skipped: str = ""
    restarts: int = 0
    captures: int = 0
    bad_messages: int = 0
    drain_s: float = 0.0
    seconds: float = 0.0

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        verdict = self.verdict
        return not (verdict.lost or verdict.duplicated or verdict.altered or verdict.broken or self.failed_starts)


def run_seed(
    plan: Plan, say: Callable[[str], None], *, kinds: frozenset[str] = ALL_KINDS, faults_s: float = FAULTS_S
) -> SeedResult:
    """Run a seed; nothing is left running, and no file where all was well.

    Arguments:
        plan: what kind of seed it is.
        say: told of progress.
        kinds: of faults that may come (default all).
        faults_s: for how long they come.
    """
    began_s = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix=f"kill-{plan.seed}-"))
    result = SeedResult(plan.seed, str(plan))
    rig = Rig(folder, plan, say)
    noise: Noise | None = None
    nemesis = Nemesis(rig)
    try:
        rig.start()
        say(f"Everything is up after {time.monotonic() - began_s:.1f} s: {plan}")
        if plan.bad_messages:
            noise = Noise(rig.broker_port, GATEWAYS, plan.seed)
            noise.start()
        nemesis.run(draw_events(plan, faults_s - 2.0, kinds), faults_s)
        nemesis.heal()
        _drain(rig, nemesis, result)
        _judge(rig, nemesis, result)
    except PartMissing as error:
        result.failed_starts.append(str(error))
    finally:
        if noise is not None:
            noise.end()
            result.bad_messages = noise.sent
        rig.end()
    result.kills, result.faults, result.restarts = nemesis.kills, nemesis.faults, nemesis.restarts
    result.failed_starts += nemesis.failed_starts
    result.verdict.broken += nemesis.broken
    result.skipped = rig.disks.refused
    result.captures = len(nemesis.captures)
    if result.is_clean:
        shutil.rmtree(folder)
    else:
        say(f"The folder of seed {plan.seed} is kept: {folder}")
    result.seconds = time.monotonic() - began_s
    return result


def _drain(rig: Rig, nemesis: Nemesis, result: SeedResult) -> None:
    """Let contacts rest, and wait until every gateway has a receipt for all that it has."""
    nemesis.await_all(lambda: all(part.look() for part in rig.parts.values()), DRAIN_S)
    for gateway in GATEWAYS:
        rig.await_ready(gateway, DRAIN_S)
        code = rig.parts[gateway].stop()
        if code != 0:
            nemesis.broken.append(f"The {gateway} was asked to end and did so with {code}")
        rig.settle_gateway(gateway)
        rig.parts[gateway].start()
    began_s = time.monotonic()
    is_drained = nemesis.await_all(
        lambda: all(rig.progress(gateway).get("outstanding") == 0 for gateway in GATEWAYS), DRAIN_S
    )
    result.drain_s = time.monotonic() - began_s
    if not is_drained:
        left = {gateway: rig.progress(gateway).get("outstanding") for gateway in GATEWAYS}
        result.verdict.broken.append(f"Not drained {DRAIN_S:g} s after the last fault; without a receipt are {left}")
    rig.say(f"Drained after {result.drain_s:.1f} s.")


def _judge(rig: Rig, nemesis: Nemesis, result: SeedResult) -> None:
    verdict, plan = result.verdict, rig.plan
    for name in (*GATEWAYS, "hub"):
        code = rig.parts[name].stop()
        if code != 0:
            verdict.broken.append(f"The {name} was asked to end and did so with {code}")
    known = Known()
    for capture in nemesis.captures:
        copy, hub = read_spool(capture.spool, capture.gateway), read_hub(capture.hub)
        known.add(capture.gateway, copy, verdict)
        check_freed(capture.gateway, copy, hub, verdict)
    for gateway in GATEWAYS:
        copied = copy_spool(rig.gateway_folder(gateway) / "spool", rig.folder / "last" / gateway)
        known.add(gateway, read_spool(copied, gateway), verdict)
    stored = read_hub(copy_hub(rig.hub_data, rig.folder / "last" / "hub"))
    if rig.direct_influx is not None:
        read_influx(rig.direct_influx, stored)
        check_points(known, stored, verdict)
    else:
        check_records(known, stored, verdict)
    for gateway in GATEWAYS:
        ledger = read_ledger(rig.gateway_folder(gateway) / "ledger.jsonl")
        closures = closures_of(gateway, _rows(stored, gateway))
        may_reject = plan.small_disk == gateway and nemesis.faults["full"] > 0
        check_closures(gateway, ledger, known, closures, may_reject=may_reject, verdict=verdict)
        # Whose clock may have told a lie: the hub's, and the gateway's own where it counts as in sync.
        if not {"hub", gateway if plan.ntp else "hub"} & set(plan.clocks):
            check_times(known, gateway, _true_times(read_boots(rig.gateway_folder(gateway))), verdict)


def _rows(stored: Stored, gateway: str) -> list[tuple[str, str, float]]:
    rows = [(row[0], row[1], row[3]) for key, found in stored.rows.items() if key[0] == gateway for row in found]
    return rows + [(key[1], key[2], value) for key, value in stored.points.items() if key[0] == gateway]


def _true_times(boots: list[Boot]) -> dict[str, tuple[int, int]]:
    """For each boot a wall time in us, and where its clock stood then."""
    now_us, now_ns = wall_us(), boot_ns()
    return {boot.boot_id: (now_us, boot.clock_ns(now_ns)) for boot in boots}
