"""As much of an MQTT broker as answers a link, in the way that a test wants; and a driver that talks to it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from gateway.uplink.driver import Granted, Message

CONNECT, SUBSCRIBE, PUBLISH, DISCONNECT, PING = 0x10, 0x80, 0x30, 0xE0, 0xC0


class Talker:
    """A driver that publishes one message after another, or those of a list, then waits."""

    def __init__(self, messages: Sequence[Message] | None = None) -> None:
        self.connections: list[Granted] = []
        self.unanswered: list[list[str]] = []
        self.refusals: list[tuple[str, int]] = []
        self._messages = None if messages is None else list(messages)
        self._more = asyncio.Event()

    async def connected(self, granted: Granted) -> None:
        self.connections.append(granted)

    async def disconnected(self, unanswered: Sequence[str]) -> None:
        self.unanswered.append(list(unanswered))

    async def refused(self, topic: str, code: int, reason: str) -> None:
        self.refusals.append((topic, code))

    async def received(self, topic: str, payload: bytes) -> None:
        pass

    def give(self, messages: Sequence[Message]) -> None:
        """Have these published."""
        assert self._messages is not None
        self._messages += messages
        self._more.set()

    async def next(self) -> list[Message]:
        if self._messages is None:
            return [Message("t", b"x")]
        while not self._messages:
            self._more.clear()
            await self._more.wait()
        now, self._messages = self._messages, []
        return now

    def will(self) -> Message:
        return Message("w", b"lost", retain=True)

    async def farewell(self) -> Message:
        return Message("w", b"disconnected")


class Broker:
    """Arguments:
    version: of MQTT, 5 or 4 (3.1.1); greetings of another one are never answered.
    greeting: reason code of the CONNACK, by attempt; the last counts for all that follow.
    properties: of the CONNACK, encoded (MQTT 5).
    code: reason code of each PUBACK (MQTT 5); None: publishes are not acknowledged.
    """

    def __init__(
        self, version: int = 5, *, greeting: Sequence[int] = (0,), properties: bytes = b"", code: int | None = 0
    ) -> None:
        self.answered: list[int] = []
        self.versions: list[int] = []
        self.greetings: list[bytes] = []
        self.published: list[tuple[bytes, bool]] = []
        """Topics as they came, and whether they were to be retained."""
        self.open = self.open_max = 0
        self.waiting: list[Callable[[], None]] = []
        """Acknowledgements that a test gives itself, where `code` is None."""
        self.outstanding_max = 0
        self.port = 0
        self.resets: dict[int, int] = {}
        """How many connections more it resets rather than answer what comes, by what that is."""
        self._served = self._deaf = self._released = 0
        self._version = version
        self._greeting = list(greeting)
        self._properties = properties
        self._code = code

    def deafen(self) -> None:
        """Take no notice any more of what comes on the connections that there are."""
        self._deaf = self._served

    def release(self) -> None:
        """Acknowledge all that came."""
        for answer in self.waiting[self._released :]:
            answer()
        self._released = len(self.waiting)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._served += 1
        number = self._served
        self.open += 1
        self.open_max = max(self.open_max, self.open)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                kind, flags, body = await _packet(reader)
                if number <= self._deaf:
                    continue
                if kind == DISCONNECT:
                    break
                if self.resets.get(kind):
                    self.resets[kind] -= 1
                    writer.transport.abort()
                    break
                if kind == CONNECT:
                    self.versions.append(body[6])
                    self.greetings.append(body)
                    if body[6] != self._version:
                        continue  # as one that waits for the rest of a greeting that it does not understand
                answer = self._answer(kind, flags, body)
                if kind == PUBLISH and self._code is None:
                    self.waiting.append(lambda answer=answer: writer.write(answer))  # type: ignore[misc]
                    self.outstanding_max = max(self.outstanding_max, len(self.waiting) - self._released)
                    continue
                writer.write(answer)
                self.answered.append(kind)
        self.open -= 1
        writer.close()

    def _answer(self, kind: int, flags: int, body: bytes) -> bytes:
        new = self._version == 5
        if kind == CONNECT:
            code = self._greeting.pop(0) if len(self._greeting) > 1 else self._greeting[0]
            if not new:
                return bytes([0x20, 2, 0, code])
            return bytes([0x20, 3 + len(self._properties), 0, code, len(self._properties)]) + self._properties
        if kind == SUBSCRIBE:
            return bytes([0x90, 4, *body[:2], 0, 1]) if new else bytes([0x90, 3, *body[:2], 1])
        if kind == PING:
            return bytes([0xD0, 0])
        topic_bytes = int.from_bytes(body[:2], "big")
        self.published.append((body[2 : 2 + topic_bytes], bool(flags & 1)))
        packet_id = body[2 + topic_bytes : 4 + topic_bytes]
        return bytes([0x40, 3, *packet_id, self._code]) if new and self._code else bytes([0x40, 2, *packet_id])


async def _packet(reader: asyncio.StreamReader) -> tuple[int, int, bytes]:
    kind = (await reader.readexactly(1))[0]
    size = shift = 0
    while True:
        digit = (await reader.readexactly(1))[0]
        size |= (digit & 0x7F) << shift
        shift += 7
        if not digit & 0x80:
            break
    return kind & 0xF0, kind & 0x0F, await reader.readexactly(size)


@asynccontextmanager
async def serving(broker: Broker) -> AsyncIterator[Broker]:
    server = await asyncio.start_server(broker.serve, "127.0.0.1", 0)
    broker.port = server.sockets[0].getsockname()[1]
    async with server:
        yield broker
