"""What a run of a county asks for before it starts anything."""

from pathlib import Path
from typing import Any

import pytest

from sensorhub.errors import AskedWrong
from simulators.county.run import WorldOptions, pace_of, run_world
from simulators.county.shipped import shipped_deployment
from simulators.faults.scenario import supplied


@pytest.mark.parametrize(("text", "speed"), [("max", None), ("1", 1.0), ("0.5", 0.5), ("600", 600.0)])
def test_pace_is_a_number_or_max(text: str, speed: float | None) -> None:
    assert pace_of(text) == speed


@pytest.mark.parametrize("text", ["", "fast", "0", "-1", "nan", "inf", "1e9"])
def test_pace_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(AskedWrong, match="--speed"):
        pace_of(text)


def deployment_with_nothing_to_match(folder: Path) -> Path:
    """One gateway with a door."""
    (folder / "gateways").mkdir()
    (folder / "sites.toml").write_text(
        '[[sites]]\nid = "quay"\nname = "Quay"\nlatitude = 51.9\nlongitude = 1.2\nstrands = ["infrastructure"]\n'
    )
    (folder / "gateways" / "quay.toml").write_text(
        'gateway = "quay"\nsite = "quay"\nboard = "4b"\n'
        '[[sensors]]\nid = "door"\nkind = "cabinet-door"\npin = 5\n'
        '[[sensors]]\nid = "rain"\nkind = "rain-gauge"\npin = 6\nperiod_s = 900\n'
    )
    return folder


def test_run_without_whole_intervals_is_refused(tmp_path: Path) -> None:
    deployment = deployment_with_nothing_to_match(tmp_path)
    for hours, start, said in (
        (0.1, None, "the shortest run of these gateways is 900 s, as with --hours 0.25"),
        (0.0, None, "0 s is none"),
        (1.0, "2026-01-13T06:10:00Z", "as with --start 2026-01-13T06:00:00Z"),
    ):
        options = WorldOptions(deployment, hours=hours, start=start, data=tmp_path / "run")
        with pytest.raises(AskedWrong, match=f"quay/rain has one of 900 s.*{said}"):
            run_world(options)
    assert not (tmp_path / "run").exists()


def test_run_of_an_unusable_deployment_says_what_finds_more(tmp_path: Path) -> None:
    deployment = deployment_with_nothing_to_match(tmp_path)
    (deployment / "gateways" / "quay.toml").write_text('gateway = "quay"\nsite = "key"\n')
    with pytest.raises(AskedWrong, match=f"(?s)quay.toml: .*Run: sensorhub config check {deployment}, which finds"):
        run_world(WorldOptions(deployment))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"start": "yesterday"}, "--start yesterday: write a time"),
        ({"gateways": ("nowhere",)}, "has no gateway nowhere; there are quay"),
        ({"gateways": ("quey",)}, r"has no gateway quey; did you mean 'quay'\?$"),
        ({"scenario": supplied()["stuck-loop"]}, r"faults\[1\].kind: no gateway here has a sensor of the kind 'loop'"),
    ],
)
def test_run_that_cannot_be_is_refused(asked: dict[str, Any], said: str, tmp_path: Path) -> None:
    deployment = deployment_with_nothing_to_match(tmp_path)
    with pytest.raises(AskedWrong, match=said):
        run_world(WorldOptions(deployment, data=tmp_path / "run", **asked))
    assert not (tmp_path / "run").exists()


def test_shipped_deployment_is_there() -> None:
    assert (shipped_deployment() / "sites.toml").is_file()
