"""The gateway's configuration and `gateway init`."""

from pathlib import Path

import pytest

from firmware_config.gateway import GatewayConfig, gateway_config
from gateway.init import FileInTheWay, init_gateway
from sensorhub.broker import BrokerSettings
from sensorhub.config import load_toml
from sensorhub.errors import AskedWrong, ConfigInvalid
from sensorhub.names import NameInvalid
from sensorhub.signing import read_key


def test_init_writes_a_configuration_that_can_be_run_as_it_is(tmp_path: Path) -> None:
    told = init_gateway(tmp_path, "a127-rayleigh-weir", BrokerSettings(host="hub.example", port=8883, tls=True))
    config = load_toml(tmp_path / "gateway.toml", GatewayConfig)
    assert config.gateway == "a127-rayleigh-weir"
    assert config.broker == BrokerSettings(host="hub.example", port=8883, tls=True)
    assert config.key_file == tmp_path / "gateway.key"
    assert config.spool == tmp_path / "spool"
    assert (tmp_path / "gateway.key").stat().st_mode & 0o777 == 0o600
    assert len(read_key(config.key_file)) == 32
    assert "keys/a127-rayleigh-weir.key" in told
    assert read_key(config.key_file).hex() not in told


def test_init_every_key_of_the_configuration_is_in_the_file(tmp_path: Path) -> None:
    init_gateway(tmp_path, "g", BrokerSettings())
    text = (tmp_path / "gateway.toml").read_text()
    wanted = [key for key in GatewayConfig.model_fields if key not in ("broker", "sensors")]
    assert [key for key in wanted if f"{key} =" not in text] == []


DESK = """#:schema ../gateway.schema.json
# What the weir does to the river.

gateway = "weir-1"
board = "4b"
key_file = "weir-1.key"

[[sensors]]
id = "door"
kind = "cabinet-door"
pin = 17
"""


def test_init_takes_the_file_that_was_made_at_the_desk(tmp_path: Path) -> None:
    (tmp_path / "desk.toml").write_text(DESK)
    box = tmp_path / "box"
    told = init_gateway(box, None, BrokerSettings(host="hub.example"), tmp_path / "desk.toml")
    config = load_toml(box / "gateway.toml", GatewayConfig)
    assert (config.gateway, config.board, config.broker.host) == ("weir-1", "4b", "hub.example")
    assert [sensor.id for sensor in config.sensors] == ["door"]
    assert len(read_key(config.key_file)) == 32
    assert "keys/weir-1.key" in told
    written = (box / "gateway.toml").read_text()
    assert "# What the weir does to the river." in written
    assert "#:schema" not in written


def test_init_leaves_the_broker_that_the_desk_names(tmp_path: Path) -> None:
    (tmp_path / "desk.toml").write_text(DESK + '\n[broker]\nhost = "broker.example"\n')
    init_gateway(tmp_path / "box", "weir-1", BrokerSettings(), tmp_path / "desk.toml")
    assert load_toml(tmp_path / "box" / "gateway.toml", GatewayConfig).broker.host == "broker.example"
    with pytest.raises(AskedWrong, match="names its broker"):
        init_gateway(tmp_path / "other", None, BrokerSettings(host="other.example"), tmp_path / "desk.toml")


def test_init_says_where_the_password_of_a_login_goes(tmp_path: Path) -> None:
    broker = '\n[broker]\nhost = "broker.example"\nusername = "weir-1"\npassword_file = "broker.password"\n'
    (tmp_path / "desk.toml").write_text(DESK + broker)
    told = init_gateway(tmp_path / "box", None, BrokerSettings(), tmp_path / "desk.toml")
    assert f"goes into {tmp_path / 'box' / 'broker.password'}, mode 0600." in told


