"""What passes between the link to the broker and whom it serves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

PACKET_BYTES_MAX = 268_435_460
"""The largest packet of MQTT itself: five bytes of header before 2^28 - 1."""


@dataclass(frozen=True, slots=True)
class Message:
    """Something to publish, QoS 1."""

    topic: str
    payload: bytes
    retain: bool = False


@dataclass(frozen=True, slots=True)
class Granted:
    """What a broker allows on a connection, from its greeting; MQTT 3.1.1 has no such words, so all is allowed.

    Arguments:
        packet_bytes_max: its largest packet, header included.
        receive_max: how many messages may be without its acknowledgement.
        retain: whether it keeps retained messages.
        qos_max: the highest quality of service.
    """

    packet_bytes_max: int = PACKET_BYTES_MAX
    receive_max: int = 65_535
    retain: bool = True
    qos_max: int = 2


class BrokerUnfit(Exception):
    """A broker that cannot serve a gateway."""

    def __init__(self) -> None:
        super().__init__("it takes no messages of QoS 1; a gateway needs a broker that does")


class LinkSilent(Exception):
    """The connection looks alive and gives nothing back."""


class Driver(Protocol):
    """What the link serves; all is called in the event loop, one connection at a time."""

    async def connected(self, granted: Granted) -> None:
        """A connection is up and subscribed."""
        ...

    async def disconnected(self, unanswered: Sequence[str]) -> None:
        """That connection is gone; `unanswered` are the topics of messages that the broker had not acknowledged."""
        ...

    async def received(self, topic: str, payload: bytes) -> None:
        """A message came."""
        ...

    async def refused(self, topic: str, code: int, reason: str) -> None:
        """A message goes no further, by an MQTT 5 reason code, with its name."""
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
