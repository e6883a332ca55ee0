"""The private broker of a demo: a mosquitto child where one is installed, else the embedded broker."""

import base64
import getpass
import hashlib
import os
import secrets
import sys
from pathlib import Path
from typing import Literal

from sensorhub.broker import BrokerSettings
from sensorhub.errors import AskedWrong
from simulators.files import write_whole
from simulators.processes import Program
from simulators.programs import LOOPBACK, find_program

BrokerKind = Literal["auto", "mosquitto", "embedded"]

USER = "demo"
_HASH_ROUNDS = 1_000
"""The password has 192 random bits: rounds add nothing, and mosquitto pays them at each connect."""

# Limits: 64 KiB a pack and room for its topic; a hub that is away for minutes finds every pack of a demo.
_CONFIGURATION = """\
listener {port} {host}
user {user}
allow_anonymous false
password_file {passwords}
persistence false
max_packet_size 131072
max_inflight_messages 200
max_queued_messages 20000
max_queued_bytes 67108864
max_keepalive 120
queue_qos0_messages false
set_tcp_nodelay true
log_dest stdout
log_type error
log_type warning
log_type notice
"""


class BrokerMissing(AskedWrong):
    """The broker that was asked for is not installed."""


def private_broker(folder: Path, port: int, kind: BrokerKind = "auto") -> tuple[Program, BrokerSettings]:
    """Write what a broker on 127.0.0.1 needs into `folder`; returns how to run it and how to reach it.

    Both brokers want a login: the embedded one drops the sessions of clients without a name.

    Raises:
        BrokerMissing: `kind` names one that is not installed.
    """
    mosquitto = find_program("mosquitto") if kind != "embedded" else None
    if mosquitto is None and kind == "mosquitto":
        raise BrokerMissing("mosquitto is not installed: run sudo apt install mosquitto, or leave the choice out.")
    folder.mkdir(exist_ok=True, mode=0o700)
    password = secrets.token_urlsafe(24)
    write_whole(folder / "password", password.encode() + b"\n", 0o600)
    settings = BrokerSettings(host=LOOPBACK, port=port, username=USER, password_file=folder / "password")
    if mosquitto is None:
        command = (sys.executable, "-m", "simulators.embedded_broker", "--folder", str(folder), "--port", str(port))
        return Program("broker", command), settings
    passwords = folder / "passwords"
    write_whole(passwords, f"{USER}:{_mosquitto_hash(password)}\n".encode(), 0o600)
    configuration = folder / "mosquitto.conf"
    text = _CONFIGURATION.format(port=port, host=LOOPBACK, user=_user(), passwords=passwords)
    write_whole(configuration, text.encode())
    return Program("broker", (mosquitto, "-c", str(configuration))), settings


def _user() -> str:
    """Whom mosquitto runs as; started by root it would else become a user who cannot read this folder."""
    return "root" if os.getuid() == 0 else getpass.getuser()


def _mosquitto_hash(password: str) -> str:
    """A line of mosquitto's password file, type 7: PBKDF2 with SHA-512 (mosquitto_passwd(1), since 2.0)."""
    salt = secrets.token_bytes(12)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _HASH_ROUNDS)
    return f"$7${_HASH_ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"
