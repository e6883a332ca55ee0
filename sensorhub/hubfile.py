"""`hub.json`: how commands on the same machine find and ask a running hub."""

import http.client
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sensorhub.errors import SensorHubError

_NAME = "hub.json"
_TIMEOUT_S = 10.0
_CHUNK_BYTES = 65_536


class HubUnreachable(SensorHubError):
    """The hub that hub.json names does not answer, or not to this token."""


class HubRefused(SensorHubError):
    """The hub answered that the question cannot be met."""


@dataclass(frozen=True, slots=True)
class HubAddress:
    """A running hub: where its page is, which process it is, and the token it answers to."""

    url: str
    pid: int
    token: str

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[bytes]:
        """Ask for `path` and yield the answer in pieces.

        Raises:
            HubUnreachable: nothing answers there, or the token is refused.
            HubRefused: the hub's own sentence why not.
        """
        return self._ask("GET", path, params)

    def post(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[bytes]:
        """Have `path` done and yield the answer in pieces; raises as `get`."""
        return self._ask("POST", path, params)

    def _ask(self, method: str, path: str, params: Mapping[str, str] | None) -> Iterator[bytes]:
        query = f"?{urllib.parse.urlencode(params)}" if params else ""
        request = urllib.request.Request(  # noqa: S310  # the address is ours, from a file of mode 0600
            f"{self.url.rstrip('/')}{path}{query}", headers={"Authorization": f"Bearer {self.token}"}, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310
                while chunk := answer.read(_CHUNK_BYTES):
                    yield chunk
        except urllib.error.HTTPError as error:
            text = error.read(2_000).decode(errors="replace").strip()
            if error.code == 401:
                raise HubUnreachable(f"The hub at {self.url} refused the token of {_NAME}.") from None
            raise HubRefused(text or f"The hub answered {error.code}.") from None
        except (OSError, ValueError, http.client.HTTPException) as error:  # the last: it ended in the middle
            raise HubUnreachable(f"The hub at {self.url} does not answer: {error}.") from None


def write_hub_file(data: Path, url: str, token: str) -> None:
    """Write hub.json (mode 0600) into the hub's folder, in place of an older one, in one step."""
    temporary = data / f".{_NAME}.{os.getpid()}"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump({"url": url, "pid": os.getpid(), "token": token}, file)
    temporary.replace(data / _NAME)


def remove_hub_file(data: Path) -> None:
    """Take hub.json away, when it is this process's own."""
    address = find_hub(data)
    if address is not None and address.pid == os.getpid():
        (data / _NAME).unlink(missing_ok=True)


def find_hub(data: Path) -> HubAddress | None:
    """Read hub.json of a hub's folder; None where there is none. Whether the hub answers shows when it is asked."""
    try:
        fields = json.loads((data / _NAME).read_text())
        return HubAddress(str(fields["url"]), int(fields["pid"]), str(fields["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
