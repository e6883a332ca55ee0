"""Tests of the gateway's link: versions of MQTT, and that it ends whenever it is told to."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from gateway.uplink.driver import Message
from gateway.uplink.mqtt import GREETING_TIMEOUT_S, UNDER_WAY_MAX, Link
from sensorhub.broker import BrokerSettings
from tests.gateway.uplink.longest import Longest
from tests.gateway.uplink.scripted_broker import CONNECT, PUBLISH, SUBSCRIBE, Broker, Talker, serving
from tests.waiting import until

TIMEOUT_S = 10.0
STEPS = 12
"""Turns of the event loop within which an answer has come through all callbacks."""


def link_to(broker: Broker, driver: Talker, *, keepalive_s: int = 30) -> Link:
    async def at_once(_: float) -> None:
        await asyncio.sleep(0)

    settings = BrokerSettings(port=broker.port, keepalive_s=keepalive_s)
    return Link(settings, "gateway-1", ("r",), driver, random.Random(1), sleep=at_once)


@asynccontextmanager
async def running(link: Link) -> AsyncIterator[None]:
    task = asyncio.create_task(link.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait((task,))


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


@pytest.mark.parametrize(("properties", "most"), [(b"", UNDER_WAY_MAX), (bytes([0x21, 0, 1]), 1)])
def test_link_has_so_many_messages_under_way_as_the_broker_takes(properties: bytes, most: int) -> None:
    number = UNDER_WAY_MAX + 5

    async def run() -> None:
        driver = Talker([Message(f"t/{number}", b"x") for number in range(number)])
        async with serving(Broker(properties=properties, code=None)) as broker, running(link_to(broker, driver)):

            def came() -> bool:
                if len(broker.waiting) == number:
                    return True
                if broker.outstanding_max >= most:
                    broker.release()
                return False

            await until(came, TIMEOUT_S, "all have come")
            assert broker.outstanding_max == most
            assert [topic for topic, _ in broker.published] == [f"t/{number}".encode() for number in range(number)]

    asyncio.run(run())


def test_link_message_larger_than_the_broker_takes_is_told_and_not_sent() -> None:
    async def run() -> None:
        driver = Talker([Message("t/large", bytes(300)), Message("t/small", bytes(30))])
        async with (
            serving(Broker(properties=bytes([0x27, 0, 0, 1, 0]))) as broker,
            running(link_to(broker, driver)),
        ):
            await until(lambda: broker.published, TIMEOUT_S, "the small one comes")
            assert driver.connections[0].packet_bytes_max == 256
            assert driver.refusals == [("t/large", 0x95)]
            assert broker.published == [(b"t/small", False)]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("properties", "greeting"), [(bytes([0x24, 0]), (0,)), (b"", (0x9B,))], ids=["greets", "refuses"]
)
def test_link_to_a_broker_of_qos_0_says_so_and_serves_nothing(
    properties: bytes, greeting: Sequence[int], caplog: pytest.LogCaptureFixture
) -> None:
    async def run() -> None:
        driver = Talker()
        async with (
            serving(Broker(properties=properties, greeting=greeting)) as broker,
            running(link_to(broker, driver)),
        ):
            await until(lambda: len(broker.versions) >= 3, TIMEOUT_S, "it is tried again")
            assert driver.connections == []

    asyncio.run(run())
    assert "takes no messages of QoS 1" in caplog.text


def test_link_to_a_broker_that_retains_nothing_does_without() -> None:
    async def run() -> None:
        driver = Talker([Message("t", b"x", retain=True)])
        broker = Broker(greeting=(0x9A, 0), properties=bytes([0x25, 0]))
        async with serving(broker), running(link_to(broker, driver)):
            await until(lambda: broker.published, TIMEOUT_S, "a message comes")
            assert broker.published == [(b"t", False)]
            assert [bool(greeting[7] & 0x20) for greeting in broker.greetings] == [True, False]

    asyncio.run(run())


@pytest.mark.parametrize(("code", "told"), [(0x87, True), (0x97, True), (0x10, True), (0, False)])
def test_link_tells_what_the_broker_refuses_and_stays(code: int, told: bool) -> None:
    async def run() -> None:
        driver = Talker([Message("t/1", b"x"), Message("t/2", b"x")])
        async with serving(Broker(code=code)) as broker, running(link_to(broker, driver)):
            await until(lambda: len(broker.published) == 2, TIMEOUT_S, "both messages come")
            if told:
                await until(lambda: len(driver.refusals) == 2, TIMEOUT_S, "both refusals are told")
            assert driver.refusals == ([("t/1", code), ("t/2", code)] if told else [])
            assert driver.unanswered == []

    asyncio.run(run())


def test_link_an_acknowledgement_that_is_none_breaks_the_connection_and_names_the_message() -> None:
    """What mosquitto answers to more than its message_size_limit: 0x95, which no PUBACK may carry."""

    async def run() -> None:
        driver = Talker([Message("t/large", b"x")])
        async with serving(Broker(code=0x95)) as broker, running(link_to(broker, driver)):
            await until(lambda: driver.unanswered or driver.refusals, TIMEOUT_S, "it is noticed")
            assert driver.unanswered[:1] == [["t/large"]] or driver.refusals == [("t/large", 0x95)]

    asyncio.run(run())


def test_link_that_a_broker_no_longer_answers_is_rebuilt_and_the_old_socket_closed() -> None:
    async def run() -> None:
        driver = Talker([Message("t", b"x")])
        async with serving(Broker()) as broker, running(link_to(broker, driver, keepalive_s=5)):
            await until(lambda: broker.published, TIMEOUT_S, "a message comes")
            broker.deafen()
            await until(lambda: driver.unanswered, 25, "the silence is noticed")
            await until(lambda: len(driver.connections) == 2, 30, "the link is up again")
            assert broker.open <= 1
            assert broker.open_max <= 2

    asyncio.run(run())


def test_link_subscribes_anew_on_each_connection() -> None:
    async def run() -> None:
        driver = Talker([])
        async with serving(Broker(code=0x95)) as broker, running(link_to(broker, driver)):
            await until(lambda: broker.answered.count(SUBSCRIBE) == 1, TIMEOUT_S, "it subscribes")
            driver.give([Message("t", b"x")])
            await until(lambda: broker.answered.count(SUBSCRIBE) == 2, TIMEOUT_S, "it subscribes again")

    asyncio.run(run())


@pytest.mark.parametrize("at", [CONNECT, SUBSCRIBE])
@pytest.mark.parametrize("known", [True, False])
def test_link_reset_before_an_answer_is_a_failure_at_once_with_back_off(at: int, known: bool) -> None:
    """A line that takes connections and resets each, as a relay whose far side is away."""
    waits_s: list[float] = []

    async def sleep(seconds: float) -> None:
        waits_s.append(seconds)
        await asyncio.sleep(0)

    async def run() -> None:
        driver, broker = Talker([]), Broker()
        async with serving(broker):
            broker.resets = {} if known else {at: 8}
            link = Link(BrokerSettings(port=broker.port), "gateway-1", ("r",), driver, Longest(), sleep=sleep)
            began_s = time.monotonic()
            async with running(link):
                if known:
                    await until(lambda: driver.connections, TIMEOUT_S, "the link is up")
                    broker.resets = {PUBLISH: 1, at: 8}
                    driver.give([Message("t", b"x")])
                await until(lambda: len(driver.connections) == 1 + known, TIMEOUT_S, "the link is up again")
            assert time.monotonic() - began_s < GREETING_TIMEOUT_S

    asyncio.run(run())
    assert waits_s == [2.0**failures for failures in range(8 + known)]
