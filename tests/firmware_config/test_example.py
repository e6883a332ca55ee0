"""The worked example and how a deployment is loaded."""

import tomllib
from pathlib import Path

import pytest

from firmware_config.area import area
from firmware_config.catalogue import entry, kinds
from firmware_config.catalogue.entry import STRANDS
from firmware_config.deployment import load_deployment
from firmware_config.draft import DeploymentMissing
from firmware_config.gateway import GatewayConfig
from sensorhub.config import load_toml
from sensorhub.errors import ConfigInvalid
from tests.firmware_config.example import ESSEX, broken

TRUNK_ROADS = {"A12", "A120", "M11", "M25"}


def test_example_has_every_kind_and_every_strand() -> None:
    deployment = load_deployment(ESSEX)
    used = {sensor.kind for config in deployment.gateways.values() for sensor in config.sensors}

    assert used == {kind for kind in kinds() if not entry(kind).every_gateway}
    assert {entry(kind).strand for kind in used} == set(STRANDS)
    assert {strand for site in deployment.sites.values() for strand in site.strands} == set(STRANDS)


def test_example_stands_on_the_county_s_own_roads() -> None:
    deployment = load_deployment(ESSEX)
    roads = {site.road for site in deployment.sites.values()}

    assert {"A127", "A130", "A131", "A133", "A414", "A13"} <= roads
    assert roads & TRUNK_ROADS == set()
    assert all(area(deployment.area).contains(site.latitude, site.longitude) for site in deployment.sites.values())


def test_example_has_wholly_social_gateways_and_every_gateway_a_site() -> None:
    deployment = load_deployment(ESSEX)
    care = [config for config in deployment.gateways.values() if config.is_care]

    assert len(care) == 2
    assert all(sensor.entry.is_care for config in care for sensor in config.sensors)
    assert all(deployment.site_of(config).strands == ("social-care",) for config in care)
    assert list(deployment.gateways) == sorted(deployment.gateways)
    assert {config.site for config in deployment.gateways.values()} == set(deployment.sites)


def test_each_file_is_what_a_gateway_runs_with() -> None:
    deployment = load_deployment(ESSEX)
    for path in (ESSEX / "gateways").glob("*.toml"):
        config = load_toml(path, GatewayConfig)
        assert config == deployment.gateways[path.stem]
        assert config.key_file == path.parent / "gateway.key"
        assert path.read_text().startswith("#:schema ../gateway.schema.json\n")
        assert (path.parent / "../gateway.schema.json").is_file()


def test_example_has_no_secret_in_it() -> None:
    for path in (ESSEX / "gateways").glob("*.toml"):
        told = tomllib.loads(path.read_text())
        assert "password" not in told["broker"]
        assert told["broker"]["password_file"] == "broker.password"


def test_deployment_with_faults_is_not_loaded_and_each_is_named(tmp_path: Path) -> None:
    folder = broken(tmp_path, "gateways/a127-rayleigh-weir.toml", "pin = 26", "pin = 21")
    (folder / "gateways" / "harwich-quay.toml").write_text("gateway = ")
    (folder / "sites.toml").write_text((folder / "sites.toml").read_text().replace('"canvey-gullies"', '"canvey"'))

    with pytest.raises(ConfigInvalid) as caught:
        load_deployment(folder)

    found = "\n".join(caught.value.findings)
    assert "a127-rayleigh-weir.toml: sensors[7].pin: GPIO 21 is used" in found
    assert "harwich-quay.toml: it is not TOML" in found
    assert "canvey-gullies.toml: site: the site 'canvey-gullies' is not in sites.toml" in found
    assert len(caught.value.findings) == 3


def test_two_gateways_of_one_name_are_not_loaded(tmp_path: Path) -> None:
    folder = broken(tmp_path, "gateways/harwich-quay.toml", 'gateway = "harwich-quay"', 'gateway = "canvey-gullies"')

    with pytest.raises(ConfigInvalid, match="two gateways are called canvey-gullies"):
        load_deployment(folder)


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_folder_that_is_no_deployment_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(DeploymentMissing, match=str(tmp_path)):
        load_deployment(tmp_path / name)
