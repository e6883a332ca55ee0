"""Tests of `sensorhub simulate world`: many kinds through every part, against what truly happened."""

from pathlib import Path
from typing import Any

import pytest

from simulators.folder import county_folder
from simulators.processes import FAILURES_MAX
from tests.programs import need
from tests.system.demo_process import is_alive
from tests.system.small_county import write_deployment
from tests.system.world_process import WorldProcess

COUNTS = ("vehicle_count", "people_in_count", "people_out_count")


def lines(ledger: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(line["sensor"], line["quantity"]): line for line in ledger["ledger"]}


@pytest.mark.parametrize(("broker", "care"), [("mosquitto", True), ("embedded", False)])
def test_world_an_hour_is_stored_as_it_truly_was(broker: str, care: bool, tmp_path: Path) -> None:
    if broker == "mosquitto":
        need("mosquitto")
    deployment = write_deployment(tmp_path / "deployment", care=care)
    ended = WorldProcess(
        tmp_path / "run", "world", "--deployment", str(deployment), "--seed", "3", "--broker", broker
    ).run()

    assert ended.code == 0, ended.out
    ledger = ended.ledger
    assert ledger["equal"]
    assert not ledger["strange"]
    found = lines(ledger)
    assert {sensor for sensor, _ in found} >= {
        *("weir/pair", "weir/loop", "weir/road", "weir/air", "weir/gateway-health"),
        *("quay/level", "quay/vane", "quay/rain", "quay/people", "quay/power", "quay/bin", "quay/door"),
        *(("flat/room", "flat/moves") if care else ()),
    }
    counted = {name: line for name, line in found.items() if name[1] in COUNTS}
    assert counted[("weir/pair", "vehicle_count")]["true"] > 50
    assert all((line["difference"], line["tolerance"]) == (0, 0) for line in counted.values())
    assert all(line["reason"] for line in found.values() if line["tolerance"])


def test_world_that_is_told_to_stop_leaves_nothing_running(tmp_path: Path) -> None:
    deployment = write_deployment(tmp_path / "deployment", care=True)
    world = WorldProcess(tmp_path / "run", "world", "--deployment", str(deployment), "--speed", "60")
    world.start()
    world.wait_until_driving()
    pids = world.pids()
    assert set(pids) == {"broker", "hub", "care-hub", "county"}
    ended = world.terminate()
    assert ended.code == 1
    assert ended.out == ""
    assert "Stopped." in ended.err
    assert not [name for name, pid in pids.items() if is_alive(pid)]


def test_world_whose_county_and_hub_are_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    deployment = write_deployment(tmp_path / "deployment")
    world = WorldProcess(tmp_path / "run", "world", "--deployment", str(deployment), "--speed", "1200")
    world.start()
    world.wait_until_driving(600)
    world.kill("county")
    world.kill("hub")
    world.wait_until_driving(1_200)
    ended = world.wait()

    assert "is started again" in ended.err
    found = lines(ended.ledger)
    assert found
    assert {name: line["difference"] for name, line in found.items() if name[1] in COUNTS} == dict.fromkeys(
        (name for name in found if name[1] in COUNTS), 0
    )
    assert ("weir/air", "air_temperature") not in found  # what it gave before, nobody knows any more
    assert not ended.ledger["strange"]


def test_world_whose_county_fails_the_same_way_each_time_is_given_up_and_says_why(tmp_path: Path) -> None:
    deployment = write_deployment(tmp_path / "deployment")
    world = WorldProcess(tmp_path / "run", "world", "--deployment", str(deployment), "--hours", "0.5")
    world.start()
    world.wait_until_driving()
    (county_folder(world.data) / "told.json").mkdir()  # so that it cannot tell what truly happened
    ended = world.wait()

    assert ended.code == 1
    assert ended.err.count("is started again") == FAILURES_MAX - 1
    assert "IsADirectoryError" in ended.err
    assert f"It failed {FAILURES_MAX} times in a row" in ended.err
