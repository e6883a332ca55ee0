"""MQTT topics: their shape, and what a topic names.

`essex/v1/{gateway}/...` for open data, `essex-care/v1/{gateway}/...` for social care.
"""

from dataclasses import dataclass

from sensorhub.names import is_hex16, is_id

OPEN_ROOT = "essex/v1"
CARE_ROOT = "essex-care/v1"
ROOTS = (OPEN_ROOT, CARE_ROOT)

SEQUENCE_MAX = 2**53 - 1
"""Above it a JSON number is no longer exact in every reader."""

RECORDS_PER_PACK_MAX = 1_000


@dataclass(frozen=True, slots=True)
class PackId:
    """The identity of a pack, carried by its topic.

    Arguments:
        gateway: id of the sender.
        epoch: 16 hex digits, the identity of its spool.
        first: sequence of its first record, from 1.
        count: number of records, 1 to 1,000.
    """

    gateway: str
    epoch: str
    first: int
    count: int

    @property
    def last(self) -> int:
        """Sequence of its last record."""
        return self.first + self.count - 1


def gateway_topic(root: str, gateway: str, leaf: str) -> str:
    """The topic of `leaf` (`status`, `receipt`, ...) of one gateway."""
    return f"{root}/{gateway}/{leaf}"


def pack_topic(root: str, pack: PackId) -> str:
    """The topic of a pack."""
    return f"{root}/{pack.gateway}/pack/{pack.epoch}/{pack.first}/{pack.count}"


@dataclass(frozen=True, slots=True)
class GatewayTopic:
    """What a topic under a known root says: who sent it, and the levels after the gateway's name."""

    root: str
    gateway: str
    levels: tuple[str, ...]


def parse_topic(topic: str) -> GatewayTopic | None:
    """Split a topic below one of our roots; None where the root or the gateway's name is not one."""
    for root in ROOTS:
        if topic.startswith(root + "/"):
            gateway, *levels = topic[len(root) + 1 :].split("/")
            return GatewayTopic(root, gateway, tuple(levels)) if is_id(gateway) and levels else None
    return None


def _plain_number(text: str) -> int | None:
    if not (text.isascii() and text.isdigit()) or len(text) > 16 or (text[0] == "0" and text != "0"):
        return None
    return int(text)


def parse_pack_levels(gateway: str, levels: tuple[str, ...]) -> PackId | str:
    """Read `pack/{epoch}/{first}/{count}`; a string says in words why it is no identity."""
    if len(levels) != 4 or levels[0] != "pack":
        return "the topic is not pack/{epoch}/{first}/{count}"
    epoch, first, count = levels[1], _plain_number(levels[2]), _plain_number(levels[3])
    if not is_hex16(epoch):
        return f"the epoch {epoch[:40]!r} in the topic is not 16 lower-case hex digits"
    if first is None or not 1 <= first <= SEQUENCE_MAX:
        return f"the first sequence {levels[2][:40]!r} in the topic is not a number from 1 to 2^53 - 1"
    if count is None or not 1 <= count <= RECORDS_PER_PACK_MAX or first + count - 1 > SEQUENCE_MAX:
        return f"the count {levels[3][:40]!r} in the topic is not a number from 1 to {RECORDS_PER_PACK_MAX:,}"
    return PackId(gateway, epoch, first, count)
