"""Scenarios: those that come with the product, and what a file may say."""

from pathlib import Path

import pytest

from firmware_config.catalogue import kinds
from firmware_config.deployment import load_deployment
from sensorhub.clock import parse_time_us
from sensorhub.errors import ConfigInvalid
from sensorhub.reading import US_PER_S
from simulators.county.foresight import foreseen
from simulators.county.places import places, rains
from simulators.county.run import START
from simulators.county.shipped import shipped_deployment
from simulators.faults.plan import CONTACT_FAULTS, GATEWAY_FAULTS, PART_FAULTS
from simulators.faults.planning import planned
from simulators.faults.scenario import ScenarioUnknown, find_scenario, read_scenario, supplied
from simulators.world.county import World

NAMES = sorted(supplied())


@pytest.mark.parametrize("name", NAMES)
def test_scenario_supplied_names_kinds_of_the_catalogue_and_happens_in_the_example(name: str) -> None:
    scenario = read_scenario(find_scenario(name))
    assert scenario.what.endswith(".")
    assert {plan.kind for plan in scenario.faults} <= {*kinds(), ""}
    assert all(plan.from_s < scenario.hours * 3_600 for plan in scenario.faults)
    deployment = load_deployment(shipped_deployment())
    world = World(1, parse_time_us(scenario.start or START))
    plans = foreseen(scenario, deployment, list(deployment.gateways.values()), world, round(scenario.hours * 3_600))
    assert all(plan.gateway for plan in plans)


def test_scenarios_supplied_have_every_fault() -> None:
    found = {plan.fault for name in NAMES for plan in read_scenario(supplied()[name]).faults}
    assert found == {*CONTACT_FAULTS, *PART_FAULTS, *GATEWAY_FAULTS}


def test_scenario_of_half_frames_happens_on_a_serial_line() -> None:
    deployment = load_deployment(shipped_deployment())
    (plan,) = planned(read_scenario(supplied()["half-frames"]), list(deployment.gateways.values()))
    (sensor,) = [each for each in deployment.gateways[plan.gateway].sensors if each.id == plan.sensor]
    assert sensor.wired is not None
    assert sensor.wired.type == "uart"


def test_scenario_of_a_dead_bus_spares_other_buses_of_its_gateway() -> None:
    deployment = load_deployment(shipped_deployment())
    plans = planned(read_scenario(supplied()["dead-bus"]), list(deployment.gateways.values()))
    dead = {plan.sensor for plan in plans}
    (gateway,) = {plan.gateway for plan in plans}
    buses = {each.id: each.bus for each in deployment.gateways[gateway].sensors}
    assert len(dead) > 1
    assert len({buses[sensor] for sensor in dead}) == 1
    assert {bus for sensor, bus in buses.items() if sensor not in dead and bus is not None} > set()


def test_scenario_of_rain_has_rain_and_dry_weather_outdoors() -> None:
    scenario = read_scenario(supplied()["echo-lost-in-rain"])
    deployment = load_deployment(shipped_deployment())
    assert scenario.start is not None
    world = World(1, parse_time_us(scenario.start))
    (plan,) = foreseen(scenario, deployment, list(deployment.gateways.values()), world, round(scenario.hours * 3_600))
    assert not deployment.site_of(deployment.gateways[plan.gateway]).indoors
    place = places(deployment, world)(plan.gateway, plan.sensor)
    wet = [rains(place, world.start_us + minute * 60 * US_PER_S) for minute in range(round(scenario.hours * 60))]
    assert 20 < sum(wet) < len(wet) - 60


TOML = """\
title = "Mine"
what = "Something happens."
[[faults]]
fault = "dead"
shows = ["fault"]
kind = "air-climate"
"""


def test_scenario_may_be_any_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TOML)
    scenario = read_scenario(find_scenario(str(path)))
    assert (scenario.hours, scenario.seed, scenario.faults[0].share) == (1, 1, 1.0)


def test_scenario_may_take_a_part_of_an_hour(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TOML.replace("[[faults]]", "hours = 0.25\n[[faults]]"))
    assert read_scenario(path).hours == 0.25


def test_scenario_that_is_neither_is_refused_with_the_nearest_or_all_there_are() -> None:
    with pytest.raises(ScenarioUnknown, match=r"there are .*stuck-loop"):
        find_scenario("no-such")
    with pytest.raises(ScenarioUnknown, match="did you mean 'stuck-loop'"):
        find_scenario("stuck-lop")


def test_scenario_with_many_faults_tells_all_at_once(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'title = "Mine"\nwhat = "Much."\nhours = -1\nstart = "noon"\n'
        '[[faults]]\nfault = "drift"\nfrom_s = 60\nto_s = 30\nshare = 0.5\nshows = ["nothing", "bad"]\n'
        '[[faults]]\nfault = "tired"\nfrom_s = 60\nto_s = 30\nshows = ["fault"]\n'
    )
    with pytest.raises(ConfigInvalid) as refused:
        read_scenario(path)
    places = [finding.partition(":")[0] for finding in refused.value.findings]
    assert sorted(places) == [
        *("faults[1].per_hour", "faults[1].share", "faults[1].shows", "faults[1].to_s"),
        *("faults[2].fault", "faults[2].to_s"),
        *("hours", "start"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"dead"', '"tired"', "faults"),
        ('shows = ["fault"]', "shows = []", "shows"),
        ('kind = "air-climate"', "from_s = 60\nto_s = 60", "give a later to_s"),
        ('kind = "air-climate"', "share = 2.0", "share"),
        ('kind = "air-climate"', "share = 0.5", "dead takes no share"),
        ("[[faults]]", 'start = "noon"\n[[faults]]', "noon is no time"),
        ('kind = "air-climate"', "when = 3", "when"),
        ('kind = "air-climate"', "from_s = 4_000", r"faults\[1\].from_s: at 4000 s the run is over"),
        ("[[faults]]", "hours = 0\n[[faults]]", "hours"),
        ("[[faults]]", 'hours = "1"\n[[faults]]', "write a number without quotes"),
    ],
)
def test_scenario_that_says_what_cannot_be_is_refused(old: str, new: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TOML.replace(old, new))
    with pytest.raises(ConfigInvalid, match=said):
        read_scenario(path)
