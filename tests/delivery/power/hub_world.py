"""A hub on an image: production ingest, state and store; beside it, outside of the image, keys and InfluxDB's twin."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cloud.ingest import Ingest
from cloud.registry import Registry
from cloud.settings import HubSettings
from cloud.state import State
from cloud.stores.duck import DuckStore
from cloud.stores.influx import InfluxStore
from cloud.stores.influx_lines import QUALITY_SUFFIX
from cloud.stores.influx_server import InfluxServer, LinesRefused
from cloud.stores.protocol import Query, Store
from sensorhub.clock import MachineClock
from sensorhub.reading import NS_PER_US, Reading
from sensorhub.receipt import Receipt, decode_receipt
from sensorhub.signing import read_key, verify, write_new_key
from sensorhub.topics import OPEN_ROOT, gateway_topic
from tests.cloud.fakes import FakeFeed
from tests.delivery.power.hub_traffic import GATEWAYS, POISON, Offer

_LINE = re.compile(r"reading,gateway=([^,]+),sensor=([^ ]+) (.*) (-?\d+)\Z")


class Points:
    """What an InfluxDB server would hold: the same key overwrites."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str, int, str], float] = {}

    def copy(self) -> "Points":
        """Another one with the same points."""
        other = Points()
        other._values = dict(self._values)
        return other

    def write(self, body: bytes) -> None:
        """Take lines of our own protocol."""
        for line in body.decode().splitlines():
            match = _LINE.match(line)
            assert match is not None, line
            for field in match[3].split(","):
                name, _, value = field.partition("=")
                if not name.endswith(QUALITY_SUFFIX):
                    self._values[match[1], match[2], int(match[4]) // NS_PER_US, name] = float(value)

    def readings(self) -> Iterator[tuple[str, Reading]]:
        """Gateway and reading of each field."""
        for (gateway, sensor, time_us, name), value in self._values.items():
            yield gateway, Reading(sensor, name, time_us, value)


class TwinServer(InfluxServer):
    """A server whose power is never cut: its points are told to somebody outside of the image."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        super().__init__("http://127.0.0.1:1", "org", "bucket", Path("no-token"))
        self._take = take

    def check(self, *, write: bool) -> None:
        """It is always there."""

    def write(self, lines: bytes) -> None:
        """Take all lines, or refuse them for one that holds the poison."""
        if f"={POISON!r}".encode() in lines:
            raise LinesRefused(400, "a value that is not taken here")
        self._take(lines)

    def close(self) -> None:
        """Nothing is open."""


def make_keys(folder: Path) -> None:
    """Name all gateways."""
    folder.mkdir(exist_ok=True)
    for gateway in GATEWAYS:
        if not (folder / f"{gateway}.key").exists():
            write_new_key(folder / f"{gateway}.key")


@dataclass
class HubOnCard:
    """An open hub.

    Arguments:
        take_points: where the InfluxDB store's points go; None for the DuckDB store.
    """

    state: State
    store: Store
    ingest: Ingest
    keys: dict[str, bytes]

    @classmethod
    def open(cls, data: Path, keys: Path, take_points: Callable[[bytes], None] | None) -> "HubOnCard":
        """Open state and store as a hub does at its start."""
        data.mkdir(exist_ok=True)
        state = State.open(data)
        store: Store
        if take_points is None:
            store = DuckStore(data)
        else:
            settings = HubSettings(
                store="influxdb",
                influx_url="http://127.0.0.1:1",
                influx_org="org",
                influx_bucket="bucket",
                influx_token_file=Path("no-token"),
            )
            store = InfluxStore(settings, state, server=TwinServer(take_points))
        clock = MachineClock()
        registry = Registry(keys, state, clock)
        named = {gateway: read_key(keys / f"{gateway}.key") for gateway in GATEWAYS}
        return cls(state, store, Ingest(registry, state, store, FakeFeed(), clock), named)

    def handle(self, offers: list[Offer]) -> list[tuple[str, Receipt]]:
        """Give messages to ingest; gateway and receipt of each answer that is one."""
        receipts = []
        for answer in self.ingest.handle([one.message for one in offers]):
            for gateway, key in self.keys.items():
                if answer.topic == gateway_topic(OPEN_ROOT, gateway, "receipt"):
                    receipts.append((gateway, decode_receipt(verify(key, answer.topic, answer.payload))))
        return receipts

    def rows(self) -> Iterator[tuple[str, Reading]]:
        """Gateway and reading of each row of an embedded store."""
        for found in self.store.read(Query()):
            yield found.gateway, found.reading

    def close(self) -> None:
        """End as a hub ends."""
        self.store.close()
        self.state.close()
