"""`sensorhub gateway init`: a commented configuration and the gateway's key."""

import json
from pathlib import Path

from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from gateway.spool_limits import BYTES_DEFAULT_MAX
from sensorhub.broker import BrokerSettings
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


def init_gateway(folder: Path, gateway: str, broker: BrokerSettings) -> str:
    """Write gateway.toml and gateway.key (mode 0600) into `folder`; returns what to tell the person.

    Raises:
        NameInvalid: `gateway` is no id.
        FileInTheWay: one of the files is there already; nothing was written.
    """
    check_gateway_id(gateway)
    config, key = folder / CONFIG_NAME, folder / KEY_NAME
    for path in (config, key):
        if path.exists():
            raise FileInTheWay(f"{path} is there already and is not overwritten. Move it away, or name another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_new_key(key)
        config.write_text(_text(gateway, broker))
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
        f"Next: describe your sensors in {config}, or put the file that you made at the desk in its place. Then run\n"
        f"  sensorhub gateway check --config {config}\n"
        f"  sensorhub gateway run --config {config}"
    )


def _text(gateway: str, broker: BrokerSettings) -> str:
    def line(key: str, value: object, active: bool = True) -> str:
        return (
            f"{'' if active else '# '}{key} = {json.dumps(value)}".ljust(_COMMENT_COLUMN)
            + f" # {_FIELDS[key].description}"
        )

    def broker_line(key: str, example: object) -> str:
        value = getattr(broker, key)
        known = BrokerSettings.model_fields[key]
        text = json.dumps(str(value or example) if isinstance(example, str) else value)
        return f"{'# ' if value is None else ''}{key} = {text}".ljust(_COMMENT_COLUMN) + f" # {known.description}"

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
    broker_lines = [
        broker_line("host", broker.host),
        broker_line("port", broker.port),
        broker_line("username", gateway),
        broker_line("password_file", "broker.password"),
        broker_line("tls", broker.tls),
        broker_line("ca_file", "ca.pem"),
        broker_line("cert_file", "client.pem"),
        broker_line("key_file", "client.key"),
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
            "[broker]",
            *broker_lines,
            "",
            "# One table for each contact: between the pin and ground, closed while something stands over the loop.",
            "[[sensors]]",
            *sensor_lines,
            "",
        ]
    )
