"""MQTT at the gateway: one supervisor keeps one connection. The only file that knows aiomqtt."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Literal

import aiomqtt

from gateway.uplink.backoff import Backoff
from gateway.uplink.driver import BrokerUnfit, Driver, Granted, LinkSilent, Message
from sensorhub.broker import BrokerSettings

log = logging.getLogger(__name__)

OPERATION_TIMEOUT_S = 20.0
"""A PUBACK can go missing on a live connection, so nothing waits for one without an end."""
SLOWEST_BYTES_S = 4_000
"""On 32 kbit/s what is under way takes its time; an acknowledgement is waited for so much longer."""

UNDER_WAY_MAX = 20
"""Messages without the broker's acknowledgement; a broker may allow fewer. Waiting for each would cost a round trip."""

STEADY_S = 60.0
"""A connection that gave nothing and ended sooner does not set the back-off back."""

GREETING_TIMEOUT_S = 2.0
"""Brokers that know 3.1.1 only may wait for ever for the rest of an MQTT 5 greeting; they are asked in 3.1.1 then."""
FAREWELL_TIMEOUT_S = 0.5
"""A gateway that is told to stop is gone within 2 s."""

_NO_CONNECTION = "[Errno"
"""How aiomqtt words an OSError, whose type it drops: no broker was reached, so none can have refused MQTT 5."""

_PAHO_DEFAULT: Literal[3] = 3
"""What aiomqtt passes on when clean_start is not given; it has no meaning in MQTT 3.1.1, and True is refused."""

_VERSIONS = (aiomqtt.ProtocolVersion.V5, aiomqtt.ProtocolVersion.V311)
_RETAIN_NOT_SUPPORTED, _QOS_NOT_SUPPORTED, _PACKET_TOO_LARGE, _NO_SUBSCRIBER, _REFUSALS = 0x9A, 0x9B, 0x95, 0x10, 0x80
_PACKET_BYTES = 16
"""What a PUBLISH has beside topic and payload, at most."""


