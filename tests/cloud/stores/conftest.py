"""One InfluxDB server for all tests of stores, with a bucket for each that asks."""

from collections.abc import Iterator

import pytest

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
