"""Twins of what surrounds ingest: a clock that stands still, a feed that remembers, a store that can fail."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cloud.feed import Feed
from cloud.incoming import Incoming
from cloud.ingest import Ingest
from cloud.receipts import Outgoing
from cloud.registry import Registry
from cloud.state import State
from cloud.stores.protocol import (
    Kept,
    NotedMarker,
    Outcome,
    Query,
    Store,
    StoredReading,
    StorePack,
    StoreUnavailable,
    Wanted,
)
from sensorhub.clock import MachineClock
from sensorhub.command import Command, Reply, decode_command, encode_reply
from sensorhub.pack import compress, encode_pack
from sensorhub.ranges import RangeSet
from sensorhub.reading import Reading, Record
from sensorhub.receipt import Receipt, decode_receipt
from sensorhub.signing import verify, write_new_key
from sensorhub.status import EpochStatus, GatewayState, Status, encode_status
from sensorhub.topics import CARE_ROOT, OPEN_ROOT, PackId, gateway_topic, pack_topic
from tests.cloud.stores.model_store import ModelStore

GATEWAY = "device-1136"
EPOCH = "5f0c2a9e41d07b36"
CONNECTION = "00000000000000aa"
NONCE = "00000000000000bb"
NOW_US = 1_764_000_000_000_000


class FakeClock:
    """A machine clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now_s = 1_000.0
        self.clock = MachineClock(monotonic_s=lambda: self.now_s, wall_us=lambda: NOW_US + round(self.now_s * 1e6))

    def pass_s(self, seconds: float) -> None:
        self.now_s += seconds


@dataclass
class FakeFeed(Feed):
    """Remembers all it was told."""

    arrived_packs: list[StorePack] = field(default_factory=list)
    committed_packs: list[PackId] = field(default_factory=list)
    statuses: list[tuple[str, Status]] = field(default_factory=list)
    strangers: dict[str, int] = field(default_factory=dict)
    troubles: list[str | None] = field(default_factory=list)
    retired_gateways: list[str] = field(default_factory=list)

    def arrived(self, pack: StorePack) -> None:
        self.arrived_packs.append(pack)

    def committed(self, packs: Sequence[PackId]) -> None:
        self.committed_packs += packs

    def status(self, gateway: str, status: Status, arrived_us: int) -> None:
        self.statuses.append((gateway, status))

    def unnamed(self, gateway: str, messages: int) -> None:
        self.strangers[gateway] = self.strangers.get(gateway, 0) + messages

    def retired(self, gateway: str) -> None:
        self.retired_gateways.append(gateway)

    def trouble(self, what: str | None) -> None:
        self.troubles.append(what)


class Through(Store):
    """A store that hands everything on to another; what a test wants otherwise it overrides."""

    def __init__(self, inner: Store) -> None:
        self._inner = inner

    @property
    def id(self) -> str:
        return self._inner.id

    def write(self, packs: Sequence[StorePack]) -> list[Outcome]:
        return self._inner.write(packs)

    def kept(self, gateway: str, epoch: str, first: int, last: int) -> Kept:
        return self._inner.kept(gateway, epoch, first, last)

    def here(self, gateway: str, epoch: str) -> RangeSet:
        return self._inner.here(gateway, epoch)

    def marked(self) -> list[tuple[str, str]]:
        return self._inner.marked()

    def markers(self, gateway: str, epoch: str) -> list[NotedMarker]:
        return self._inner.markers(gateway, epoch)

    def around(self, gateway: str, epoch: str, first: int, last: int) -> tuple[int | None, int | None]:
        return self._inner.around(gateway, epoch, first, last)

    def read(self, query: Query) -> Iterator[StoredReading]:
        return self._inner.read(query)

    def arrivals(self) -> dict[tuple[str, str], int]:
        return self._inner.arrivals()

    def forget_hashes(self, before_us: int, ranges_max: int) -> int:
        return self._inner.forget_hashes(before_us, ranges_max)

    def want(self, since_us: int, gateway: str | None = None) -> None:
        self._inner.want(since_us, gateway)

    def wanted(self) -> list[Wanted]:
        return self._inner.wanted()

    def close(self) -> None:
        self._inner.close()


