"""One InfluxDB server for all tests of stores, with a bucket for each that asks; and a new store of each kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud.settings import HubSettings
from cloud.state import State
from cloud.stores import open_store
from cloud.stores.protocol import Store
from tests.cloud.stores.model_store import ModelStore
from tests.cloud.stores.opened import Opened
from tests.influxd import Influxd


@pytest.fixture(scope="session")
def influxd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    """A running server."""
    server = Influxd(tmp_path_factory.mktemp("influxd"))
    try:
        server.start()
        yield server
    finally:
        server.kill()


@pytest.fixture(params=["model", "duckdb", "influxdb"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    """A new, empty store of each kind."""
    if request.param == "model":
        model = ModelStore()
        yield Opened("model", lambda: model, lambda: None)
        return
    hub_settings = HubSettings()
    if request.param == "influxdb":
        server: Influxd = request.getfixturevalue("influxd")
        hub_settings = server.settings(server.new_bucket())
    held: list[tuple[State, Store]] = []

    def open_it() -> Store:
        state = State.open(tmp_path)
        held.append((state, open_store(hub_settings, state, tmp_path)))
        return held[-1][1]

    def close_it() -> None:
        state, store = held.pop()
        store.close()
        state.close()

    yield Opened(request.param, open_it, close_it)
    close_it()
