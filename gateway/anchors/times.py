"""From boot clock to wall time: what an anchor means, which anchors a seal takes, when a time is snapped.

Rules and figures: docs/formats.md, "Seal" and "Interval times".
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from gateway.spool import Anchor, AnchorKind
from sensorhub.reading import NS_PER_US

STEP_PPM = 200
"""No crystal of a Pi is off by more; anchors that disagree by more than this tell of a step of the wall clock."""

DISAGREE_NS = 1_000_000_000
"""How far NTP and the hub may be apart beyond what both say of their error: leap seconds are smeared over a day, and
the hub's own NTP has an error that its receipts do not tell."""

SNAP_NS = 250_000_000
"""A time this near to a multiple of the sensor's period is that multiple."""

_NS_PER_MS = 1_000_000


def wall_at(anchor: Anchor, clock_ns: int) -> int:
    """Wall time (ns since 1970 UTC) at a boot clock, by one anchor."""
    return anchor.wall_ns + clock_ns - anchor.clock_ns


def is_step(earlier: Anchor, later: Anchor) -> bool:
    """Whether the wall clock stepped between two anchors: they differ by more than their errors and any drift."""
    apart = abs(wall_at(earlier, later.clock_ns) - later.wall_ns)
    drift_max = abs(later.clock_ns - earlier.clock_ns) * STEP_PPM // 1_000_000
    return apart > earlier.error_ns + later.error_ns + drift_max


def believed(anchors: Sequence[Anchor]) -> list[Anchor]:
    """The anchors of one boot without those of NTP that disagree with the hub's signed time.

    Arguments:
        anchors: by rising boot clock.

    A boot clock has one mapping to wall time, but for drift: where two anchors disagree one of them lies, and it is
    not the hub's.
    """
    signed = [anchor for anchor in anchors if anchor.source is AnchorKind.RECEIPT]
    if not signed:
        return list(anchors)
    clocks = [anchor.clock_ns for anchor in signed]

    def near(anchor: Anchor) -> Anchor:
        at = bisect_left(clocks, anchor.clock_ns)
        return min(signed[max(0, at - 1) : at + 1], key=lambda other: abs(other.clock_ns - anchor.clock_ns))

    return [anchor for anchor in anchors if anchor.source is not AnchorKind.NTP or not is_lie(anchor, near(anchor))]


def is_lie(ntp: Anchor, hub: Anchor) -> bool:
    """Whether NTP and the hub disagree by more than their errors, any drift, and what the hub does not say."""
    earlier, later = sorted((ntp, hub), key=lambda anchor: anchor.clock_ns)
    return is_step(earlier, replace(later, error_ns=later.error_ns + DISAGREE_NS))


def anchors_for(anchors: Sequence[Anchor], first_ns: int, last_ns: int) -> tuple[Anchor, ...]:
    """The one or two anchors that give the times of records from `first_ns` to `last_ns` (boot clock).

    Arguments:
        anchors: of that boot, at least one, by rising boot clock.

    Two when one lies before and one after, or at least after the first, and the wall clock did not step between
    them; across a step the one with the smaller error counts, else the later.
    """
    before = next((anchor for anchor in reversed(anchors) if anchor.clock_ns <= first_ns), None)
    after = next((anchor for anchor in anchors if anchor.clock_ns >= last_ns), None)
    if after is None and anchors[-1].clock_ns > first_ns:
        after = anchors[-1]
    if before is None or after is None or before is after:
        return (before or after or anchors[-1],)
    if not is_step(before, after):
        return (before, after)
    return (before if before.error_ns < after.error_ns else after,)


def sealed_wall_ns(anchors: Sequence[Anchor], clock_ns: int) -> int:
    """Wall time of a boot clock by the one or two anchors of a seal: interpolated between, carried on beyond."""
    if len(anchors) == 1:
        return wall_at(anchors[0], clock_ns)
    early, late = anchors
    if clock_ns <= early.clock_ns:
        return wall_at(early, clock_ns)
    if clock_ns >= late.clock_ns:
        return wall_at(late, clock_ns)
    gained = late.wall_ns - wall_at(early, late.clock_ns)
    return wall_at(early, clock_ns) + gained * (clock_ns - early.clock_ns) // (late.clock_ns - early.clock_ns)


def sealed_time_us(anchors: Sequence[Anchor], clock_ns: int, period_ms: int) -> int:
    """The time of a record in its pack, microseconds since 1970 UTC: snapped to the sensor's period (0: never)."""
    wall_ns = sealed_wall_ns(anchors, clock_ns)
    if period_ms:
        period_ns = period_ms * _NS_PER_MS
        multiple = (wall_ns + period_ns // 2) // period_ns * period_ns
        if abs(wall_ns - multiple) <= SNAP_NS:
            wall_ns = multiple
    return (wall_ns + NS_PER_US // 2) // NS_PER_US


class AnchorBook:
    """The newest anchor of this boot, for the bounds of intervals."""

    def __init__(self) -> None:
        self.newest: Anchor | None = None

    def note(self, anchor: Anchor) -> None:
        """Take an anchor that the spool holds, or is about to; an older one, carried over, changes nothing."""
        if self.newest is None or anchor.clock_ns >= self.newest.clock_ns:
            self.newest = anchor
