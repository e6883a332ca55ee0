"""What a message of a named gateway turns out to be: a pack, a status, dead letters, or several of these."""

from dataclasses import dataclass

from cloud.letters import DeadLetter
from cloud.receipts import Spool
from cloud.stores.protocol import StorePack
from sensorhub.command import CommandMalformed, Reply, decode_reply
from sensorhub.pack import MESSAGE_BYTES_MAX, PackMalformed, decode_pack
from sensorhub.ranges import RangeSet
from sensorhub.status import Status, StatusMalformed, decode_status
from sensorhub.topics import GatewayTopic, PackId, parse_pack_levels

REASON_SENML = "SenML without an identity (the topic senml) is not taken yet"


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as it came from the broker.

    Arguments:
        topic, payload: as sent.
        retained: whether the broker had kept it from earlier.
        arrived_us: the hub's time at arrival, microseconds since 1970 UTC.
    """

    topic: str
    payload: bytes
    retained: bool
    arrived_us: int


@dataclass(frozen=True, slots=True)
class IncomingPack:
    """A pack to be stored, and what is needed to answer it; one that cannot be read has only refused sequences."""

    message: Incoming
    spool: Spool
    pack: StorePack
    readable: bool


@dataclass(frozen=True, slots=True)
class IncomingStatus:
    """A status to be shown and answered."""

    message: Incoming
    root: str
    gateway: str
    status: Status


@dataclass(frozen=True, slots=True)
class IncomingReply:
    """What a gateway says of a command."""

    message: Incoming
    gateway: str
    reply: Reply


@dataclass(frozen=True, slots=True)
class Understood:
    """What one message holds; nothing at all where somebody cleared a retained status.

    `foreign`: it is a pack that names another gateway than the one that may send on its topic.
    """

    letters: tuple[DeadLetter, ...] = ()
    pack: IncomingPack | None = None
    status: IncomingStatus | None = None
    reply: IncomingReply | None = None
    foreign: bool = False


def understand(message: Incoming, topic: GatewayTopic) -> Understood:
    """Read a message of a named gateway; whatever cannot be accepted becomes dead letters with a reason."""
    if topic.levels[0] == "pack":
        pack_id = parse_pack_levels(topic.gateway, topic.levels)
        return _pack(message, topic.root, pack_id) if isinstance(pack_id, PackId) else _refused(message, topic, pack_id)
    if topic.levels == ("status",):
        return _status(message, topic)
    if topic.levels == ("senml",):
        return _refused(message, topic, REASON_SENML)
    if topic.levels == ("reply",):
        return _reply(message, topic)
    return _refused(message, topic, f"wrong topic: gateways do not send on {'/'.join(topic.levels)[:80]!r}")


def letter(
    gateway: str, message: Incoming, reason: str, sequence: int | None = None, raw: bytes | None = None
) -> DeadLetter:
    """The dead letter for a message, or for one record of it."""
    payload = message.payload if raw is None else raw
    return DeadLetter(gateway, message.topic, sequence, reason, payload, message.arrived_us)


def _refused(message: Incoming, topic: GatewayTopic, reason: str) -> Understood:
    return Understood(letters=(letter(topic.gateway, message, reason),))


def _pack(message: Incoming, root: str, pack_id: PackId) -> Understood:
    gateway = pack_id.gateway
    spool = Spool(root, gateway, pack_id.epoch)
    try:
        decoded = decode_pack(pack_id, message.payload)
    except PackMalformed as error:
        whole = ((pack_id.first, pack_id.last),)
        pack = StorePack(pack_id, error.hash, (), whole, message.arrived_us, root)
        unread = IncomingPack(message, spool, pack, readable=False)
        return Understood((letter(gateway, message, str(error)),), unread, foreign=error.foreign)
    letters = tuple(letter(gateway, message, bad.reason, bad.sequence, bad.raw) for bad in decoded.refused)
    refused = tuple(RangeSet((bad.sequence, bad.sequence) for bad in decoded.refused))
    pack = StorePack(pack_id, decoded.hash, decoded.records, refused, message.arrived_us, root)
    return Understood(letters, IncomingPack(message, spool, pack, readable=True))


def _status(message: Incoming, topic: GatewayTopic) -> Understood:
    if not message.payload:
        return Understood()
    if len(message.payload) > MESSAGE_BYTES_MAX:
        return _refused(message, topic, f"the status has {len(message.payload):,} bytes, over {MESSAGE_BYTES_MAX:,}")
    try:
        status = decode_status(message.payload)
    except StatusMalformed as error:
        return _refused(message, topic, str(error))
    return Understood(status=IncomingStatus(message, topic.root, topic.gateway, status))


def _reply(message: Incoming, topic: GatewayTopic) -> Understood:
    try:
        reply = decode_reply(message.payload)
    except CommandMalformed as error:
        return _refused(message, topic, str(error))
    return Understood(reply=IncomingReply(message, topic.gateway, reply))
