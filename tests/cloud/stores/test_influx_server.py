"""Tests of the InfluxDB store against a real server: what a stub could get wrong."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud.state import State
from cloud.stores.influx import InfluxStore
from cloud.stores.influx_server import InfluxServer
from cloud.stores.protocol import Fate, Outcome, Query, StoreUnavailable
from sensorhub.errors import AskedWrong
from tests.cloud.stores.packs import T0_US, pack, reading, readings
from tests.influxd import Influxd


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    opened = State.open(tmp_path)
    yield opened
    opened.close()


def test_field_of_another_type_costs_one_reading_only(influxd: Influxd, state: State) -> None:
    settings = influxd.settings(influxd.new_bucket())
    assert settings.influx_bucket
    access = influxd.access
    server = InfluxServer(access.url, access.organisation, settings.influx_bucket, access.token_file)
    store = InfluxStore(settings, state, server=server)
    server.write(b'reading,gateway=a,sensor=b occupancy="text" 1764000000000000000')
    one = pack([reading(quantity="actuation_count", value=3.0), reading(), reading(quantity="coverage", value=100.0)])
    assert store.write([one]) == [Outcome(Fate.STORED, ((2, 2),))]
    rows = list(store.read(Query(gateway=one.id.gateway)))
    assert [(row.reading.quantity, row.reading.value) for row in rows] == [
        ("actuation_count", 3.0),
        ("coverage", 100.0),
    ]
    (letter,) = state.dead_letters()
    assert letter.sequence == 2
    assert "field type conflict" in letter.reason


def test_points_of_a_resend_overwrite_themselves(influxd: Influxd, tmp_path: Path, state: State) -> None:
    settings = influxd.settings(influxd.new_bucket())
    one = pack(readings(30))
    InfluxStore(settings, state).write([one])
    (tmp_path / "other").mkdir()
    another_state = State.open(tmp_path / "other")
    store = InfluxStore(settings, another_state)
    assert store.write([one]) == [Outcome(Fate.STORED, ())]
    assert len(list(store.read(Query()))) == 30
    another_state.close()


def test_wrong_bucket_token_or_organisation_is_said_at_the_start(
    influxd: Influxd, tmp_path: Path, state: State
) -> None:
    with pytest.raises(AskedWrong, match="no bucket 'nowhere'"):
        InfluxStore(influxd.settings("nowhere"), state)
    settings = influxd.settings(influxd.new_bucket())
    with pytest.raises(AskedWrong, match="organisation 'others'"):
        InfluxStore(settings.model_copy(update={"influx_org": "others"}), state)
    wrong = tmp_path / "wrong"
    wrong.write_text("not-the-token")
    with pytest.raises(AskedWrong, match="refuses the token"):
        InfluxStore(settings.model_copy(update={"influx_token_file": wrong}), state)
    with pytest.raises(StoreUnavailable, match="token"):
        InfluxStore(settings.model_copy(update={"influx_token_file": wrong}), state, read_only=True)


def test_bucket_that_drops_points_too_early_is_refused(influxd: Influxd, state: State) -> None:
    with pytest.raises(AskedWrong, match="drops points after 3 days"):
        InfluxStore(influxd.settings(influxd.new_bucket(retention_s=3 * 86_400)), state)


def test_query_with_gateway_and_span_tells_what_a_bucket_holds(influxd: Influxd, state: State) -> None:
    store = InfluxStore(influxd.settings(influxd.new_bucket()), state)
    store.write([pack(readings(900))])
    inside = Query(gateway="device-1136", from_us=T0_US, to_us=T0_US + 10**9)
    assert next(iter(store.read(inside)), None) is not None
    assert next(iter(store.read(Query(gateway="device-1136", to_us=T0_US))), None) is None
    assert next(iter(store.read(Query(gateway="device-1137"))), None) is None


def test_points_survive_a_killed_server(tmp_path: Path, state: State) -> None:
    (tmp_path / "influxd").mkdir()
    server = Influxd(tmp_path / "influxd")
    try:
        server.start()
        store = InfluxStore(server.settings(server.new_bucket()), state)
        first, second = pack(readings(30)), pack(readings(30, first=31), first=31)
        store.write([first])
        server.kill()
        with pytest.raises(StoreUnavailable, match="does not answer"):
            store.write([second])
        with pytest.raises(StoreUnavailable, match="does not answer"):
            list(store.read(Query()))
        server.start()
        assert store.write([first, second]) == [Outcome(Fate.DUPLICATE, ()), Outcome(Fate.STORED, ())]
        assert len(list(store.read(Query()))) == 60
    finally:
        server.kill()
