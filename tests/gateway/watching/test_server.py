"""The local socket of a gateway, and those who watch it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.watching.inputs import GatewayNow
from gateway.watching.server import SOCKET_NAME, WATCHERS_MAX, WatchServer
from tests.gateway.watching.watched import now, short_path
from tests.waiting import until

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    made = tmp_path / "spool"
    made.mkdir()
    return made


class Looked:
    """Looks at a gateway, and counts how often."""

    def __init__(self, told: GatewayNow) -> None:
        self.told = told
        self.times = 0

    async def __call__(self) -> GatewayNow:
        self.times += 1
        return self.told


@asynccontextmanager
async def serving(spool: Path, look: Looked, every_s: float = 0.01, stalled_s: float = 10.0) -> AsyncIterator[None]:
    task = asyncio.create_task(WatchServer(spool, look, every_s, stalled_s).run())
    await until((spool / SOCKET_NAME).exists, 5, "the socket is there")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait_for(asyncio.gather(task, return_exceptions=True), 5)


async def connected(spool: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    with short_path(spool) as path:
        return await asyncio.open_unix_connection(path)


async def test_server_tells_every_watcher_again_and_again(spool: Path) -> None:
    async with serving(spool, Looked(now())):
        for reader, writer in [await connected(spool), await connected(spool)]:
            told = [GatewayNow.model_validate_json(await reader.readline()) for _ in range(3)]
            assert told == [now()] * 3
            writer.close()


async def test_server_socket_is_ours_alone_and_goes_with_it(spool: Path) -> None:
    async with serving(spool, Looked(now())):
        await until(lambda: (spool / SOCKET_NAME).stat().st_mode & 0o777 == 0o600, 5, "nobody else may read it")
    assert not (spool / SOCKET_NAME).exists()


async def test_server_of_a_long_path_can_be_watched(tmp_path: Path) -> None:
    spool = tmp_path.joinpath(*["a-folder-with-a-name-of-thirty-two"] * 5)
    spool.mkdir(parents=True)
    async with serving(spool, Looked(now())):
        reader, writer = await connected(spool)
        assert await reader.readline()
        writer.close()


async def test_server_takes_the_place_of_one_that_was_killed(spool: Path) -> None:
    with socket.socket(socket.AF_UNIX) as killed, short_path(spool) as path:
        killed.bind(path)
    task = asyncio.create_task(WatchServer(spool, Looked(now()), 0.01).run())

    async def heard() -> bytes:
        try:
            reader, _ = await connected(spool)
        except OSError:
            return b""
        return await reader.readline()

    lines = [await heard()]
    while not lines[-1]:
        await asyncio.sleep(0)
        lines.append(await heard())
    assert GatewayNow.model_validate_json(lines[-1]) == now()
    task.cancel()


async def test_server_refuses_one_watcher_more_than_there_may_be(spool: Path) -> None:
    async with serving(spool, Looked(now())):
        watchers = [await connected(spool) for _ in range(WATCHERS_MAX)]
        for reader, _ in watchers:
            assert await reader.readline()
        reader, _ = await connected(spool)
        assert await reader.read() == b""
        watchers[3][1].close()

        async def let_in() -> bool:
            again, _ = await connected(spool)
            return bool(await again.readline())

        while not await let_in():
            await asyncio.sleep(0)


async def test_server_drops_a_watcher_that_takes_nothing(spool: Path) -> None:
    look = Looked(now(*now().inputs * 150))
    async with serving(spool, look, every_s=0.0, stalled_s=0.1):
        with socket.socket(socket.AF_UNIX) as stalled, short_path(spool) as path:
            stalled.connect(path)

            def dropped() -> bool:
                try:
                    stalled.send(b"x")
                except OSError:
                    return True
                return False

            await until(dropped, 5, "it is dropped")
        reader, writer = await connected(spool)
        assert await reader.readline()  # others are still told
        writer.close()


async def test_server_ends_at_once_while_it_is_watched(spool: Path) -> None:
    async with serving(spool, Looked(now())):
        reader, _ = await connected(spool)
        assert await reader.readline()
    assert (await reader.read()).endswith(b"\n") or reader.at_eof()


async def test_server_without_a_folder_costs_only_itself(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    await WatchServer(tmp_path / "none", Looked(now())).run()
    assert "Nobody can watch this gateway" in caplog.text


async def test_server_where_no_socket_can_be_made_costs_only_itself(
    spool: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (spool / SOCKET_NAME).mkdir()
    await WatchServer(spool, Looked(now())).run()
    assert "its socket cannot be made" in caplog.text