class FlakyStore(Through):
    """A store whose next `failures` writes fail, before anything is written."""

    def __init__(self, inner: Store) -> None:
        super().__init__(inner)
        self.failures = 0
        self.writes = 0

    def write(self, packs: Sequence[StorePack]) -> list[Outcome]:
        self.writes += 1
        if self.failures:
            self.failures -= 1
            raise StoreUnavailable("The store is away.")
        return super().write(packs)


class World:
    """Ingest with everything around it.

    Arguments:
        folder: of the hub.
        state: what is opened there.
        root: of the topics that it takes.
    """

    def __init__(self, folder: Path, state: type[State] = State, root: str = OPEN_ROOT) -> None:
        self.root = root
        self.keys = folder / "keys"
        self.keys.mkdir()
        self.key = self.name(GATEWAY)
        self.clock = FakeClock()
        self.feed = FakeFeed()
        self.state = state.open(folder)
        self.store = FlakyStore(ModelStore())
        self.registry = Registry(self.keys, self.state, self.clock.clock)
        self.restart()

    def restart(self) -> None:
        """The hub's core begins anew on the same store and state."""
        self.ingest = Ingest(self.registry, self.state, self.store, self.feed, self.clock.clock, root=self.root)

    def name(self, gateway: str) -> bytes:
        return write_new_key(self.keys / f"{gateway}.key")

    def handle(self, *messages: Incoming) -> list[Outgoing]:
        return self.ingest.handle(messages)

    def receipts(self, *messages: Incoming) -> list[Receipt]:
        """The receipts among the answers, as the gateway's own key lets them through."""
        return [self.open(answer) for answer in self.handle(*messages) if not _is_command(answer)]

    def commands(self, *messages: Incoming) -> list[Command]:
        """The commands among the answers."""
        topic = gateway_topic(self.root, GATEWAY, "command")
        answers = [answer for answer in self.handle(*messages) if _is_command(answer)]
        assert all(answer.topic == topic for answer in answers)
        return [decode_command(verify(self.key, topic, answer.payload)) for answer in answers]

    def open(self, answer: Outgoing, gateway: str = GATEWAY, key: bytes | None = None) -> Receipt:
        topic = gateway_topic(self.root, gateway, "receipt")
        assert answer.topic == topic
        return decode_receipt(verify(key or self.key, topic, answer.payload))

    def stored(self) -> list[Reading]:
        return [found.reading for found in self.store.read(Query())]

    def reasons(self) -> list[str]:
        return sorted(letter.reason for letter in self.state.dead_letters())


def _is_command(answer: Outgoing) -> bool:
    return answer.topic.endswith("/command")


def reading(number: int, value: float = 1.0) -> Reading:
    return Reading("loop-1", "actuation_count", NOW_US + number * 60_000_000, value)


def readings(first: int, count: int, value: float = 1.0) -> list[Record]:
    return [reading(number, value) for number in range(first, first + count)]


def message(topic: str, payload: bytes, *, retained: bool = False) -> Incoming:
    return Incoming(topic, payload, retained, NOW_US)


def pack_message(
    first: int, count: int = 2, *, value: float = 1.0, gateway: str = GATEWAY, body: bytes | None = None
) -> Incoming:
    """A pack as a gateway sends it, or one with another body."""
    payload = compress(encode_pack(gateway, readings(first, count, value))) if body is None else body
    return message(pack_topic(OPEN_ROOT, PackId(gateway, EPOCH, first, count)), payload)


def status_message(
    state: GatewayState = "ready",
    *,
    connection: str = CONNECTION,
    nonce: str = NONCE,
    epochs: Sequence[tuple[str, int, int]] = ((EPOCH, 1, 1),),
    gateway: str = GATEWAY,
) -> Incoming:
    named = tuple(EpochStatus(epoch=epoch, lowest=lowest, next=following) for epoch, lowest, following in epochs)
    status = Status(state=state, connection=connection, nonce=nonce, epochs=named)
    return message(gateway_topic(OPEN_ROOT, gateway, "status"), encode_status(status), retained=True)


def on_care(message: Incoming) -> Incoming:
    """The same message, sent by a gateway of social care."""
    return replace(message, topic=message.topic.replace(OPEN_ROOT, CARE_ROOT))


def reply_message(number: int, *, ok: bool = True, text: str = "done") -> Incoming:
    return message(gateway_topic(OPEN_ROOT, GATEWAY, "reply"), encode_reply(Reply(number, ok, text)))


def new_epoch() -> str:
    return secrets.token_hex(8)
