"""The private broker: each of the two passes QoS 1 messages on, and wants a login."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from amqtt.client import MQTTClient
from amqtt.errors import ConnectError

from sensorhub.broker import BrokerSettings
from simulators.broker import BrokerKind, private_broker
from simulators.processes import Processes
from simulators.programs import free_port, listens
from tests.programs import need
from tests.waiting import wait_for

MESSAGES = 300


@pytest.fixture(params=["mosquitto", "embedded"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BrokerSettings]:
    kind: BrokerKind = request.param
    if kind == "mosquitto":
        need("mosquitto")
    port = free_port()
    program, settings = private_broker(tmp_path / "broker", port, kind)
    processes = Processes(tmp_path, lambda _: None)
    processes.start(program)
    try:
        wait_for(lambda: listens(port), 15, f"{kind} listens")
        yield settings
    finally:
        processes.stop()


def client() -> MQTTClient:
    return MQTTClient(config={"auto_reconnect": False, "reconnect_retries": 0})


def test_messages_go_round(broker: BrokerSettings) -> None:
    async def round_trip() -> None:
        mqtt = client()
        await mqtt.connect(f"mqtt://{broker.username}:{broker.password()}@{broker.address}")
        await mqtt.subscribe([("essex/v1/+/pack/#", 1)])
        for number in range(MESSAGES):
            await mqtt.publish(f"essex/v1/a/pack/{number}", bytes(1_000), qos=1)
        topics = []
        for _ in range(MESSAGES):
            message = await asyncio.wait_for(mqtt.deliver_message(), 10)
            assert message is not None
            topics.append(message.topic)
        await mqtt.disconnect()
        assert topics == [f"essex/v1/a/pack/{number}" for number in range(MESSAGES)]

    asyncio.run(round_trip())


@pytest.mark.parametrize("login", ["", "demo:wrong@", "somebody@"])
def test_stranger_is_refused(broker: BrokerSettings, login: str) -> None:
    async def connect() -> None:
        await client().connect(f"mqtt://{login}{broker.address}")

    with pytest.raises(ConnectError):
        asyncio.run(connect())


def test_secrets_are_for_the_owner_only(tmp_path: Path) -> None:
    for kind in ("auto", "embedded"):
        _, settings = private_broker(tmp_path / kind, free_port(), kind)
        assert settings.password_file is not None
        assert settings.password_file.stat().st_mode & 0o777 == 0o600
        assert settings.password_file.parent.stat().st_mode & 0o777 == 0o700
