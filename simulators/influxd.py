"""A private InfluxDB 2 of a demo: an `influxd` child on 127.0.0.1, set up over HTTP with a token of its own."""

import json
import secrets
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sensorhub.errors import AskedWrong, SensorHubError
from simulators.files import write_whole
from simulators.processes import Program
from simulators.programs import LOOPBACK, find_program

ORGANISATION = "smart-essex"
BUCKET = "readings"
_TIMEOUT_S = 10.0


class InfluxMissing(AskedWrong):
    """No influxd on this machine."""


class InfluxSetupRefused(SensorHubError):
    """The private influxd does not let itself be set up."""


@dataclass(frozen=True, slots=True)
class InfluxAccess:
    """How a hub reaches an InfluxDB server; the token is in a file of mode 0600."""

    url: str
    organisation: str
    bucket: str
    token_file: Path


def find_influxd() -> str:
    """The path of influxd.

    Raises:
        InfluxMissing: it is not installed.
    """
    path = find_program("influxd")
    if path is None:
        raise InfluxMissing(
            "influxd is not on the PATH: install InfluxDB 2, name a server of your own with --influx-url, "
            "or leave out --store influxdb."
        )
    return path


def private_influxd(influxd: str, folder: Path, port: int) -> tuple[Program, InfluxAccess]:
    """How to run an influxd that keeps everything in `folder`, and how to reach it once it is set up."""
    folder.mkdir(exist_ok=True, mode=0o700)
    command = (
        *(influxd, "--http-bind-address", f"{LOOPBACK}:{port}"),
        *("--bolt-path", str(folder / "influxd.bolt"), "--engine-path", str(folder / "engine")),
        *("--sqlite-path", str(folder / "influxd.sqlite")),
        *("--reporting-disabled", "--log-level", "warn"),
    )
    access = InfluxAccess(f"http://{LOOPBACK}:{port}", ORGANISATION, BUCKET, folder / "token")
    return Program("influxd", command), access


def answers(access: InfluxAccess) -> bool:
    """Whether the server is up."""
    try:
        with urllib.request.urlopen(f"{access.url}/health", timeout=_TIMEOUT_S) as answer:  # noqa: S310  # loopback
            return bool(json.load(answer).get("status") == "pass")
    except (OSError, ValueError):
        return False


def set_up(access: InfluxAccess) -> None:
    """Make user, organisation, bucket and token; a server that is set up already keeps what it has.

    Raises:
        InfluxSetupRefused: the server will not.
    """
    if not _ask(access, None)["allowed"]:
        return
    token = secrets.token_urlsafe(32)
    write_whole(access.token_file, token.encode() + b"\n", 0o600)  # before: a kill between the two loses no token
    _ask(
        access,
        {
            "username": "demo",
            "password": secrets.token_urlsafe(24),
            "org": access.organisation,
            "bucket": access.bucket,
            "token": token,
        },
    )


def _ask(access: InfluxAccess, body: dict[str, str] | None) -> dict[str, Any]:
    """GET or POST `/api/v2/setup`: whether the server may be set up, or set it up (InfluxDB 2 API)."""
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310  # loopback
        f"{access.url}/api/v2/setup", content, {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
            fields: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        said = error.read(500).decode(errors="replace")
        raise InfluxSetupRefused(f"influxd at {access.url} cannot be set up ({error.code}): {said}") from None
    except (OSError, ValueError) as error:
        raise InfluxSetupRefused(f"influxd at {access.url} cannot be set up: {error}.") from None
    return fields
