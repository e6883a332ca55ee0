"""Dead letters: what the hub could not accept, kept whole with the reason."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What could not be stored, whole.

    Arguments:
        gateway: from the topic.
        topic: as it came.
        sequence: of the one record meant; None where it is a whole message.
        reason: in words.
        raw: the bytes of the message or record.
        arrived_us: when it came first, microseconds since 1970 UTC.
        repeats: how often the same came again.
    """

    gateway: str
    topic: str
    sequence: int | None
    reason: str
    raw: bytes
    arrived_us: int
    repeats: int = 0
