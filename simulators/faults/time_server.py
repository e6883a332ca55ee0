"""The time of a simulated gateway whose time server may be wrong: NTP and the hub's receipts, as on a Pi."""

from collections.abc import Callable
from dataclasses import replace

from gateway.anchors.sources import BUILT_NS, SystemAnchors
from gateway.spool.entries import Anchor
from sensorhub.clock import MeasurementClock, ns_from_us, seconds_ns
from sensorhub.reading import NS_PER_US

EARLIEST_US = BUILT_NS // NS_PER_US
"""No gateway believes a clock that says less, so in an earlier world it would never know the time."""

ERROR_NS = 10_000_000
"""How far NTP may be off while it is in sync, as it says itself; the hub's answers likewise."""


class ServedAnchors(SystemAnchors):
    """Anchors as a real gateway has them, in the world's time.

    Arguments:
        clock: the measurement clock.
        wall_us_at: the world's time at a measurement clock, microseconds since 1970 UTC.
        ahead_s: how far the time server is ahead of it, seconds.
    """

    def __init__(
        self, clock: MeasurementClock, wall_us_at: Callable[[int], int], ahead_s: Callable[[int], float]
    ) -> None:
        self._wall_us_at = wall_us_at

        def served_ns() -> int:
            now_ns = clock.now_ns()
            return ns_from_us(wall_us_at(now_ns)) + seconds_ns(ahead_s(now_ns))

        super().__init__(wall=served_ns, clock=clock.now_ns, sync=lambda: ERROR_NS)

    @property
    def hub_is_known(self) -> bool:
        """Whether the hub has told the time."""
        return self._hub is not None

    def offered(self, anchor: Anchor) -> Anchor | None:
        """The hub tells this machine's time; one that lived in the world would have told the world's."""
        wall_ns = ns_from_us(self._wall_us_at(anchor.clock_ns))
        return super().offered(replace(anchor, wall_ns=wall_ns, error_ns=ERROR_NS))
