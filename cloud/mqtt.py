"""The hub's link to the broker: the only place with paho-mqtt.

One supervisor thread makes one client per connection, so that an acknowledgement can only ever go to the
connection by which its message came: packet ids begin anew with each session.
"""

import logging
import random
import threading
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from cloud.incoming import Incoming
from cloud.ingester import RECEIVE_MAX, Delivery, Jitter
from cloud.receipts import Outgoing
from cloud.trouble import Troubles
from sensorhub.broker import BrokerSecretUnreadable, BrokerSettings
from sensorhub.clock import MachineClock
from sensorhub.topics import OPEN_ROOT, gateway_topic

_log = logging.getLogger(__name__)

LEAVES = ("pack/#", "status", "reply", "senml")
"""What a hub hears under its root, and nothing under another: social care shares no store, page or dead letters with
open data. `pack/#`: a malformed pack topic must reach us too, to become a dead letter."""

SESSION_S = 3_600
"""How long the broker keeps our session: it spares resends over a restart; the gateways have the data anyway."""

PACKET_BYTES_MAX = 131_072
"""A pack has at most half of it; what is larger the broker keeps from us (MQTT 5), and 64 KiB + 1 still arrives."""

RECEIPTS_QUEUED_MAX = 2_000
"""Receipts that wait for the broker; further ones are dropped, and the gateways send again."""

CONNECT_S = 10.0
"""Time for the TCP connection and TLS."""

VERSIONS = {MQTTProtocolVersion.MQTTv5: "MQTT 5", MQTTProtocolVersion.MQTTv311: "MQTT 3.1.1"}

ANSWER_S = {MQTTProtocolVersion.MQTTv5: 2.0, MQTTProtocolVersion.MQTTv311: 10.0}
"""Time for the broker's answer. Some that know 3.1.1 only wait for ever for the rest of an MQTT 5 greeting."""

DELAY_FIRST_S = 1.0
DELAY_MAX_S = 10.0
"""Reconnect: full jitter below this. One hub cannot flood a broker, and everyone waits for it."""

STEADY_S = 10.0
"""A connection that lasted this long was a good one: the delay begins anew."""

_SOURCE = "broker"


class _Connection:
    """One connection: one paho client, used once."""

    def __init__(
        self,
        generation: int,
        version: MQTTProtocolVersion,
        client_id: str,
        settings: BrokerSettings,
        root: str,
        on_message: Callable[["_Connection", paho.MQTTMessage], None],
    ) -> None:
        self.generation = generation
        self.why = "it gave no answer"
        self.granted = False
        self.settled = threading.Event()
        self.lost = threading.Event()
        self._version = version
        self._settings = settings
        self._root = root
        self.client = client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id,
            clean_session=None if version == MQTTProtocolVersion.MQTTv5 else False,
            protocol=version,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        client.connect_timeout = CONNECT_S
        client.max_inflight_messages_set(RECEIVE_MAX)
        client.max_queued_messages_set(RECEIPTS_QUEUED_MAX)
        if settings.username is not None:
            client.username_pw_set(settings.username, settings.password())
        context = settings.ssl_context()
        if context is not None:
            client.tls_set_context(context)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = lambda _client, _userdata, message: on_message(self, message)

    def open(self) -> None:
        """Connect and start paho's thread. Raises OSError where nothing answers."""
        host, port, keepalive_s = self._settings.host, self._settings.port, self._settings.keepalive_s
        if self._version == MQTTProtocolVersion.MQTTv5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.ReceiveMaximum = RECEIVE_MAX
            properties.SessionExpiryInterval = SESSION_S
            properties.MaximumPacketSize = PACKET_BYTES_MAX
            self.client.connect(host, port, keepalive_s, clean_start=False, properties=properties)
        else:
            self.client.connect(host, port, keepalive_s)
        self.client.loop_start()

    def close(self) -> None:
        """Say good-bye if there is anybody, and end paho's thread."""
        self.client.disconnect()
        self.client.loop_stop()

    def _on_connect(self, client: paho.Client, _userdata: Any, _flags: Any, reason: ReasonCode, _more: Any) -> None:
        if reason.is_failure:
            self.why = f"it refused: {reason}"
            return
        self.why = "it granted no subscription"
        # At every connect: the session may be gone, and it brings the retained statuses again.
        client.subscribe([(gateway_topic(self._root, "+", leaf), 1) for leaf in LEAVES])

    def _on_subscribe(
        self, client: paho.Client, _userdata: Any, _mid: int, reasons: list[ReasonCode], _more: Any
    ) -> None:
        refused = next((reason for reason in reasons if reason.is_failure), None)
        if refused is not None:
            self.why = f"it refused a subscription: {refused}"
            client.disconnect()
            return
        self.why = "the connection broke"
        self.granted = True
        self.settled.set()

    def _on_disconnect(self, *_: Any) -> None:
        self.lost.set()
        self.settled.set()


