"""MQTT at the gateway: one supervisor keeps one connection. The only file that knows aiomqtt."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import aiomqtt

from sensorhub.broker import BrokerSettings

log = logging.getLogger(__name__)

BACKOFF_FIRST_S = 1.0
BACKOFF_MAX_S = 300.0
OPERATION_TIMEOUT_S = 20.0
"""A PUBACK can go missing on a live connection, so nothing waits for one without an end."""
GREETING_TIMEOUT_S = 2.0
"""Brokers that know 3.1.1 only may wait for ever for the rest of an MQTT 5 greeting; they are asked in 3.1.1 then."""
FIRST_ANSWER_S = 3.0
"""A broker that does not know MQTT 5 may never answer its greeting; then 3.1.1 is tried."""

FAREWELL_TIMEOUT_S = 0.5
"""A gateway that is told to stop is gone within 2 s."""

_NO_CONNECTION = "[Errno"
"""How aiomqtt words an OSError, whose type it drops: no broker was reached, so none can have refused MQTT 5."""

_PAHO_DEFAULT: Literal[3] = 3
"""What aiomqtt passes on when clean_start is not given; it has no meaning in MQTT 3.1.1, and True is refused."""

_VERSIONS = (aiomqtt.ProtocolVersion.V5, aiomqtt.ProtocolVersion.V311)


@dataclass(frozen=True, slots=True)
class Message:
    """Something to publish, QoS 1."""

    topic: str
    payload: bytes
    retain: bool = False


class LinkSilent(Exception):
    """The connection looks alive and gives nothing back."""


class Driver(Protocol):
    """What the link serves; all is called in the event loop, one connection at a time."""

    async def connected(self) -> None:
        """A connection is up and subscribed."""
        ...

    async def disconnected(self) -> None:
        """That connection is gone."""
        ...

    async def received(self, topic: str, payload: bytes) -> None:
        """A message came."""
        ...

    async def next(self) -> list[Message]:
        """Wait until there is something to publish. Raises LinkSilent to have the connection rebuilt."""
        ...

    def will(self) -> Message:
        """What the broker is to publish when the next connection is lost."""
        ...

    async def farewell(self) -> Message:
        """What to publish last when the gateway is stopped."""
        ...


class Link:
    """Keeps a connection to the broker: back-off with full jitter, MQTT 5 first and 3.1.1 where that is refused.

    Arguments:
        broker: where it is and how to sign in.
        client_id: as the broker knows this gateway.
        topics: subscribed anew on each connection.
        driver: what is served.
        chance: random numbers for jitter.
        sleep: waits so many seconds.
    """

    def __init__(
        self,
        broker: BrokerSettings,
        client_id: str,
        topics: tuple[str, ...],
        driver: Driver,
        chance: random.Random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._broker = broker
        self._client_id = client_id
        self._topics = topics
        self._driver = driver
        self._chance = chance
        self._sleep = sleep
        self._version = 0
        self._settled = False
        self._served = False
        self._leaving = False
        self._up = True

    async def run(self) -> None:
        """Connect, serve, and connect again, until cancelled."""
        wait_s = BACKOFF_FIRST_S
        while True:
            self._served = refused = False
            try:
                await self._to_its_end(asyncio.create_task(self._connection(), name="mqtt connection"))
            except* (aiomqtt.MqttError, LinkSilent, OSError, TimeoutError) as group:
                refused = not str(group.exceptions[0]).startswith(_NO_CONNECTION)
                self._say_down(group.exceptions[0], self._served)
            if self._served:
                wait_s = BACKOFF_FIRST_S
            elif refused and not self._settled:
                self._version = 1 - self._version  # a broker that does not know MQTT 5 may just hang up
            await self._sleep(wait_s * self._chance.random())
            wait_s = min(wait_s * 2, BACKOFF_MAX_S)

    async def _to_its_end(self, connection: asyncio.Task[None]) -> None:
        """Wait for the end of a connection; when cancelled, end it.

        A task of its own: in Python 3.11 wait_for, which aiomqtt uses, forgets a cancellation that comes together
        with the broker's answer. Here none is forgotten, and the connection asks `_leaving` after each answer.
        """
        try:
            await asyncio.wait((connection,))
        except asyncio.CancelledError:
            self._leaving = True
            connection.cancel()
            await asyncio.gather(connection, return_exceptions=True)
            raise
        connection.result()

    async def _connection(self) -> None:
        async with self._client() as client:
            self._leave_if_told()
            for topic in self._topics:
                await client.subscribe(topic, qos=1, timeout=OPERATION_TIMEOUT_S)
                self._leave_if_told()
            self._served = self._settled = True
            self._say_up()
            await self._serve(client)

    def _leave_if_told(self) -> None:
        if self._leaving:
            raise asyncio.CancelledError

    def _client(self) -> aiomqtt.Client:
        will = self._driver.will()
        version = _VERSIONS[self._version]
        trial = version is aiomqtt.ProtocolVersion.V5 and not self._settled
        return aiomqtt.Client(
            self._broker.host,
            self._broker.port,
            username=self._broker.username,
            password=self._broker.password(),
            identifier=self._client_id,
            protocol=version,
            will=aiomqtt.Will(will.topic, will.payload, qos=1, retain=will.retain),
            clean_session=None if version is aiomqtt.ProtocolVersion.V5 else True,
            clean_start=True if version is aiomqtt.ProtocolVersion.V5 else _PAHO_DEFAULT,
            timeout=GREETING_TIMEOUT_S if trial else OPERATION_TIMEOUT_S,
            keepalive=self._broker.keepalive_s,
            tls_context=self._broker.ssl_context(),
        )

    async def _serve(self, client: aiomqtt.Client) -> None:
        try:
            await self._driver.connected()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(client), name="mqtt read")
                tasks.create_task(self._write(client), name="mqtt write")
        except asyncio.CancelledError:
            farewell = await self._driver.farewell()
            with contextlib.suppress(aiomqtt.MqttError):  # a broker that has gone gives its will instead
                await client.publish(farewell.topic, farewell.payload, qos=1, retain=True, timeout=FAREWELL_TIMEOUT_S)
            raise
        finally:
            await self._driver.disconnected()

    async def _read(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            if isinstance(message.payload, bytes | bytearray):
                await self._driver.received(str(message.topic), bytes(message.payload))

    async def _write(self, client: aiomqtt.Client) -> None:
        while True:
            for message in await self._driver.next():
                await client.publish(
                    message.topic, message.payload, qos=1, retain=message.retain, timeout=OPERATION_TIMEOUT_S
                )
                self._leave_if_told()

    def _say_up(self) -> None:
        if not self._up:
            log.info("The broker at %s is back.", self._broker.address)
        self._up = True

    def _say_down(self, error: BaseException, served: bool) -> None:
        if self._up:
            if isinstance(error, aiomqtt.MqttCodeError) and not served:
                what, advice = "refuses this gateway", " Check username, password_file and certificates in [broker]."
            else:
                what, advice = "was lost" if served else "cannot be reached", ""
            log.warning(
                "The broker at %s %s (%s).%s What is measured is kept; trying again until it answers.",
                self._broker.address,
                what,
                error,
                advice,
            )
        self._up = False
