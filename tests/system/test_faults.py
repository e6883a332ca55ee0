"""Tests of `sensorhub simulate faults`: what goes wrong shows where it is, and nowhere else."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulators.faults.scenario import read_scenario, supplied
from tests.firmware_config.toml import toml_text
from tests.system.command_process import command
from tests.system.small_county import write_deployment
from tests.system.world_process import WorldProcess


def together(folder: Path, hours: int, places: Mapping[str, Mapping[str, str]]) -> Path:
    """A file with the faults of supplied scenarios in one, each at a place of the small county; it begins when one of
    them does that says so."""
    scenarios = {name: read_scenario(supplied()[name]) for name in places}
    faults = [
        {**plan.model_dump(exclude_unset=True, exclude={"kind", "bus"}), **places[name]}
        for name, scenario in scenarios.items()
        for plan in scenario.faults
    ]
    starts = [scenario.start for scenario in scenarios.values() if scenario.start]
    begins = {"start": starts[0]} if starts else {}
    path = folder / "together.toml"
    path.write_text(toml_text({"title": "All", "what": "All at once.", "hours": hours, **begins, "faults": faults}))
    return path


def ledger_of(folder: Path, scenario: str, *, kerb: bool = False) -> dict[str, Any]:
    deployment = write_deployment(folder / "deployment", kerb=kerb)
    ended = WorldProcess(folder / "run", "faults", scenario, "--deployment", str(deployment)).run()
    assert ended.code == 0, ended.out
    ledger = ended.ledger
    assert ledger["equal"]
    assert not ledger["strange"]
    assert not ledger["silent_faults"]
    return ledger


def compared(ledger: dict[str, Any]) -> set[str]:
    return {line["sensor"] for line in ledger["ledger"]}


def not_made_up(ledger: dict[str, Any]) -> set[str]:
    """The sensors whose readings of the time of their fault were found to be within what truly was."""
    assert all(each["holds"] for each in ledger["within"])
    return {each["sensor"] for each in ledger["within"]}


def test_faults_of_sensors_show_in_each_of_them_and_in_none_beside(tmp_path: Path) -> None:
    places = {
        "dead-part": "air",
        "wrong-crc": "road",
        "stuck-loop": "loop",
        "chattering-contact": "other-loop",
        "crossed-loops": "pair",
    }
    path = together(tmp_path, 2, {name: {"gateway": "weir", "sensor": sensor} for name, sensor in places.items()})
    ledger = ledger_of(tmp_path, str(path))

    shown: dict[str, list[str]] = ledger["shown"]
    assert set(shown) == {f"weir/{sensor}" for sensor in places.values()}
    for sensor, words in (
        ("air", "Nothing answers at 0x76"),
        ("road", "its check sum does not fit"),
        ("loop", "Stuck: contact active"),
        ("other-loop", "Chattering:"),
        ("pair", "swap upstream and downstream"),
    ):
        assert "fault" in shown[f"weir/{sensor}"]
        assert any(words in text for text in shown[f"weir/{sensor}"]), shown
    assert "partial" in shown["weir/road"]
    assert {"bad"} <= set(shown["weir/loop"]) & set(shown["weir/other-loop"]) & set(shown["weir/pair"])
    whole = {line["sensor"] for line in ledger["ledger"] if (line["from_s"], line["until_s"]) == (0, 7_200)}
    assert whole == {line["sensor"] for line in ledger["ledger"]} - set(shown)
    assert {"weir/gateway-health", "quay/people", "quay/level", "quay/power"} <= whole
    spans = {(line["sensor"], line["from_s"], line["until_s"]) for line in ledger["ledger"]}
    assert {("weir/air", 0, 780), ("weir/other-loop", 0, 780), ("weir/other-loop", 1_800, 7_200)} <= spans
    assert not_made_up(ledger) == {"weir/road"}


def test_faults_of_cables_buses_and_echoes_show_in_each_of_them_and_in_none_beside(tmp_path: Path) -> None:
    places = {
        "cut-cable": "kerb/gate",
        "dead-bus": "kerb/low-air",
        "drift": "weir/air",
        "frozen-value": "kerb/sheltered",
        "half-frames": "kerb/gully",
        "echo-lost": "quay/bin",
        "echo-lost-in-rain": "kerb/bay",
    }
    pairs = {name: dict(zip(("gateway", "sensor"), place.split("/"), strict=True)) for name, place in places.items()}
    ledger = ledger_of(tmp_path, str(together(tmp_path, 5, pairs)), kerb=True)

    shown: dict[str, list[str]] = ledger["shown"]
    assert set(shown) == {*places.values(), "kerb/high-air"}
    for name, words in (
        ("kerb/gate", "Stuck: contact active for more than"),
        ("kerb/low-air", "Nothing answers at 0x76 on i2c-1"),
        ("kerb/high-air", "Nothing answers at 0x77 on i2c-1"),
        ("kerb/sheltered", "Frozen: the very same values"),
        ("kerb/gully", "is no frame of a A02YYUW"),
        ("kerb/bay", "The A02YYUW has no echo"),
        ("quay/bin", "The ranger has no echo"),
    ):
        assert "fault" in shown[name]
        assert any(words in text for text in shown[name]), shown
    assert shown["weir/air"] == ["suspect"]
    assert "bad" in shown["kerb/gate"]
    assert "bad" in shown["kerb/sheltered"]
    assert all("partial" in shown[name] for name in ("kerb/low-air", "kerb/gully", "kerb/bay", "quay/bin"))
    spans = {(line["sensor"], line["from_s"], line["until_s"]) for line in ledger["ledger"]}
    assert {name for name, from_s, until_s in spans if until_s - from_s == 18_000} == compared(ledger) - set(shown)
    assert {("kerb/gate", 0, 1_680), ("weir/air", 12_900, 18_000), ("quay/bin", 0, 900)} <= spans
    assert {from_s > 0 for name, from_s, _ in spans if name == "kerb/bay"} == {False, True}  # dry before and after
    assert not_made_up(ledger) == {"kerb/gully", "kerb/bay", "quay/bin"}


def test_faults_of_whole_gateways_show_as_partial_intervals(tmp_path: Path) -> None:
    path = together(tmp_path, 2, {"power-cut": {"gateway": "weir"}, "card-full": {"gateway": "quay"}})
    ledger = ledger_of(tmp_path, str(path))

    shown: dict[str, list[str]] = ledger["shown"]
    assert "partial" in shown["weir/pair"]
    assert "partial" in shown["quay/people"]
    counted = {line["sensor"] for line in ledger["ledger"] if line["quantity"] == "vehicle_count"}
    assert counted == {"weir/pair", "weir/loop", "weir/other-loop"}  # before it and after


def test_fault_of_the_network_costs_nothing(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, "network-down")
    assert all(line["holds"] for line in ledger["ledger"])
    assert set(ledger["shown"]) == {
        f"weir/{sensor}" for sensor in ("pair", "loop", "other-loop", "road", "air", "gateway-health")
    }
    assert set(ledger["shown"]) <= compared(ledger)


def test_fault_of_a_time_server_is_told_and_gives_no_wrong_time(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, str(together(tmp_path, 2, {"clock-wrong": {"gateway": "weir"}})))
    assert {line["until_s"] - line["from_s"] for line in ledger["ledger"]} == {7_200}
    word, text = ledger["shown"]["weir"]
    assert word == "trouble"
    assert "90 s from the hub's signed time" in text


def test_faults_are_listed(tmp_path: Path) -> None:
    with command(tmp_path / "list.log", "simulate", "faults", "--list", "--json") as listing:
        assert listing.process.wait(30) == 0
        assert set(json.loads(listing.log())) == set(supplied())


def test_faults_of_a_scenario_that_does_not_fit_are_refused(tmp_path: Path) -> None:
    deployment = write_deployment(tmp_path / "deployment")
    ended = WorldProcess(tmp_path / "run", "faults", "cut-cable", "--deployment", str(deployment)).run()
    assert ended.code == 2
    assert "no gateway here" in ended.err
