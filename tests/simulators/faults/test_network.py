"""A line that is cut and mended."""

import asyncio
from collections.abc import Awaitable, Callable

from sensorhub.broker import BrokerSettings
from simulators.faults.network import Line
from tests.ports import free_port


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(100):
        writer.write(data.upper())
    writer.close()


def over_a_line(test: Callable[[Line, BrokerSettings], Awaitable[None]]) -> None:
    """Run a test with a line to a broker that answers in capitals."""

    async def run() -> None:
        broker = await asyncio.start_server(_echo, "127.0.0.1", 0)
        line = Line(BrokerSettings(port=broker.sockets[0].getsockname()[1], username="me"))
        near = await line.begin()
        assert (near.host, near.username) == ("127.0.0.1", "me")
        await asyncio.wait_for(test(line, near), 10)
        line.cut()
        line.cut()  # may be called twice
        broker.close()

    asyncio.run(run())


async def said(reader: asyncio.StreamReader) -> bytes:
    """What comes; nothing where the connection broke."""
    try:
        return await reader.read(100)
    except ConnectionError:
        return b""


async def ask(near: BrokerSettings, words: bytes) -> bytes:
    """What a new connection is answered; nothing where it breaks or is refused."""
    try:
        reader, writer = await asyncio.open_connection(near.host, near.port)
    except ConnectionRefusedError:
        return b""
    writer.write(words)
    answer = await said(reader)
    writer.close()
    return answer


def test_line_relays_both_ways() -> None:
    async def test(_: Line, near: BrokerSettings) -> None:
        assert list(await asyncio.gather(ask(near, b"one"), ask(near, b"two"))) == [b"ONE", b"TWO"]

    over_a_line(test)


def test_line_that_is_cut_breaks_what_is_open_and_what_comes() -> None:
    async def test(line: Line, near: BrokerSettings) -> None:
        reader, writer = await asyncio.open_connection(near.host, near.port)
        writer.write(b"one")
        assert await said(reader) == b"ONE"
        line.cut()
        assert await said(reader) == b""
        assert await ask(near, b"two") == b""
        writer.close()

    over_a_line(test)


def test_line_that_is_mended_lets_through_also_where_nobody_tried_meanwhile() -> None:
    async def test(line: Line, near: BrokerSettings) -> None:
        line.cut()
        await line.mend()
        assert await ask(near, b"one") == b"ONE"
        line.cut()
        assert await ask(near, b"two") == b""
        await line.mend()
        await line.mend()
        assert await ask(near, b"three") == b"THREE"

    over_a_line(test)


def test_line_to_a_broker_that_is_away_breaks_at_once() -> None:
    async def test() -> None:
        line = Line(BrokerSettings(port=free_port()))
        assert await ask(await line.begin(), b"one") == b""
        line.cut()

    asyncio.run(test())
