"""`sensorhub gateway init`: a commented configuration and the gateway's key."""

import json
import tomllib
from pathlib import Path

from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from gateway.spool_limits import BYTES_DEFAULT_MAX
from sensorhub.broker import BrokerSettings
from sensorhub.config import load_toml
from sensorhub.errors import AskedWrong
from sensorhub.names import check_gateway_id
from sensorhub.signing import write_new_key

CONFIG_NAME = "gateway.toml"
KEY_NAME = "gateway.key"

_COMMENT_COLUMN = 36
_OPTIONAL = ("spool_when_full", "spool_age_max_days", "pack_s", "commit_ms")
_FIELDS = GatewayConfig.model_fields
_SENSOR = {
    "id": "detector-1",
    "kind": "detector",
    "pin": 4,
    "title": "Stop line, lane 1",
    "period_s": 60,
    "debounce_ms": 20,
}


class FileInTheWay(AskedWrong):
    """A file that would be overwritten."""


def init_gateway(folder: Path, gateway: str | None, broker: BrokerSettings, desk: Path | None = None) -> str:
    """Write gateway.toml and gateway.key (mode 0600) into `folder`; returns what to tell the person.

    Arguments:
        gateway: its name; None: that of the desk's file.
        broker: where it sends to, where the desk's file does not say.
        desk: the gateway's file of a deployment; None: an example is written.

    Raises:
        NameInvalid: `gateway` is no id.
        ConfigInvalid: the desk's file is none of a gateway.
        AskedWrong: it is that of another gateway, or names a broker where another is asked for.
        FileInTheWay: one of the files is there already; nothing was written.
    """
    described = load_toml(desk, GatewayConfig).gateway if desk is not None else gateway
    if described is None or gateway not in (None, described):
        raise AskedWrong(f"{desk} is the file of {described}, not of {gateway}. Name the right file, or no gateway.")
    gateway = check_gateway_id(described)
    text = _text(gateway, broker) if desk is None else _from_desk(desk, gateway, broker)
    written = tomllib.loads(text)
    config, key = folder / CONFIG_NAME, folder / written.get("key_file", KEY_NAME)
    password = written["broker"].get("password_file")
    needed = f"The password of that login goes into {folder / password}, mode 0600.\n\n" if password else ""
    for path in (config, key):
        if path.exists():
            raise FileInTheWay(f"{path} is there already and is not overwritten. Move it away, or name another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_new_key(key)
        config.write_text(text)
    except OSError as error:
        raise AskedWrong(f"{folder} cannot be written: {error.strerror}. Name another folder with --folder.") from None
    return (
        f"Wrote {config} and the key {key}.\n\n"
        "What the hub needs to know:\n"
        f"  - this gateway's name: {gateway}\n"
        f"  - its key: copy {key} to the hub as keys/{gateway}.key in the hub's folder, mode 0600,\n"
        "    over a connection that nobody else reads (scp, a USB stick). The hub sees it within 2 s.\n"
        f"  - on the broker: a login that may write essex/v1/{gateway}/pack/+/+/+, .../status and .../reply\n"
        "    and read .../receipt, .../config and .../command.\n\n"
        f"{needed}"
        f"Next: {'look at' if desk else 'describe your sensors in'} {config}. Then run\n"
        f"  sensorhub gateway check --config {config}\n"
        f"  sensorhub gateway run --config {config}"
    )


def _from_desk(desk: Path, gateway: str, broker: BrokerSettings) -> str:
    """The desk's file with the broker; its schema stays at the desk."""
    text = desk.read_text()
    lines = [line for line in text.splitlines() if not line.startswith("#:schema")]
    has_broker = "broker" in tomllib.loads(text)
    if has_broker and broker != BrokerSettings():
        raise AskedWrong(f"{desk} names its broker. Change that there, or leave the broker's options out.")
    return "\n".join([*lines, *([] if has_broker else ["", *_broker_lines(gateway, broker)]), ""])


def _broker_lines(gateway: str, broker: BrokerSettings) -> list[str]:
    """The table `[broker]`, with a comment at each line."""

    def line(key: str, example: object) -> str:
        value = getattr(broker, key)
        known = BrokerSettings.model_fields[key]
        text = json.dumps(str(value or example) if isinstance(example, str) else value)
        return f"{'# ' if value is None else ''}{key} = {text}".ljust(_COMMENT_COLUMN) + f" # {known.description}"

    return [
        "[broker]",
        line("host", broker.host),
        line("port", broker.port),
        line("username", gateway),
        line("password_file", "broker.password"),
        line("tls", broker.tls),
        line("ca_file", "ca.pem"),
        line("cert_file", "client.pem"),
        line("key_file", "client.key"),
    ]


def _text(gateway: str, broker: BrokerSettings) -> str:
    def line(key: str, value: object, active: bool = True) -> str:
        return (
            f"{'' if active else '# '}{key} = {json.dumps(value)}".ljust(_COMMENT_COLUMN)
            + f" # {_FIELDS[key].description}"
        )

    gateway_lines = [
        line("gateway", gateway),
        line("title", ""),
        line("board", "4b", active=False),
        line("site", "a127-rayleigh-weir", active=False),
        line("clock_battery", False, active=False),
        line("interfaces", ["i2c-1"], active=False),
        line("key_file", KEY_NAME),
        line("spool", "spool"),
        line("spool_bytes_max", BYTES_DEFAULT_MAX, active=False),
        *(line(key, _FIELDS[key].default, active=False) for key in _OPTIONAL),
    ]
    sensor_lines = [
        f"{key} = {json.dumps(value)}".ljust(_COMMENT_COLUMN) + f" # {SensorConfig.model_fields[key].description}"
        for key, value in _SENSOR.items()
    ]
    return "\n".join(
        [
            "# A gateway of the Smart Essex sensor hub. Paths are taken from the folder of this file.",
            "",
            *gateway_lines,
            "",
            *_broker_lines(gateway, broker),
            "",
            "# One table for each contact: between the pin and ground, closed while something stands over the loop.",
            "[[sensors]]",
            *sensor_lines,
            "",
        ]
    )
