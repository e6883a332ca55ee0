"""Tests of a hub's configuration, and of how a file with faults is answered."""

from pathlib import Path

import pytest

from cloud.config import HubConfig, load_hub_config
from cloud.settings import HubSettings, StoreSettings
from sensorhub.broker import BrokerSettings
from sensorhub.errors import ConfigInvalid
from sensorhub.topics import CARE_ROOT, OPEN_ROOT

GOOD = """
data = "hub"
port = 8081
social_care = true

[broker]
host = "broker.example"
port = 8883
tls = true
username = "ingester-1"
password_file = "broker.password"

[readings]
store = "influxdb"
influx_url = "http://127.0.0.1:8086"
influx_org = "essex"
influx_bucket = "readings"
influx_token_file = "influx.token"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "hub.toml"
    path.write_text(text)
    return path


def findings(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigInvalid) as caught:
        load_hub_config(write(folder, text))
    assert str(folder / "hub.toml") in str(caught.value)
    assert caught.value.exit_code == 2
    return caught.value.findings


def test_hub_config_reads_every_part(tmp_path: Path) -> None:
    assert load_hub_config(write(tmp_path, GOOD)) == HubConfig(
        data=tmp_path / "hub",
        port=8081,
        broker=BrokerSettings(
            host="broker.example",
            port=8883,
            tls=True,
            username="ingester-1",
            password_file=tmp_path / "broker.password",
        ),
        social_care=True,
        readings=StoreSettings(
            store="influxdb",
            influx_url="http://127.0.0.1:8086",
            influx_org="essex",
            influx_bucket="readings",
            influx_token_file=tmp_path / "influx.token",
        ),
    )


def test_hub_config_needs_no_more_than_a_folder(tmp_path: Path) -> None:
    config = load_hub_config(write(tmp_path, 'data = "hub"'))

    assert (config.host, config.port, config.readings.store) == ("127.0.0.1", 8080, "duckdb")
    assert (config.social_care, config.root) == (False, OPEN_ROOT)


def test_hub_config_of_social_care_has_topics_of_its_own(tmp_path: Path) -> None:
    assert load_hub_config(write(tmp_path, 'data = "hub"\nsocial_care = true')).root == CARE_ROOT
    (found,) = findings(tmp_path, 'data = "hub"\nsocial_care = "yes"')
    assert found == "social_care: 'yes' does not fit; write true or false without quotes"
    (found,) = findings(tmp_path, 'data = "hub"\n[readings]\nsocial_care = true')
    assert found.startswith("readings.social_care: this key is not known")


def test_settings_of_a_folder_from_before_there_was_social_care_are_open_datas(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text('{"store": "duckdb"}')
    assert not HubSettings.load(tmp_path).social_care


def test_hub_config_options_win_over_the_file(tmp_path: Path) -> None:
    options = {"port": 9000, "broker": {"host": "127.0.0.2"}}
    config = load_hub_config(write(tmp_path, GOOD), options)

    assert (config.port, config.broker.host, config.broker.port) == (9000, "127.0.0.2", 8883)
    assert load_hub_config(None, {"data": tmp_path}).data == tmp_path


def test_hub_config_says_all_that_is_wrong_at_once(tmp_path: Path) -> None:
    found = findings(
        tmp_path,
        """
        prot = 8080
        port = 80800
        host = "0.0.0.0"
        [broker]
        hots = "b"
        port = "many"
        tls = 5
        [readings]
        store = "postgres"
        """,
    )
    assert found == [
        "data: is missing; add it: the hub's folder: readings, state, and keys/ with a key file for each gateway",
        "broker.port: 'many' does not fit; write a whole number without quotes",
        "broker.tls: 5 does not fit; write true or false",
        "broker.hots: this key is not known; did you mean 'host'?",
        "host: '0.0.0.0' is not this machine only: the page has no sign-in yet; write '127.0.0.1', and let a web "
        "server with a sign-in of its own pass it on",
        "port: 80800 does not fit; it should be less than or equal to 65535",
        'readings.store: \'postgres\' is not known; write "duckdb" or "influxdb"',
        "prot: this key is not known; did you mean 'port'?",
    ]


def test_hub_config_with_a_key_like_no_other_lists_those_there_are(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, 'data = "hub"\nxyzzy = 1')

    assert found == (
        "xyzzy: this key is not known; the known keys here are data, broker, host, port, disk_alarm_percent, "
        "disk_full_percent, social_care, readings"
    )


def test_hub_config_with_half_a_store_says_what_is_missing(tmp_path: Path) -> None:
    (found,) = findings(tmp_path, 'data = "hub"\n[readings]\nstore = "influxdb"\ninflux_org = "essex"')

    assert found == "readings: the store influxdb needs influx_url, influx_bucket, influx_token_file as well"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("data = =", "it is not TOML: Invalid value (at line 1, column 8); write key = value there, text in quotes"),
        ('broker = "b"\ndata = "hub"', "broker: 'b' does not fit; write a table, as in [name]"),
        ("data = 5", "data: 5 does not fit; write a path in quotes"),
    ],
)
def test_hub_config_names_the_one_fault(tmp_path: Path, text: str, found: str) -> None:
    assert findings(tmp_path, text) == [found]


def test_hub_config_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="No such file"):
        load_hub_config(tmp_path / "none.toml")


def test_hub_config_in_another_encoding_says_so(tmp_path: Path) -> None:
    path = tmp_path / "hub.toml"
    path.write_bytes('data = "h\xfcb"'.encode("latin-1"))

    with pytest.raises(ConfigInvalid, match="byte 9 is not UTF-8"):
        load_hub_config(path)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_hub_config_serves_on_this_machine(host: str) -> None:
    assert HubConfig(data=Path("hub"), host=host).host == host
