"""What a fleet has done: counted by each process, added up by the command."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Self


@dataclass(slots=True)
class Counts:
    """So far; readings where not said otherwise.

    Arguments:
        connected: gateways whose connection is up.
        answered: gateways whose status the hub has answered.
        sent: published at least once.
        receipted: named by a valid receipt as stored.
        refused: named by a valid receipt as kept for dead letters.
        resent: published again, each time counted.
        waiting: due, and not sent since the window was full.
        ignored: messages from the hub that were not signed with the gateway's key, or are no receipt.
        last_receipt_s: when the last receipt came that freed a pack, machine clock; 0: none.
        cpu_s: processor time, seconds.
        told_s: when this was counted, machine clock; of several processes the earliest.
        trouble: what the connection or the broker said last.
    """

    connected: int = 0
    answered: int = 0
    sent: int = 0
    receipted: int = 0
    refused: int = 0
    resent: int = 0
    waiting: int = 0
    ignored: int = 0
    last_receipt_s: float = 0.0
    cpu_s: float = 0.0
    told_s: float = 0.0
    trouble: str = ""

    @classmethod
    def of_json(cls, text: str) -> Self:
        """Read what `as_json` wrote."""
        return cls(**json.loads(text))

    def as_json(self) -> str:
        """One JSON object on one line."""
        return json.dumps(asdict(self))

    @property
    def outstanding(self) -> int:
        """Sent, and named by no receipt."""
        return self.sent - self.receipted - self.refused

    @property
    def through(self) -> bool:
        """Whether all that fell due was sent and answered."""
        return not self.outstanding and not self.waiting


def added_up(parts: Sequence[Counts]) -> Counts:
    """All processes together."""
    total = Counts()
    for field in fields(Counts):
        values = [getattr(part, field.name) for part in parts]
        setattr(total, field.name, _ADDED.get(field.name, sum)(values))
    return total


_ADDED: dict[str, Callable[[list[Any]], Any]] = {
    "last_receipt_s": max,
    "told_s": min,
    "trouble": lambda texts: next(filter(None, texts), ""),
}