class BrokerLink:
    """Keeps a connection to the broker up and passes messages both ways.

    Arguments:
        settings: where the broker is, and how to sign in.
        client_id: the same at each start, so that the broker keeps our session.
        offer: takes a message at once, from paho's thread; False where it has no room.
        troubles: told when the broker is away, and when it is back.
        clock: for times of arrival.
        root: of all topics (default open data).
        jitter: source of chance for the delays.
    """

    def __init__(
        self,
        settings: BrokerSettings,
        client_id: str,
        offer: Callable[[Delivery], bool],
        troubles: Troubles,
        clock: MachineClock,
        *,
        root: str = OPEN_ROOT,
        jitter: Jitter | None = None,
    ) -> None:
        self._settings = settings
        self._root = root
        self._client_id = client_id
        self._offer = offer
        self._troubles = troubles
        self._clock = clock
        self._jitter: Jitter = jitter or random.Random()  # noqa: S311  # spreads load, hides nothing
        self._version = MQTTProtocolVersion.MQTTv5
        self._generation = 0
        self._current: _Connection | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name="broker", daemon=True)

    def start(self) -> None:
        """Begin to connect, and go on until stopped."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Close the connection and end."""
        self._stopping.set()
        current = self._current
        if current is not None:
            current.lost.set()
            current.settled.set()
        self._thread.join(timeout_s)

    @property
    def up(self) -> bool:
        """Whether messages can come now: connected and subscribed."""
        current = self._current
        return current is not None and current.granted and not current.lost.is_set()

    def publish(self, outgoing: Outgoing) -> None:
        """Send with QoS 1; without a connection it is dropped, and the gateway asks again."""
        current = self._current
        if current is not None:
            current.client.publish(outgoing.topic, outgoing.payload, qos=1)

    def acknowledge(self, delivery: Delivery) -> None:
        """Let the broker forget a message; nothing happens where its connection is gone."""
        current = self._current
        if delivery.qos == 1 and current is not None and delivery.generation == current.generation:
            current.client.ack(delivery.mid, delivery.qos)

    def _supervise(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began_s = self._clock.monotonic_s()
            self._connect_once()
            if self._clock.monotonic_s() - began_s > STEADY_S:
                failures = 0
            ceiling_s = min(DELAY_MAX_S, DELAY_FIRST_S * 2 ** min(failures, 10))
            failures += 1
            self._stopping.wait(self._jitter.uniform(0, ceiling_s))

    def _connect_once(self) -> None:
        """One connection from beginning to end, with the version that worked last or else with the other one."""
        try:
            connection = self._run(self._version)
            why = connection.why
            if not connection.granted and not self._stopping.is_set():
                (other,) = VERSIONS.keys() - {self._version}
                connection = self._run(other)
                why = connection.why if connection.granted else why
        except BrokerSecretUnreadable as error:
            self._trouble(str(error))
            return
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
        if not self._stopping.is_set():
            self._trouble(f"The broker {self._settings.address} is away ({why}).")

    def _run(self, version: MQTTProtocolVersion) -> _Connection:
        self._generation += 1
        connection = _Connection(self._generation, version, self._client_id, self._settings, self._root, self._take)
        self._current = connection
        try:
            connection.open()
            connection.settled.wait(ANSWER_S[version])
            if connection.granted and not self._stopping.is_set():
                self._version = version
                _log.info("Connected to the broker %s with %s.", self._settings.address, VERSIONS[version])
                self._troubles.end(_SOURCE, f"The broker {self._settings.address} is back.")
                while not connection.lost.wait(1.0) and connection.client.is_connected():
                    pass
            return connection
        finally:
            self._current = None
            connection.close()

    def _take(self, connection: _Connection, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""  # names nobody; counted as a stray
        incoming = Incoming(topic, bytes(message.payload), message.retain, self._clock.wall_us())
        if self._offer(Delivery(incoming, message.qos, connection.generation, message.mid)):
            return
        if message.qos == 1:  # else it would hold a place of Receive Maximum for ever; its gateway sends it again
            connection.client.ack(message.mid, message.qos)

    def _trouble(self, what: str) -> None:
        self._troubles.begin(_SOURCE, f"{what} The hub tries again; the gateways keep their data.")
