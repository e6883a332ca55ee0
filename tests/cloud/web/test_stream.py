"""The stream of the page's changes: everything first, then what changes, bounded, and over when the server ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from cloud.live import LiveModel
from cloud.web import stream as stream_module
from cloud.web.assets import Assets
from cloud.web.render import Renderer
from cloud.web.stream import FRAMES_WAITING_MAX, PageStream
from sensorhub.reading import US_PER_S
from tests.cloud.junction import NOW_US, Clock, Junction, busy_junction, interval
from tests.waiting import until

MINUTE_US = 60 * US_PER_S


def make() -> tuple[LiveModel, Clock, PageStream]:
    clock = Clock(NOW_US - 600 * US_PER_S)
    live = LiveModel(clock.machine)
    clock.now_us = NOW_US
    return live, clock, PageStream(live, Renderer(Assets()), "v1")


def events(frame: bytes) -> list[tuple[str, Any]]:
    found = []
    for text in frame.decode().strip().split("\n\n"):
        kind, data = text.split("\n", 1)
        found.append((kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


async def after(frames: AsyncIterator[bytes], kind: str) -> Any:
    """The next event of a kind."""
    async with asyncio.timeout(10):
        async for frame in frames:
            for name, data in events(frame):
                if name == kind:
                    return data
    raise AssertionError(f"the stream ended without {kind}")


def test_stream_begins_with_everything() -> None:
    async def scene() -> None:
        live, clock, stream = make()
        busy_junction(live, clock.now_us)
        first = events(await anext(stream.frames()))
        assert [kind for kind, _ in first] == ["everything", "ping"]
        assert len(first[0][1]["rows"]) == 23
        assert first[0][1]["assets"] == "v1"
        assert first[1][1] == {"now": NOW_US // 1_000}

    asyncio.run(scene())


def test_stream_sends_only_rows_that_changed_and_the_same_bytes_to_all() -> None:
    async def scene() -> None:
        live, clock, stream = make()
        junction = Junction(live, [2, 3])
        junction.says(at_us=clock.now_us)
        junction.sends(interval(2, NOW_US) + interval(3, NOW_US), NOW_US)
        running = asyncio.create_task(stream.run())
        one, two = stream.frames(), stream.frames()
        await anext(one)
        await anext(two)
        junction.sends(interval(3, NOW_US + MINUTE_US, 3), NOW_US + MINUTE_US)
        mine, yours = await anext(one), await anext(two)
        assert mine is yours
        ((kind, news),) = events(mine)
        assert kind == "change"
        assert [row.split('"')[1] for row in news["rows"]] == ["device-1136/detector-3"]
        assert set(news["parts"]) <= {"feed", "counts"}
        running.cancel()

    asyncio.run(scene())


def test_stream_tells_a_change_of_state_by_time_alone() -> None:
    async def scene() -> None:
        live, clock, stream = make()
        junction = Junction(live)
        junction.says(at_us=clock.now_us)
        junction.sends(interval(2, NOW_US), NOW_US)
        running = asyncio.create_task(stream.run())
        frames = stream.frames()
        await anext(frames)
        clock.forward(85)
        news = await after(frames, "change")
        assert 'class="late"' in news["rows"][0]
        assert "counts" in news["parts"]
        running.cancel()

    asyncio.run(scene())


def test_stream_names_rows_that_are_gone() -> None:
    async def scene() -> None:
        live, clock, stream = make()
        junction = Junction(live, [2, 3])
        junction.says(at_us=clock.now_us)
        running = asyncio.create_task(stream.run())
        frames = stream.frames()
        await anext(frames)
        junction.says(at_us=clock.now_us, detectors=[3])
        assert (await after(frames, "change"))["gone"] == ["device-1136/detector-2"]
        running.cancel()

    asyncio.run(scene())


def test_stream_does_not_send_the_ticking_clock_of_a_recording() -> None:
    async def scene() -> None:
        live, clock, stream = make()
        busy_junction(live, clock.now_us)
        await anext(stream.frames())
        clock.forward(1)
        assert stream._change() is None

    asyncio.run(scene())


def test_stream_tells_a_slow_client_to_begin_anew_and_spares_the_others() -> None:
    async def scene() -> None:
        live, clock, stream = make()
        busy_junction(live, clock.now_us)
        slow, quick = stream.frames(), stream.frames()
        await anext(slow)
        await anext(quick)
        for n in range(FRAMES_WAITING_MAX + 1):
            stream._send(b"event: change\ndata: {}\n\n")
            if n % 5 == 0:
                await anext(quick)
        assert stream.clients == 1
        assert [kind for kind, _ in events(await anext(slow))] == ["reload"]
        assert [frame async for frame in slow] == []

    asyncio.run(scene())


def test_stream_ends_for_everybody_when_the_server_does() -> None:
    async def scene() -> None:
        live, _, stream = make()
        live.unnamed("stranger", 1)
        frames = stream.frames()
        await anext(frames)
        rest = asyncio.create_task(anext(frames, None))
        await asyncio.sleep(0)
        stream.end()
        assert await asyncio.wait_for(rest, 5) is None
        assert stream.clients == 0

    asyncio.run(scene())


def test_stream_forgets_a_client_that_has_gone() -> None:
    async def scene() -> None:
        _, _, stream = make()
        frames = stream.frames()
        await anext(frames)
        assert stream.clients == 1
        await frames.aclose()  # type: ignore[attr-defined]
        await until(lambda: stream.clients == 0, 5, "the client to be forgotten")

    asyncio.run(scene())


def test_stream_limits_have_room_for_a_ping_before_the_page_gives_up() -> None:
    assert stream_module.PING_S < 20
