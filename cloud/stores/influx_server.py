"""The InfluxDB server over HTTP: what it answers, and what each answer means. The only place with its client."""

import ipaddress
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3
from influxdb_client.client.exceptions import InfluxDBError
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.rest import ApiException

from cloud.stores.protocol import StoreUnavailable
from sensorhub.errors import AskedWrong, SensorHubError

CONNECT_S_MAX = 3.0
ANSWER_S_MAX = 20.0
"""A write of 5,000 lines takes well under a second; a server that needs longer gets the same again later."""

RETENTION_S_MIN = 7 * 86_400
"""The longest backlog a gateway may bring (5 days offline) and two days to mend things; older points are refused."""

ROWS_PER_CHUNK = 10_000
REASON_MAX = 300


class InfluxRefuses(StoreUnavailable, AskedWrong):
    """The server does not let us in: the address, token, organisation or bucket is wrong."""


class LinesRefused(SensorHubError):
    """The server does not take these lines; all, some or none of the others were written.

    Arguments:
        status: 400 or 422 for a bad line, 413 for too many.
        reason: in the server's words.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class InfluxServer:
    """A bucket of an InfluxDB server. Nothing is kept or tried again here; used from any thread.

    Arguments:
        url: as in http://127.0.0.1:8086.
        org, bucket: where readings go.
        token_file: read again after the server refused the token, so that it can be mended while the hub runs.
        answer_s_max: how long to wait for an answer (default 20).
    """

    def __init__(
        self, url: str, org: str, bucket: str, token_file: Path, *, answer_s_max: float = ANSWER_S_MAX
    ) -> None:
        self._url = url.rstrip("/")
        self._org = org
        self._bucket = bucket
        self._token_file = token_file
        self._timeout_ms = (int(CONNECT_S_MAX * 1000), int(answer_s_max * 1000))
        self._client: Any = None

    def check(self, *, write: bool) -> None:
        """Find out at the start what would fail later.

        Arguments:
            write: whether points are to be written, not only read.

        Raises:
            InfluxRefuses: token, organisation or bucket are wrong, or points are dropped too early.
            StoreUnavailable: nobody answers.
        """
        if write:
            try:
                self.write(b"# sensorhub looks whether it may write\n")
            except LinesRefused as refusal:
                raise StoreUnavailable(f"{self._url} does not answer as an InfluxDB: {refusal.reason}") from refusal
            self._check_retention()
        for _ in self.select("SHOW MEASUREMENTS LIMIT 1"):
            pass

    def _check_retention(self) -> None:
        try:
            found = self._api().buckets_api().find_buckets(name=self._bucket, org=self._org)
        except (InfluxDBError, urllib3.exceptions.HTTPError):
            return  # a token for one bucket need not list them, and InfluxDB 3 has no such list
        for bucket in found.buckets or ():
            for rule in bucket.retention_rules or ():
                if 0 < rule.every_seconds < RETENTION_S_MIN:
                    raise InfluxRefuses(
                        f"The bucket {self._bucket!r} drops points after {rule.every_seconds / 86_400:g} days, so what "
                        f"a gateway brings after an outage would be refused. Keep them at least "
                        f"{RETENTION_S_MIN // 86_400} days: influx bucket update --retention, or another bucket."
                    )

    def write(self, lines: bytes) -> None:
        """Write lines; when it returns the server has them in its synced log.

        Raises:
            LinesRefused: at least one line is bad, or they are too many.
            StoreUnavailable: nothing is known to be written; the same lines may be sent again.
        """
        options = {"query_params": [("org", self._org), ("bucket", self._bucket), ("precision", "ns")], "body": lines}
        try:
            _, status, _ = self._api().api_client.call_api(
                "/api/v2/write",
                "POST",
                header_params={"Content-Type": "text/plain; charset=utf-8"},
                auth_settings=[],
                **options,
            )
        except ApiException as error:
            reason = _reason(error)
            if error.status == 413 or (error.status in {400, 422} and reason is not None):
                raise LinesRefused(error.status, reason or "too large") from error
            raise self._unavailable(error) from error
        except (InfluxDBError, urllib3.exceptions.HTTPError) as error:
            raise self._unavailable(error) from error
        if status != 204:
            raise StoreUnavailable(
                f"{self._url} answered {status} to points, an InfluxDB answers 204: nothing counts as stored. "
                "Check influx_url."
            )

    def select(self, influxql: str) -> Iterator[dict[str, Any]]:
        """Yield the series of the answer to an InfluxQL query, in parts with `columns` and `values`; times in ns.

        Raises:
            StoreUnavailable: the server does not answer, or not to the end.
        """
        parameters = [("db", self._bucket), ("q", influxql), ("epoch", "ns"), ("chunked", "true")]
        try:
            response = self._api().api_client.call_api(
                "/query",
                "GET",
                query_params=[*parameters, ("chunk_size", str(ROWS_PER_CHUNK))],
                header_params={"Accept": "application/json"},
                auth_settings=[],
                _preload_content=False,
                _return_http_data_only=True,
            )
            try:
                for line in _lines(response):
                    yield from self._series(json.loads(line, parse_int=_number))
            finally:
                response.close()
        except (InfluxDBError, urllib3.exceptions.HTTPError) as error:
            raise self._unavailable(error) from error
        except ValueError as error:
            raise StoreUnavailable(f"{self._url} broke off its answer to a query: {error}. Try again.") from error

    def _series(self, answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for result in [answer, *answer.get("results", ())]:
            if "error" in result:
                raise StoreUnavailable(f"{self._url} cannot answer a query: {result['error'][:REASON_MAX]}")
            yield from result.get("series", ())

    def close(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _api(self) -> Any:
        if self._client is None:
            self._client = InfluxDBClient(
                self._url,
                self._token(),
                org=self._org,
                timeout=self._timeout_ms,
                enable_gzip=not _is_loopback(self._url),  # on loopback it costs the server more than it saves
            )
        return self._client

    def _token(self) -> str:
        try:
            token = self._token_file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InfluxRefuses(
                f"The token for {self._url} cannot be read from {self._token_file}: {error}. "
                "Put the token, and nothing else, into that file, readable for the hub alone."
            ) from error
        if not token or not token.isascii() or not token.isprintable():
            raise InfluxRefuses(f"{self._token_file} holds no token. Put the token, and nothing else, into that file.")
        return token

    def _unavailable(self, error: Exception) -> StoreUnavailable:
        if not isinstance(error, ApiException) or not error.status:
            return StoreUnavailable(
                f"InfluxDB at {self._url} does not answer: {str(error)[:REASON_MAX]}. "
                f"Start it, or mend influx_url or the token in {self._token_file}; until then "
                "the gateways keep their data."
            )
        said = f"{error.status} {_reason(error) or error.reason or ''}".strip()
        if error.status in {401, 403}:
            self.close()
            return InfluxRefuses(
                f"InfluxDB at {self._url} refuses the token in {self._token_file} ({said}). Put a token there that "
                f"may read and write the bucket {self._bucket!r}."
            )
        if error.status == 404:
            return InfluxRefuses(
                f"InfluxDB at {self._url} has no bucket {self._bucket!r} of the organisation {self._org!r} ({said}). "
                "Make it, or correct influx_bucket and influx_org."
            )
        return StoreUnavailable(
            f"InfluxDB at {self._url} takes nothing now ({said}); the gateways keep their data and it is tried again.",
            _retry_after_s(error),
        )


def _reason(error: ApiException) -> str | None:
    """What an InfluxDB says in its JSON; None where it was another server on the way that answered."""
    try:
        said = json.loads(error.body or "")
        reason = said.get("message") or said["error"]
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return str(reason)[:REASON_MAX]


def _retry_after_s(error: ApiException) -> float | None:
    text = str(error.headers.get("Retry-After", "")) if error.headers else ""
    return float(text) if text.isascii() and text.isdigit() else None


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _lines(response: Any) -> Iterator[bytes]:
    rest = b""
    for part in response.stream(65_536):
        *lines, rest = (rest + part).split(b"\n")
        yield from filter(None, lines)
    if rest:
        yield rest


def _number(text: str) -> int | float:
    return -0.0 if text == "-0" else int(text)  # the server leaves out the point of a whole float
