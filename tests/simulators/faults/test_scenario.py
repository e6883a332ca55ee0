"""Scenarios: those that come with the product, and what a file may say."""

from pathlib import Path

import pytest

from firmware_config.catalogue import kinds
from firmware_config.deployment import load_deployment
from sensorhub.errors import ConfigInvalid
from simulators.county.shipped import shipped_deployment
from simulators.faults.planning import planned
from simulators.faults.scenario import ScenarioUnknown, find_scenario, read_scenario, supplied

NAMES = sorted(supplied())

FAULTS = {
    *("stuck", "cut", "chatter", "crossed", "dead", "frozen", "drift", "flipped", "half-frames", "echo-lost"),
    *("clock-wrong", "power-cut", "network-down", "card-full"),
}


@pytest.mark.parametrize("name", NAMES)
def test_scenario_supplied_names_kinds_of_the_catalogue_and_happens_in_the_example(name: str) -> None:
    scenario = read_scenario(find_scenario(name))
    assert scenario.what.endswith(".")
    assert {plan.kind for plan in scenario.faults} <= {*kinds(), ""}
    assert all(plan.from_s < scenario.hours * 3_600 for plan in scenario.faults)
    plans = planned(scenario, list(load_deployment(shipped_deployment()).gateways.values()))
    assert all(plan.gateway for plan in plans)


def test_scenarios_supplied_have_every_fault() -> None:
    found = {plan.fault for name in NAMES for plan in read_scenario(supplied()[name]).faults}
    assert found == FAULTS


TOML = """\
title = "Mine"
what = "Something happens."
shows = ["fault"]
[[faults]]
fault = "dead"
kind = "air-climate"
"""


def test_scenario_may_be_any_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TOML)
    scenario = read_scenario(find_scenario(str(path)))
    assert (scenario.hours, scenario.seed, scenario.faults[0].share) == (1, 1, 1.0)


def test_scenario_that_is_neither_is_refused_with_those_there_are() -> None:
    with pytest.raises(ScenarioUnknown, match="stuck-loop"):
        find_scenario("no-such")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"dead"', '"tired"', "faults"),
        ('shows = ["fault"]', "shows = []", "shows"),
        ('kind = "air-climate"', "from_s = 60\nto_s = 60", "give a later to_s"),
        ('kind = "air-climate"', "share = 2.0", "share"),
        ('kind = "air-climate"', "when = 3", "when"),
        ('kind = "air-climate"', "from_s = 4_000", "when the run is over"),
        ("[[faults]]", "hours = 0\n[[faults]]", "hours"),
    ],
)
def test_scenario_that_says_what_cannot_be_is_refused(old: str, new: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TOML.replace(old, new))
    with pytest.raises(ConfigInvalid, match=said):
        read_scenario(path)
