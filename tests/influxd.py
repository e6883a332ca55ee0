"""A real InfluxDB server for a test: private, on a free port, with a new bucket for whoever asks."""

import json
import secrets
import subprocess
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from cloud.settings import HubSettings
from sensorhub.clock import rfc3339
from sensorhub.reading import US_PER_S
from simulators.influxd import answers, private_influxd, set_up
from tests.ports import free_port
from tests.programs import need
from tests.waiting import wait_for

START_S_MAX = 60.0


class Influxd:
    """A server whose data is in `folder`; it may be killed and started again on the same port (default: a free one)."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self._program, self.access = private_influxd(need("influxd"), folder, port or free_port())
        self._log = folder / "influxd.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers and is set up."""
        with self._log.open("ab") as log:
            process = subprocess.Popen(self._program.command, stdout=log, stderr=log)
        self._process = process
        wait_for(lambda: answers(self.access) or process.poll() is not None, START_S_MAX, "influxd is ready")
        assert process.poll() is None, f"influxd ended by itself; see {self._log}"
        set_up(self.access)

    def kill(self) -> None:
        """End the server at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def new_bucket(self, retention_s: int = 0) -> str:
        """Make an empty bucket and return its name; 0: it keeps points for ever."""
        org_id = self._ask(f"/api/v2/orgs?org={self.access.organisation}")["orgs"][0]["id"]
        name = f"readings-{secrets.token_hex(4)}"
        rules = [{"type": "expire", "everySeconds": retention_s}]
        self._ask("/api/v2/buckets", {"orgID": org_id, "name": name, "retentionRules": rules})
        return name

    def lose(self, bucket: str, from_s: int, to_s: int) -> None:
        """Delete the points of a time, as after a restore from an older backup (seconds since 1970 UTC)."""
        query = urllib.parse.urlencode({"org": self.access.organisation, "bucket": bucket})
        span = {"start": _rfc3339(from_s), "stop": _rfc3339(to_s)}
        self._ask(f"/api/v2/delete?{query}", span)

    def settings(self, bucket: str) -> HubSettings:
        """The settings of a hub that writes to `bucket`."""
        return HubSettings(
            store="influxdb",
            influx_url=self.access.url,
            influx_org=self.access.organisation,
            influx_bucket=bucket,
            influx_token_file=self.access.token_file,
        )

    def _ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        token = self.access.token_file.read_text().strip()
        headers = {"Authorization": f"Token {token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.access.url + path, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")


def _rfc3339(seconds: int) -> str:
    return rfc3339(seconds * US_PER_S)
