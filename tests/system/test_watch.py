"""Tests of `sensorhub watch` beside a simulated county: every input live, without network."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.system.command_process import command
from tests.system.small_county import write_deployment
from tests.system.world_process import WorldProcess


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WorldProcess]:
    folder = tmp_path_factory.mktemp("world")
    deployment = write_deployment(folder / "deployment")
    made = WorldProcess(folder / "run", "world", "--deployment", str(deployment), "--speed", "60")
    made.start()
    made.wait_until_driving(70)  # by then the first interval has closed
    yield made
    made.end()


def test_watch_tells_every_input_as_json(world: WorldProcess, tmp_path: Path) -> None:
    with command(tmp_path / "watch.log", "watch", "--data", str(world.data), "--json") as watching:
        watching.wait_for_log('"gateway":"weir"')
        watching.wait_for_log('"gateway":"quay"')
        watching.stop()
        told: dict[str, Any] = {}
        for line in watching.log().splitlines():
            now = json.loads(line)
            told[now["gateway"]] = now
    assert set(told) == {"weir", "quay"}
    assert told["weir"]["connected"]
    inputs = {each["id"]: each for each in told["weir"]["inputs"]}
    assert set(inputs) == {"pair", "loop", "other-loop", "road", "air", "gateway-health"}
    assert [pin["number"] for pin in inputs["pair"]["pins"]] == [5, 6]
    assert inputs["pair"]["edges"] > 0
    assert {"vehicle_count", "occupancy"} <= {one["quantity"] for one in inputs["pair"]["values"]}
    assert inputs["air"]["bus"] == "i2c-1 0x76"
    assert not any(each["fault"] for each in inputs.values())


def test_watch_tells_one_gateway_in_lines_and_what_changes(world: WorldProcess, tmp_path: Path) -> None:
    words = ("watch", "--data", str(world.data), "--gateway", "weir", "--plain")
    with command(tmp_path / "watch.log", *words) as watching:
        watching.wait_for_log("weir | connected |")
        watching.wait_for_log("live weir/pair GPIO5 ")
        watching.wait_for_log("live weir/air i2c-1 0x76; Air temperature ")
        watching.stop()
        text = watching.log()
    assert "quay" not in text
    assert len([line for line in text.splitlines() if " weir/road " in line]) < 5  # told where it changes


def test_watch_ends_when_what_it_watches_ends(world: WorldProcess, tmp_path: Path) -> None:
    with command(tmp_path / "watch.log", "watch", "--data", str(world.data), "--plain") as watching:
        watching.wait_for_log("weir | connected |")
        world.terminate()
        assert watching.process.wait(30) == 1
        assert "says nothing any more" in watching.log()
    with command(tmp_path / "again.log", "watch", "--data", str(world.data)) as again:
        assert again.process.wait(30) == 2
        assert "No gateway runs" in again.log()
