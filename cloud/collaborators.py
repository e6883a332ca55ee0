"""What ingest works with, as narrow as it uses it: who is named, and the hub's books beside the readings.

Called from the ingest thread only. A simulation puts models in their place.
"""

from collections.abc import Sequence
from typing import Literal, Protocol

from cloud.gaps import Floor, Gap
from cloud.letters import DeadLetter
from sensorhub.command import Reply

FindingKind = Literal["conflict", "gap", "security", "disk"]
"""`disk` is of the hub itself: its gateway is empty, its count a percentage."""


class Named(Protocol):
    """The gateways that somebody named."""

    def key(self, gateway: str) -> bytes | None:
        """The key of a named gateway; None for one that nobody named. Changes in `refresh` only."""
        ...

    def heard(self, gateway: str, arrived_us: int) -> None:
        """A named gateway spoke."""
        ...

    def forget(self, gateway: str, arrived_us: int) -> bool:
        """Count a message of a gateway that nobody named; False where there are too many to list one more."""
        ...

    def refresh(self) -> Sequence[str]:
        """Look who is named now, if it is time to, and return the gateways that no longer are."""
        ...

    def note(self) -> None:
        """Write down who was heard, if it is time to.

        Raises:
            StoreUnavailable: it could not be written; it is kept for the next time.
        """
        ...


class Books(Protocol):
    """What is kept beside the readings. What changes something is durable when it returns.

    Every method may raise StoreUnavailable: nothing was changed, and the same call may be made again.
    """

    def dead_letter_room(self, gateway: str) -> bool:
        """Whether a gateway may have another dead letter."""
        ...

    def add_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        """Keep letters; one that is there already changes nothing, or is counted where it came at another time."""
        ...

    def command_number(self, gateway: str, epoch: str, now_us: int) -> int:
        """The number of the command to leave `epoch`: the one given before while no reply to it has come, else a new
        one: above every number that this gateway was ever given, and at least `now_us` in milliseconds."""
        ...

    def replied(self, gateway: str, reply: Reply, now_us: int) -> bool:
        """Keep a reply beside its command; False where no such command was given."""
        ...

    def floors(self) -> Sequence[Floor]:
        """All floors."""
        ...

    def add_floor(self, floor: Floor) -> None:
        """Keep a floor in place of a lower one of the same epoch."""
        ...

    def set_gaps(self, gateway: str, epoch: str, gaps: Sequence[Gap]) -> int:
        """Keep the gaps of an epoch in place of those before; how many records all gaps of that gateway lack now."""
        ...

    def add_finding(self, kind: FindingKind, gateway: str, text: str, count: int, now_us: int) -> None:
        """Open a finding, or add to the one that is open: its count grows, its text is the newest."""
        ...

    def set_finding(self, kind: FindingKind, gateway: str, text: str, count: int, now_us: int) -> None:
        """Open a finding, or put text and count in place of its own; with a count of 0 it is closed."""
        ...
