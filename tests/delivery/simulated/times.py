"""What the anchors of one card say of its boots, against the true time."""

from collections.abc import Sequence
from itertools import pairwise
from uuid import UUID

from gateway.anchors.times import SNAP_NS, STEP_PPM, is_step, wall_at
from gateway.spool import Anchor, AnchorKind
from sensorhub.reading import NS_PER_US
from tests.delivery.simulated.accounts import Accepted
from tests.delivery.simulated.clock import Computer
from tests.delivery.simulated.trace import Broken

DRIFT_NS = 1_000_000
"""What a clock drifts while an answer is on its way."""


class Times:
    """The anchors of a card.

    Arguments:
        computer: whose clocks its records carry.
    """

    def __init__(self, computer: Computer) -> None:
        self._computer = computer
        self._anchors: dict[UUID, list[Anchor]] = {}

    def copy(self, computer: Computer) -> "Times":
        """Those of a copy of the card, which goes on in another computer."""
        computer.boots.update(self._computer.boots)
        other = Times(computer)
        other._anchors = {boot: list(anchors) for boot, anchors in self._anchors.items()}
        return other

    def note(self, boot: UUID, anchors: Sequence[Anchor]) -> None:
        """The anchors of a boot that the spool holds."""
        known = self._anchors.setdefault(boot, [])
        known += [anchor for anchor in anchors if anchor not in known]
        for anchor in anchors[-1:]:
            if anchor.source is AnchorKind.RECEIPT and not self._is_honest(boot, anchor):
                raise Broken("time", f"{anchor} is from a receipt and is wrong")

    def is_estimated(self, boot: UUID) -> bool:
        """Whether the times of a boot are an estimate."""
        return any(anchor.source is AnchorKind.ESTIMATED for anchor in self._anchors.get(boot, ()))

    def went_back(self, boot: UUID) -> bool:
        """Whether the wall clock was set back in a boot, as far as its anchors tell."""
        pairs = pairwise(self._anchors.get(boot, []))
        return any(is_step(one, two) and wall_at(one, two.clock_ns) > two.wall_ns for one, two in pairs)

    def wrong(self, accepted: Accepted, said_ns: int) -> str | None:
        """What is wrong with the time that a record is stored with, None where nothing is, or where clocks lied."""
        anchors = self._anchors.get(accepted.boot, [])
        if not anchors or any(not self._is_honest(accepted.boot, anchor) for anchor in anchors):
            return None
        true_ns = self._computer.boots[accepted.boot].true_ns(accepted.clock_ns)
        reach_ns = max(abs(anchor.clock_ns - accepted.clock_ns) for anchor in anchors)
        bound_ns = max(anchor.error_ns for anchor in anchors) + reach_ns * STEP_PPM // 1_000_000 + SNAP_NS + NS_PER_US
        off_ns = abs(said_ns - true_ns)
        return None if off_ns <= bound_ns else f"is {off_ns / 1e9:.3f} s off, may be {bound_ns / 1e9:.3f} s"

    def _is_honest(self, boot: UUID, anchor: Anchor) -> bool:
        true_ns = self._computer.boots[boot].true_ns(anchor.clock_ns)
        return abs(anchor.wall_ns - true_ns) <= anchor.error_ns + DRIFT_NS
