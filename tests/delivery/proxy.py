"""A TCP proxy for chaos on 127.0.0.1: slow, hung, one-way, cut or reset connections between real programs.

It runs in a thread of its own and counts the bytes that pass, so that a benchmark can use it as a meter as well.
"""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar

HOST = "127.0.0.1"
START_S = 10.0

READ_BYTES = 65_536
CHUNKS_WAITING_MAX = 64
"""What a slow direction holds back before the sender's own socket fills up."""

PACE_S = 0.05
"""A limited direction sends a piece so often."""

_PUBACK = 4
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, 0 s: closing sends RST instead of FIN."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Faults:
    """What happens to connections; the default is nothing.

    Arguments:
        latency_s, jitter_s: each piece is held back by the first, and by chance up to the second.
        bytes_per_s: the most that passes each way of each connection; None: no limit.
        hang: connections are accepted, what is sent is swallowed, nothing is answered.
        hold_up, hold_down: nothing passes to or from the server, as with a route that works one way only; what was
            sent arrives late, since TCP would send it again.
        drop_pubacks: MQTT's PUBACK packets are left out, both ways (for a proxy that is told it carries MQTT).
        refuse: new connections are closed at once.
        cut_after_bytes: a connection is cut when so many bytes have passed since it was made.
        close_s: how long the other side of a connection that ended stays open.
    """

    latency_s: float = 0.0
    jitter_s: float = 0.0
    bytes_per_s: float | None = None
    hang: bool = False
    hold_up: bool = False
    hold_down: bool = False
    drop_pubacks: bool = False
    refuse: bool = False
    cut_after_bytes: int | None = None
    close_s: float = 0.0


@dataclass(slots=True)
class Counts:
    """What has passed since the start: bytes that arrived at the proxy, connections, PUBACKs that were left out."""

    up_bytes: int = 0
    down_bytes: int = 0
    connections: int = 0
    pubacks_dropped: int = 0


