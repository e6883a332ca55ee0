"""The live feed's side of ingest: what a listener is told, and when."""

from collections.abc import Sequence
from typing import Protocol

from cloud.stores.protocol import StorePack
from sensorhub.status import Status
from sensorhub.topics import PackId


class Feed(Protocol):
    """Told what comes in.

    Called from the ingest thread, except `trouble`, which may come from the broker's thread too.
    Each call must return at once: it keeps the next pack waiting.
    """

    def arrived(self, pack: StorePack) -> None:
        """A pack was decoded and checked; it is not committed yet, and the same one may be told again."""
        ...

    def committed(self, packs: Sequence[PackId]) -> None:
        """These packs are durably stored; those that came before are among them."""
        ...

    def status(self, gateway: str, status: Status, arrived_us: int) -> None:
        """A named gateway's newest connection said this of itself, or its will did."""
        ...

    def unnamed(self, gateway: str, messages: int) -> None:
        """This many more messages of a gateway that nobody named were forgotten."""
        ...

    def retired(self, gateway: str) -> None:
        """A gateway is no longer named: what was said of it holds no more."""
        ...

    def trouble(self, what: str | None) -> None:
        """Data is not taken or cannot come, in a sentence; None: all is well again."""
        ...
