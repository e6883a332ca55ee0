"""What the broker takes and what it does not: sizes, refusals, and packs that are set aside so that others go.

A broker says its largest packet when it greets (MQTT 5), or it never says and refuses what is larger: mosquitto's
`message_size_limit` answers with a PUBACK that breaks the connection, and in MQTT 3.1.1 drops the message in silence.
"""

import logging
from dataclasses import dataclass

from gateway.uplink.packer import SealedPack
from sensorhub.pack import MESSAGE_BYTES_MAX

log = logging.getLogger(__name__)

PACKET_TOO_LARGE = 0x95
NO_SUBSCRIBER = 0x10

BROKE_MAX = 3
"""A connection that breaks so often with the same pack as the only one under way breaks because of it."""

ASIDE_S = 900.0
"""How long a pack is set aside before it is tried again, seconds."""

LEARNED_S = 3_600.0
"""How long a size that was found out by failing counts, seconds: brokers are mended."""

SMALLEST_BYTES = 1_000
"""No smaller limit is learned: whatever breaks then, it is not the size."""

ASIDE_PACKS_MAX = 1_000
"""Packs remembered as set aside; of more the oldest are tried again sooner."""

Key = tuple[str, int]


@dataclass(slots=True)
class _Aside:
    """A pack that broke connections, or was set aside until some time with a sentence that says why."""

    broke: int = 0
    until_s: float | None = None
    text: str = ""


class Limits:
    """Kept over all connections; all `now_s` are the machine clock."""

    def __init__(self) -> None:
        self.payload_max = MESSAGE_BYTES_MAX
        """The largest payload that a new pack may have, bytes."""
        self._granted = MESSAGE_BYTES_MAX
        self._learned = MESSAGE_BYTES_MAX
        self._learned_until_s = 0.0
        self._through_max = 0
        self._aside: dict[Key, _Aside] = {}
        self._refusal = ""
        self._said: set[int] = set()

    @property
    def trouble(self) -> str:
        """What the broker does not take, in a sentence; empty where it takes all."""
        return self._refusal or next((aside.text for aside in self._aside.values() if aside.text), "")

    def connected(self, payload_max: int, now_s: float) -> None:
        """A connection is up whose broker takes payloads of so many bytes in a pack."""
        self._granted = min(MESSAGE_BYTES_MAX, payload_max)
        if now_s >= self._learned_until_s:
            self._learned = MESSAGE_BYTES_MAX
        self.payload_max = min(self._granted, self._learned)

    def takes(self, pack: SealedPack, now_s: float) -> bool:
        """Whether a pack that was sealed before may go; where it may not it is set aside, said once."""
        aside = self._aside.get(_key(pack))
        if aside is not None and aside.until_s is not None:
            return False
        if len(pack.payload) <= self._granted:
            return True
        self.set_aside(pack, f"is larger than the {self._granted:,} bytes that the broker takes", now_s)
        return False

    def broke(self, pack: SealedPack, now_s: float) -> None:
        """The connection broke while this pack alone was under way."""
        aside = self._of(_key(pack))
        aside.broke += 1
        if aside.broke >= BROKE_MAX:
            self._learn(pack, now_s)
            self.set_aside(pack, f"broke the connection to the broker {aside.broke} times", now_s)

    def unanswered(self, pack: SealedPack, now_s: float) -> None:
        """A pack was sent many times and has no receipt, though the hub is there."""
        if self._through_max:
            self._learn(pack, now_s)
        self.set_aside(pack, "gets no receipt", now_s)

    def refused(self, pack: SealedPack | None, code: int, reason: str, now_s: float) -> bool:
        """The broker acknowledged a message with a reason code that says it goes no further.

        Arguments:
            pack: which it was; None where it was no pack.

        Returns:
            Whether the pack is set aside; else it is sent again with back-off.
        """
        if code == NO_SUBSCRIBER:
            self._refusal = "The broker has nobody who takes this gateway's messages: start the hub there."
        else:
            what = "a status" if pack is None else "a pack"
            self._refusal = (
                f"The broker refuses {what} of this gateway ({reason}, 0x{code:02x}): check its limits and ACL."
            )
        if code not in self._said:
            self._said.add(code)
            log.warning("%s It is sent again, less and less often.", self._refusal)
        if pack is None or code != PACKET_TOO_LARGE:
            return False
        self._learn(pack, now_s)
        self.set_aside(pack, "is larger than the broker takes", now_s)
        return True

    def through(self, pack: SealedPack) -> None:
        """A receipt has named a pack, so the way is open."""
        self._through_max = max(self._through_max, len(pack.payload))
        self._refusal = ""
        self._said.clear()
        self.forget(*_key(pack))

    def forget(self, epoch: str, first: int) -> None:
        """A pack has its receipt, or can no longer be made."""
        self._aside.pop((epoch, first), None)

    def set_aside(self, pack: SealedPack, why: str, now_s: float) -> None:
        """Do not send a pack for a while, so that others go."""
        aside = self._of(_key(pack))
        first_time = not aside.text
        aside.until_s = now_s + ASIDE_S
        aside.text = f"Records {pack.id.first} to {pack.id.last} are kept and not sent: their pack {why}."
        if first_time:
            log.error("%s Others go; it is tried again every %.0f minutes.", aside.text, ASIDE_S / 60)

    def waited(self, epoch: str, now_s: float) -> list[int]:
        """First sequences of the packs of an epoch that were set aside for long enough; they may go once more."""
        over = [key for key, aside in self._aside.items() if key[0] == epoch and (aside.until_s or now_s + 1) <= now_s]
        for key in over:
            self._aside[key].until_s = None
        return [first for _, first in over]

    def _learn(self, pack: SealedPack, now_s: float) -> None:
        size = len(pack.payload)
        if size <= SMALLEST_BYTES:
            return
        if size <= self._through_max:
            self._through_max = 0  # what once went through says nothing of the broker as it is now
        # Not by halves: each pack that is still too large could never be made smaller again.
        self._learned = max(self._through_max, SMALLEST_BYTES)
        self._learned_until_s = now_s + LEARNED_S
        self.payload_max = min(self._granted, self._learned)

    def _of(self, key: Key) -> _Aside:
        if key not in self._aside and len(self._aside) >= ASIDE_PACKS_MAX:
            del self._aside[next(iter(self._aside))]
        return self._aside.setdefault(key, _Aside())


def _key(pack: SealedPack) -> Key:
    return pack.id.epoch, pack.id.first