@pytest.mark.parametrize(("gateway", "text"), [("weir-2", DESK), (None, DESK + "pin = 17"), (None, "")])
def test_init_writes_nothing_where_the_file_does_not_fit(gateway: str | None, text: str, tmp_path: Path) -> None:
    (tmp_path / "desk.toml").write_text(text)
    with pytest.raises((AskedWrong, ConfigInvalid)):
        init_gateway(tmp_path / "box", gateway, BrokerSettings(), tmp_path / "desk.toml")
    assert not (tmp_path / "box").exists()


def test_init_never_overwrites(tmp_path: Path) -> None:
    init_gateway(tmp_path, "g", BrokerSettings())
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(FileInTheWay, match="not overwritten"):
        init_gateway(tmp_path, "g", BrokerSettings())
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_init_refuses_a_name_outside_the_grammar(tmp_path: Path) -> None:
    with pytest.raises(NameInvalid):
        init_gateway(tmp_path, "A127", BrokerSettings())
    assert list(tmp_path.iterdir()) == []


BROKEN = {
    "unknown key": ('gatway = "g"', "did you mean 'gateway'"),
    "reserved sensor": ('gateway = "g"\n[[sensors]]\nid = "gateway"\npin = 4', "reserved"),
    "pin off the header": ('gateway = "g"\n[[sensors]]\nid = "d"\npin = 28', "28"),
    "pin as text": ('gateway = "g"\n[[sensors]]\nid = "d"\npin = "four"', "write a whole number"),
    "pin twice": (
        'gateway = "g"\n[[sensors]]\nid = "a"\npin = 4\n[[sensors]]\nid = "b"\npin = 4',
        "GPIO 4 is used by a",
    ),
    "id twice": ('gateway = "g"\n[[sensors]]\nid = "a"\npin = 4\n[[sensors]]\nid = "a"\npin = 5', "id a is used"),
    "no sensors": ('gateway = "g"', "sensors: is missing"),
    "period of nothing": ('gateway = "g"\n[[sensors]]\nid = "d"\npin = 4\nperiod_s = 0', "period_s"),
    "movement in seconds": (
        'gateway = "g"\n[[sensors]]\nid = "room"\nkind = "activity"\npin = 4\nperiod_s = 60',
        "sensors[1].period_s (room): 60 s is too short: an activity must not tell single movements; write at least 900",
    ),
    "converter on a bus that cannot be read": (
        'gateway = "g"\n[[sensors]]\nid = "v"\nkind = "wind-vane"\nbus = "spi-1.0"\nchannels = { vane = 0 }',
        "sensors[1].bus (v): the gateway can read no part on spi-1.0",
    ),
    "commit interval": ('gateway = "g"\ncommit_ms = 300\n[[sensors]]\nid = "d"\npin = 4', "200"),
    "certificate without key": (
        'gateway = "g"\n[broker]\ncert_file = "c"\n[[sensors]]\nid = "d"\npin = 4',
        "go together",
    ),
    "half a file": ("gateway = ", "it is not TOML"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_config_broken_says_where_and_what_instead(tmp_path: Path, case: str) -> None:
    text, said = BROKEN[case]
    path = tmp_path / "gateway.toml"
    path.write_text(text)
    with pytest.raises(ConfigInvalid) as caught:
        load_toml(path, GatewayConfig)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_config_options_win_over_the_file_and_keep_their_own_folder(tmp_path: Path) -> None:
    init_gateway(tmp_path, "g", BrokerSettings())
    config = gateway_config(
        tmp_path / "gateway.toml", {"spool": Path("elsewhere")}, {"port": 1884}, ["detector-7=17", "detector-8=18"]
    )
    assert config.spool == Path("elsewhere").absolute()
    assert config.broker.port == 1884
    assert [(sensor.id, sensor.pin) for sensor in config.sensors] == [("detector-7", 17), ("detector-8", 18)]


def test_config_contact_without_a_pin_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="detector-1=4"):
        gateway_config(None, {"gateway": "g"}, {}, ["detector-7"])