class PacketFilter:
    """Splits one direction of an MQTT connection into packets, so that single ones can be left out."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._is_other = False
        self.dropped = 0

    def take(self, data: bytes, *, drop_pubacks: bool) -> bytes:
        """The whole packets that are there now, without the PUBACKs where they are to be dropped."""
        waiting = self._waiting
        waiting += data
        passed = bytearray()
        while waiting and (length := len(waiting) if self._is_other else self._packet_bytes()):
            if drop_pubacks and waiting[0] >> 4 == _PUBACK and not self._is_other:
                self.dropped += 1
            else:
                passed += waiting[:length]
            del waiting[:length]
        return bytes(passed)

    def _packet_bytes(self) -> int:
        """Length of the first packet (its rest is given in 1 to 4 bytes of 7 bits, MQTT 5 2.1); 0: not whole."""
        length = 0
        for at in range(1, min(len(self._waiting), 5)):
            length |= (self._waiting[at] & 0x7F) << 7 * (at - 1)
            if not self._waiting[at] & 0x80:
                whole = 1 + at + length
                return whole if whole <= len(self._waiting) else 0
        self._is_other = len(self._waiting) >= 5
        return len(self._waiting) if self._is_other else 0


@dataclass(eq=False, slots=True)
class _Link:
    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    passed_bytes: int = 0
    spoilt: bool = False
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    def abort(self, *, reset: bool) -> None:
        for writer in (self.client, self.server):
            if reset:
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()
        for task in self.tasks:
            task.cancel()


class Proxy:
    """One port that leads to another one. Its methods may be called from any thread.

    Arguments:
        target_port: where connections go on 127.0.0.1.
        mqtt: whether they carry MQTT, whose packets can be dropped.
        chance: for jitter.
    """

    def __init__(self, target_port: int, *, mqtt: bool = False, chance: random.Random | None = None) -> None:
        self.port = 0
        self._target_port = target_port
        self._mqtt = mqtt
        self._chance = chance or random.Random(0)
        self._faults = Faults()
        self._counts = Counts()
        self._links: set[_Link] = set()
        self._loop = asyncio.new_event_loop()
        self._changed = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._server: asyncio.Server | None = None

    def start(self) -> Self:
        """Listen on a free port, which `port` says from now on."""
        self._thread.start()
        self.port = self._do(self._listen())
        return self

    def stop(self) -> None:
        """Cut everything and end the thread; may be called twice."""
        if self._thread.is_alive():
            self._do(self._end())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(START_S)
            self._loop.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def counts(self) -> Counts:
        """What has passed so far."""
        return replace(self._counts)

    def set(self, faults: Faults) -> None:
        """From now on connections suffer these faults and no others."""
        self._do(self._set(faults))

    def cut(self, *, reset: bool = False) -> int:
        """Break every open connection, with RST where `reset`; returns how many there were."""
        return self._do(self._cut(reset))

    def _do(self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(START_S)

    async def _listen(self) -> int:
        self._server = await asyncio.start_server(self._accept, HOST, 0, limit=READ_BYTES)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def _end(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._cut(reset=False)
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        await asyncio.wait([*others, asyncio.create_task(asyncio.sleep(0))], timeout=1.0)  # a cancelled one is logged
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _set(self, faults: Faults) -> None:
        self._faults = faults
        if not faults.hang:  # what was swallowed is missing in the stream: nothing more may come after it
            for link in [link for link in self._links if link.spoilt]:
                link.abort(reset=False)
        self._changed.set()
        self._changed = asyncio.Event()

    async def _cut(self, reset: bool) -> int:
        links = list(self._links)
        for link in links:
            link.abort(reset=reset)
        return len(links)

    async def _accept(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        self._counts.connections += 1
        try:
            if self._faults.refuse:
                raise ConnectionRefusedError
            from_server, server = await asyncio.open_connection(HOST, self._target_port, limit=READ_BYTES)
        except OSError:
            client.transport.abort()
            return
        link = _Link(client, server)
        self._links.add(link)
        try:
            link.tasks = [
                asyncio.create_task(self._pass(link, reader, server, up=True)),
                asyncio.create_task(self._pass(link, from_server, client, up=False)),
            ]
            await asyncio.wait(link.tasks, return_when=asyncio.FIRST_COMPLETED)
            if self._faults.close_s:
                await self._pause(self._faults.close_s)
        finally:
            self._links.discard(link)
            link.abort(reset=False)

    async def _pass(self, link: _Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, up: bool) -> None:
        """One direction of one connection, until it ends."""
        waiting: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue(CHUNKS_WAITING_MAX)
        reading = asyncio.create_task(self._read(link, reader, waiting, up=up))
        try:
            while (item := await waiting.get()) is not None:
                due_s, data = item
                while (left_s := due_s - self._loop.time()) > 0 and self._faults != Faults():
                    await self._pause(left_s)
                await self._write(link, writer, data, up=up)
        except OSError:
            return
        finally:
            reading.cancel()

    async def _read(
        self,
        link: _Link,
        reader: asyncio.StreamReader,
        waiting: "asyncio.Queue[tuple[float, bytes] | None]",
        *,
        up: bool,
    ) -> None:
        packets = PacketFilter()
        try:
            while data := await reader.read(READ_BYTES):
                self._counts.up_bytes += len(data) if up else 0
                self._counts.down_bytes += 0 if up else len(data)
                faults = self._faults
                if faults.hang:
                    link.spoilt = True
                    continue
                if self._mqtt:
                    before = packets.dropped
                    data = packets.take(data, drop_pubacks=faults.drop_pubacks)
                    self._counts.pubacks_dropped += packets.dropped - before
                if data:
                    late_s = faults.latency_s + self._chance.uniform(0, faults.jitter_s)
                    await waiting.put((self._loop.time() + late_s, data))
        except OSError:
            pass
        await waiting.put(None)

    async def _write(self, link: _Link, writer: asyncio.StreamWriter, data: bytes, *, up: bool) -> None:
        at = 0
        while at < len(data):
            faults = self._faults
            if faults.hold_up if up else faults.hold_down:
                await self._changed.wait()
                continue
            rate = faults.bytes_per_s
            piece = data[at : at + max(1, int(rate * PACE_S))] if rate else data[at:]
            limit = faults.cut_after_bytes
            if limit is not None and link.passed_bytes + len(piece) > limit:
                piece = piece[: max(0, limit - link.passed_bytes)]
                writer.write(piece)
                raise ConnectionAbortedError
            writer.write(piece)
            await writer.drain()
            link.passed_bytes += len(piece)
            at += len(piece)
            if rate:
                await self._pause(len(piece) / rate)

    async def _pause(self, seconds: float) -> None:
        """Wait so long, or until the faults change."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return
