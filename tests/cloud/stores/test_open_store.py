"""Tests of opening a store by its name, with the settings that a hub left in its folder."""

from pathlib import Path

import pytest

from cloud.settings import HubSettings
from cloud.state import State
from cloud.stores import STORES, open_store
from cloud.stores.protocol import Query
from sensorhub.errors import AskedWrong, ConfigInvalid
from tests.cloud.stores.packs import pack, readings
from tests.influxd import Influxd


@pytest.mark.parametrize("kind", sorted(STORES))
def test_readings_are_found_without_a_hub(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    settings = HubSettings()
    if kind == "influxdb":
        server: Influxd = request.getfixturevalue("influxd")
        settings = server.settings(server.new_bucket())
    settings.save(tmp_path)
    state = State.open(tmp_path)
    store = open_store(settings, state, tmp_path)
    store.write([pack(readings(60))])
    hub_id = store.id
    store.close()
    state.close()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    state = State.open(tmp_path, read_only=True)
    store = open_store(HubSettings.load(tmp_path), state, tmp_path, read_only=True)
    assert len(list(store.read(Query()))) == 60
    assert len(store.arrivals()) == 1
    assert store.id != hub_id
    store.close()
    state.close()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_settings_come_back_as_they_were_saved(tmp_path: Path) -> None:
    settings = HubSettings(
        store="influxdb",
        influx_url="http://127.0.0.1:8086",
        influx_org="essex",
        influx_bucket="readings",
        influx_token_file=tmp_path / "token",
    )
    settings.save(tmp_path)
    assert HubSettings.load(tmp_path) == settings


def test_folder_without_settings_is_no_hubs(tmp_path: Path) -> None:
    with pytest.raises(AskedWrong, match="is not the folder of a hub"):
        HubSettings.load(tmp_path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "as a whole"),
        (b'{"store": "mysql"}', "store"),
        (b'{"store": "influxdb", "influx_org": "essex"}', "needs influx_url, influx_bucket, influx_token_file"),
        (b'{"store": "duckdb", "influx_org": "essex"}', "belongs to the store influxdb"),
        (b'{"shop": "duckdb"}', "shop"),
    ],
)
def test_settings_that_cannot_be_used_are_said(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "settings.json").write_bytes(content)
    with pytest.raises(ConfigInvalid, match=words):
        HubSettings.load(tmp_path)
