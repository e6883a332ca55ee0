"""`sensorhub gateway init`: a commented configuration and the gateway's key."""

from pathlib import Path

from gateway.config import GatewayConfig
from sensorhub.broker import BrokerSettings
from sensorhub.errors import AskedWrong
from sensorhub.names import check_gateway_id
from sensorhub.signing import write_new_key

CONFIG_NAME = "gateway.toml"
KEY_NAME = "gateway.key"


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
        f"Next: describe your sensors in {config}, then run\n"
        f"  sensorhub gateway run --config {config}"
    )


def _text(gateway: str, broker: BrokerSettings) -> str:
    def path(name: str, value: Path | None, example: str) -> str:
        return f'{name} = "{value}"' if value is not None else f'# {name} = "{example}"'

    username = f'username = "{broker.username}"' if broker.username else f'# username = "{gateway}"'
    fields = GatewayConfig.model_fields
    return f"""\
# A gateway of the Smart Essex sensor hub. Paths are taken from the folder of this file.

gateway = "{gateway}"                # {fields["gateway"].description}
title = ""                           # {fields["title"].description}
key_file = "{KEY_NAME}"              # {fields["key_file"].description}
spool = "spool"                      # {fields["spool"].description}
# spool_bytes_max = {fields["spool_bytes_max"].default}       # {fields["spool_bytes_max"].description}
# pack_s = {fields["pack_s"].default}                      # {fields["pack_s"].description}
# commit_ms = {fields["commit_ms"].default}                    # {fields["commit_ms"].description}
# social_care = false                # {fields["social_care"].description}

[broker]
host = "{broker.host}"
port = {broker.port}                          # 1883, or 8883 with TLS
{username}
{path("password_file", broker.password_file, "broker.password")}   # secrets are files (mode 0600), never values here
tls = {str(broker.tls).lower()}
{path("ca_file", broker.ca_file, "ca.pem")}                # certificates to trust
{path("cert_file", broker.cert_file, "client.pem")}          # this gateway's certificate and its key
{path("key_file", broker.key_file, "client.key")}

# One table for each contact: between the pin and ground, closed while something stands over the loop.
# Pins are BCM numbers, 2 to 27.
[[sensors]]
id = "detector-1"                    # unique on this gateway
kind = "detector"
pin = 4
title = "Stop line, lane 1"          # in words, for the page
period_s = 60                        # length of an interval, seconds
debounce_ms = 20                     # a contact still this long has settled
"""