class _Client(aiomqtt.Client):
    """aiomqtt's client with what it hides: the broker's limits, its reason codes, and an end that closes the socket."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.granted = Granted()
        self.waiting: dict[int, tuple[Message, asyncio.Future[tuple[int, str]]]] = {}
        super().__init__(*arguments, **named)

    @property
    def waiting_bytes(self) -> int:
        """How much the broker has not acknowledged."""
        return sum(len(message.payload) for message, _ in self.waiting.values())

    async def deliver(self, message: Message, timeout_s: float) -> tuple[int, str]:
        """Publish with QoS 1 and return the reason code of the acknowledgement and its name.

        Raises:
            aiomqtt.MqttError: the connection is gone, or no acknowledgement came in time.
        """
        timeout_s += (self.waiting_bytes + len(message.payload)) / SLOWEST_BYTES_S
        retain = message.retain and self.granted.retain
        info = self._client.publish(message.topic, message.payload, qos=1, retain=retain)
        if info.rc != 0:
            raise aiomqtt.MqttCodeError(info.rc, "Could not publish message")
        answer = asyncio.get_running_loop().create_future()
        self.waiting[info.mid] = message, answer
        try:
            async with asyncio.timeout(timeout_s):
                code: tuple[int, str] = await answer
        except TimeoutError:
            raise aiomqtt.MqttError(f"no acknowledgement in {timeout_s:.0f} s") from None
        del self.waiting[info.mid]  # what is never answered stays, for `unanswered`
        return code

    def unanswered(self) -> list[str]:
        """Topics of the messages that the broker has not acknowledged."""
        return [message.topic for message, _ in self.waiting.values()]

    def drop(self) -> None:
        """Close the socket, whatever became of the connection, so that it cannot meddle with the next one."""
        self._client._sock_close()
        for ended in (self._connected, self._disconnected):
            if ended.done() and not ended.cancelled():
                ended.exception()  # looked at, or asyncio says that nobody did

    def _on_connect(self, client: Any, userdata: Any, flags: Any, reason_code: Any, properties: Any = None) -> None:
        told = vars(properties) if properties is not None else {}
        default = Granted()
        self.granted = Granted(
            told.get("MaximumPacketSize", default.packet_bytes_max),
            told.get("ReceiveMaximum", default.receive_max),
            bool(told.get("RetainAvailable", default.retain)),
            told.get("MaximumQoS", default.qos_max),
        )
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_disconnect(self, *told: Any) -> None:
        super()._on_disconnect(*told)
        waiting: tuple[asyncio.Future[Any], ...] = (self._connected, *self._pending_subscribes.values())
        self._loop.call_soon_threadsafe(self._give_up, waiting)  # paho may call from the thread in which it connects

    def _give_up(self, waiting: Iterable[asyncio.Future[Any]]) -> None:
        """The connection has gone: who waits for the broker's greeting or grant would wait for a whole time-out."""
        for answer in waiting:
            if not answer.done():
                answer.set_exception(aiomqtt.MqttError("it ended the connection before it answered"))

    def _on_publish(self, client: Any, userdata: Any, mid: int, reason_code: Any, properties: Any) -> None:
        _, answer = self.waiting.get(mid, (None, None))
        if answer is not None and not answer.done():
            answer.set_result((reason_code.value, str(reason_code)))


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
        self._backoff = Backoff(chance)
        self._sleep = sleep
        self._version = 0
        self._settled = False
        self._served = False
        self._leaving = False
        self._heard = False
        self._retain = True
        self._up = True

    async def run(self) -> None:
        """Connect, serve, and connect again, until cancelled."""
        while True:
            self._served = self._heard = refused = False
            began_s = asyncio.get_running_loop().time()
            try:
                await self._to_its_end(asyncio.create_task(self._connection(), name="mqtt connection"))
            except* (aiomqtt.MqttError, BrokerUnfit, LinkSilent, OSError, TimeoutError) as group:
                refused = self._understand(group.exceptions[0])
            steady = asyncio.get_running_loop().time() - began_s >= STEADY_S
            if self._heard or (self._served and steady):
                self._backoff.begin()
            elif refused and not self._served and not self._settled:
                self._version = 1 - self._version  # a broker that does not know MQTT 5 may just hang up
            await self._sleep(self._backoff.next_s())

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
        client = self._client()
        try:
            async with client:
                self._leave_if_told()
                self._settled = True
                if client.granted.qos_max < 1:
                    raise BrokerUnfit
                for topic in self._topics:
                    await client.subscribe(topic, qos=1, timeout=OPERATION_TIMEOUT_S)
                    self._leave_if_told()
                self._served = True
                self._say_up()
                await self._serve(client)
        finally:
            client.drop()

    def _understand(self, error: BaseException) -> bool:
        """Say why there is no connection; returns whether the broker may have refused this version of MQTT."""
        code = getattr(getattr(error, "rc", None), "value", None)
        if code == _RETAIN_NOT_SUPPORTED and self._retain:
            self._retain = False
            log.warning(
                "The broker at %s retains nothing: a hub that starts there waits a minute for this gateway.",
                self._broker.address,
            )
            return False
        if code == _QOS_NOT_SUPPORTED:
            error = BrokerUnfit()
        self._say_down(error, self._served)
        return not (isinstance(error, BrokerUnfit) or str(error).startswith(_NO_CONNECTION))

    def _leave_if_told(self) -> None:
        if self._leaving:
            raise asyncio.CancelledError

    def _client(self) -> _Client:
        will = self._driver.will()
        version = _VERSIONS[self._version]
        trial = version is aiomqtt.ProtocolVersion.V5 and not self._settled
        return _Client(
            self._broker.host,
            self._broker.port,
            username=self._broker.username,
            password=self._broker.password(),
            identifier=self._client_id,
            protocol=version,
            will=aiomqtt.Will(will.topic, will.payload, qos=1, retain=will.retain and self._retain),
            clean_session=None if version is aiomqtt.ProtocolVersion.V5 else True,
            clean_start=True if version is aiomqtt.ProtocolVersion.V5 else _PAHO_DEFAULT,
            timeout=GREETING_TIMEOUT_S if trial else OPERATION_TIMEOUT_S,
            keepalive=self._broker.keepalive_s,
            tls_context=self._broker.ssl_context(),
        )

    async def _serve(self, client: _Client) -> None:
        unanswered: list[str] = []
        try:
            await self._driver.connected(client.granted)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(client), name="mqtt read")
                tasks.create_task(self._write(client, tasks), name="mqtt write")
        except asyncio.CancelledError:
            farewell = await self._driver.farewell()
            with contextlib.suppress(aiomqtt.MqttError, TimeoutError):  # a broker that has gone gives its will instead
                async with asyncio.timeout(FAREWELL_TIMEOUT_S):
                    await client.deliver(farewell, FAREWELL_TIMEOUT_S)
            raise
        except BaseExceptionGroup:
            unanswered = client.unanswered()
            raise
        finally:
            await self._driver.disconnected(unanswered)

    async def _read(self, client: _Client) -> None:
        async for message in client.messages:
            self._heard = True
            if isinstance(message.payload, bytes | bytearray):
                await self._driver.received(str(message.topic), bytes(message.payload))

    async def _write(self, client: _Client, tasks: asyncio.TaskGroup) -> None:
        room = asyncio.Semaphore(min(client.granted.receive_max, UNDER_WAY_MAX))
        while True:
            for message in await self._driver.next():
                if len(message.topic) + len(message.payload) + _PACKET_BYTES > client.granted.packet_bytes_max:
                    await self._driver.refused(message.topic, _PACKET_TOO_LARGE, "Packet too large")
                    continue
                await room.acquire()
                self._leave_if_told()
                tasks.create_task(self._publish(client, message, room), name="mqtt publish")

    async def _publish(self, client: _Client, message: Message, room: asyncio.Semaphore) -> None:
        code, reason = await client.deliver(message, OPERATION_TIMEOUT_S)
        room.release()
        if code >= _REFUSALS or code == _NO_SUBSCRIBER:
            await self._driver.refused(message.topic, code, reason)

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
