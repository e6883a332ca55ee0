"""Tests with SIGKILL: gateway, broker, hub and database server are killed in turn while a recording plays."""

import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from simulators.folder import ledger_file
from simulators.ledger_file import read_ledger
from tests.programs import need
from tests.system.demo_process import DemoProcess
from tests.system.exports import assert_exact, exported_rows, readable
from tests.system.truth import Truth, write_beginning
from tests.waiting import wait_for

GATEWAY = "device-1136"
LINES = 8_000
"""The recording's first 40 minutes."""

PLAYED_S = 17
SPEED = 40 * 60 / PLAYED_S
ROUNDS = 3
SEVERAL = 2
"""Each part is killed at least so often; a slow machine may come to the end before the last round."""


def kill_in_turn(demo: DemoProcess, victims: list[str], chance: random.Random) -> Counter[str]:
    """Kill each victim so many times, in an order and at moments drawn by chance; the moments are printed.

    Some come while the part that was killed before is still away. It ends when the demo does, if that is sooner.
    """
    gap_s_max = 2 * PLAYED_S * 0.8 / (ROUNDS * len(victims))
    start_s = next_s = time.monotonic()
    kills: Counter[str] = Counter()
    for victim in [victim for _ in range(ROUNDS) for victim in chance.sample(victims, len(victims))]:
        next_s += chance.uniform(0, gap_s_max)
        wait_for(lambda: time.monotonic() >= next_s or not demo.running, PLAYED_S, "the moment of the next kill")  # noqa: B023
        pid = demo.kill(victim)
        if pid is None:
            return kills
        kills[victim] += 1
        print(f"{time.monotonic() - start_s:.3f} s: killed the {victim} ({pid})")
    return kills


@pytest.mark.parametrize("store", ["duckdb", "influxdb"])
def test_run_with_every_part_killed_loses_nothing(store: str, tmp_path: Path) -> None:
    seed = int(os.environ.get("KILLS_SEED", "1"))
    print(f"Seed {seed}; another one by KILLS_SEED=...")
    victims = ["gateway", "broker", "hub"]
    need("mosquitto")
    if store == "influxdb":
        need("influxd")
        victims.append("influxd")
    recording = write_beginning(tmp_path / "beginning.csv.gz", LINES)
    truth = Truth(recording)
    options = ("--recording", str(recording), "--speed", str(SPEED), "--once", "--json", "--store", store)
    demo = DemoProcess(tmp_path / "demo", *options)
    demo.start()
    try:
        demo.wait_until_playing()
        kills = kill_in_turn(demo, victims, random.Random(seed))
    finally:
        ended = demo.wait()

    assert ended.code == 0
    ledger = ended.ledger
    assert (ledger["lost"], ledger["duplicated"]) == (0, 0)
    closures = {f"{GATEWAY}/{sensor}": number for sensor, number in truth.closures.items()}
    assert ledger["stored"] == ledger["driven"] == closures
    assert not read_ledger(ledger_file(demo.data, GATEWAY)).lost
    assert [victim for victim in victims if kills[victim] < SEVERAL] == []
    with readable(demo.data, store):
        assert_exact(exported_rows(demo.data), truth)  # no interval shows that its gateway was killed in it
