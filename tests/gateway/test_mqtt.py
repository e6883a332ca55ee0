"""Tests of the gateway's link: versions of MQTT, and that it ends whenever it is told to."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from gateway.driver import Granted, Message
from gateway.mqtt import Link
from sensorhub.broker import BrokerSettings
from tests.waiting import until

TIMEOUT_S = 10.0
CONNECT, SUBSCRIBE, PUBLISH, DISCONNECT = 0x10, 0x80, 0x30, 0xE0
STEPS = 12
"""Turns of the event loop within which an answer has come through all callbacks."""


class Talker:
    """A driver that publishes one message after another."""

    def __init__(self) -> None:
        self.connections = 0

    async def connected(self, granted: Granted) -> None:
        self.connections += 1

    async def disconnected(self, unanswered: Sequence[str]) -> None:
        pass

    async def refused(self, topic: str, code: int, reason: str) -> None:
        pass

    async def received(self, topic: str, payload: bytes) -> None:
        pass

    async def next(self) -> list[Message]:
        return [Message("t", b"x")]

    def will(self) -> Message:
        return Message("w", b"lost")

    async def farewell(self) -> Message:
        return Message("w", b"disconnected")


class Broker:
    """As much of an MQTT 5 or 3.1.1 broker as answers a link; `answered` names the packets it has answered."""

    def __init__(self, version: int = 5) -> None:
        self.answered: list[int] = []
        self.versions: list[int] = []
        self._version = version
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                kind, body = await _packet(reader)
                if kind == DISCONNECT:
                    break
                if kind == CONNECT:
                    self.versions.append(body[6])
                    if body[6] != self._version:
                        continue  # as one that waits for the rest of a greeting that it does not understand
                writer.write(self._answer(kind, body))
                self.answered.append(kind)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    def _answer(self, kind: int, body: bytes) -> bytes:
        new = self._version == 5
        if kind == CONNECT:
            return bytes([0x20, 3, 0, 0, 0]) if new else bytes([0x20, 2, 0, 0])
        if kind == SUBSCRIBE:
            return bytes([0x90, 4, *body[:2], 0, 1]) if new else bytes([0x90, 3, *body[:2], 1])
        topic_bytes = int.from_bytes(body[:2], "big")
        return bytes([0x40, 2, *body[2 + topic_bytes : 4 + topic_bytes]])


async def _packet(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    kind = (await reader.readexactly(1))[0]
    size = shift = 0
    while True:
        digit = (await reader.readexactly(1))[0]
        size |= (digit & 0x7F) << shift
        shift += 7
        if not digit & 0x80:
            break
    return kind & 0xF0, await reader.readexactly(size)


@asynccontextmanager
async def serving(broker: Broker) -> AsyncIterator[Broker]:
    server = await asyncio.start_server(broker.serve, "127.0.0.1", 0)
    broker.port = server.sockets[0].getsockname()[1]
    async with server:
        yield broker


def link_to(broker: Broker, driver: Talker) -> Link:
    return Link(BrokerSettings(port=broker.port), "gateway-1", ("r",), driver, random.Random(1))


@pytest.mark.parametrize("step", range(STEPS))
@pytest.mark.parametrize("answer", [CONNECT, SUBSCRIBE, PUBLISH])
def test_link_cancelled_as_an_answer_comes_ends(answer: int, step: int) -> None:
    async def run() -> None:
        async with serving(Broker()) as broker:
            running = asyncio.create_task(link_to(broker, Talker()).run())
            while answer not in broker.answered:
                await asyncio.sleep(0)
            for _ in range(step):
                await asyncio.sleep(0)
            running.cancel()
            done, _ = await asyncio.wait((running,), timeout=TIMEOUT_S)
            assert running in done
            assert running.cancelled()

    asyncio.run(run())


def test_link_finds_the_version_that_the_broker_answers() -> None:
    async def run() -> None:
        driver = Talker()
        async with serving(Broker(version=4)) as broker:
            running = asyncio.create_task(link_to(broker, driver).run())
            await until(lambda: driver.connections, TIMEOUT_S, "the link is up")
            running.cancel()
            await asyncio.wait((running,))
            assert broker.versions == [5, 4]

    asyncio.run(run())
