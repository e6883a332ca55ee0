"""Times for a boot that never knew the time: bounds from its neighbours (docs/formats.md, "Seal").

It began after the boot before it had ended, and ended before the next one began. Where a neighbour did not know the
time either, its length is carried over to the one beyond. The estimate is the middle of what is left, and half of
that, with what the crystal may have drifted, is its error.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.anchors.times import STEP_PPM, believed, wall_at
from gateway.spool import Anchor, AnchorKind, Spool

UNKNOWN_NS = 2**62
"""The error of an estimate that has no lower bound: nobody knows. 146 years."""

NOTE_ERROR_NS = 1_000_000_000
"""How far a boot's last known wall time may be off, where its anchors have gone: as far as an anchor may be."""

_PPM = 1_000_000


@dataclass(frozen=True, slots=True)
class KnownBoot:
    """What is known of one boot.

    Arguments:
        length_ns: boot clock when it was last known to be alive.
        begin_wall_ns: wall time at its boot clock 0, by what was known first; None where nobody knew.
        end_wall_ns: wall time at `length_ns`, by what was known last; None where nobody knew.
        error_ns: of the two.
        is_anchored: whether anchors of it are kept; else the two are what a note says of it.
    """

    length_ns: int
    begin_wall_ns: int | None = None
    end_wall_ns: int | None = None
    error_ns: int = 0
    is_anchored: bool = False


def known_boots(spool: Spool) -> dict[int, KnownBoot]:
    """The boots of a spool by index, in the order in which they were; estimates made before count for nothing."""
    found = {}
    for boot in spool.boots:
        note = spool.last_known(boot)
        anchors = spool.anchors(boot)
        real = believed([anchor for anchor in anchors if anchor.source is not AnchorKind.ESTIMATED])
        if real:
            first, last = min(real, key=_clock), max(real, key=_clock)
            begin, end, error_ns = wall_at(first, 0), wall_at(last, note.clock_ns), max(first.error_ns, last.error_ns)
            found[boot] = KnownBoot(note.clock_ns, begin, end, error_ns + _drift(note.clock_ns), is_anchored=True)
        elif note.wall_ns and not anchors:
            begin = note.wall_ns - note.clock_ns
            found[boot] = KnownBoot(note.clock_ns, begin, note.wall_ns, NOTE_ERROR_NS + _drift(note.clock_ns))
        else:
            found[boot] = KnownBoot(note.clock_ns)
    return found


def estimates(boots: Sequence[KnownBoot]) -> list[Anchor | None]:
    """An estimated anchor for each boot without anchors; None for the others, and where no later boot knows the time.

    Arguments:
        boots: in the order in which they were; the last one may still be running.
    """
    return [_estimate(boots, at) for at in range(len(boots))]


def _estimate(boots: Sequence[KnownBoot], at: int) -> Anchor | None:
    boot = boots[at]
    if boot.is_anchored:
        return None
    latest = _latest_begin(boots, at)
    if boot.begin_wall_ns is not None and (latest is None or boot.begin_wall_ns <= latest[0] + latest[1]):
        # Its anchors were lost with bad sectors; what its notes say of them is left.
        return Anchor(0, boot.begin_wall_ns, boot.error_ns, AnchorKind.ESTIMATED)
    if latest is None:
        return None
    latest_ns, late_error_ns = latest
    earliest = _earliest_begin(boots, at)
    if earliest is None:
        # Without a lower bound the latest time is the likeliest: most often a boot ends because the next one begins.
        return Anchor(0, latest_ns, UNKNOWN_NS, AnchorKind.ESTIMATED)
    earliest_ns, early_error_ns = earliest
    error_ns = early_error_ns + late_error_ns + _drift(boot.length_ns)
    if earliest_ns > latest_ns + error_ns:
        return Anchor(0, latest_ns, UNKNOWN_NS, AnchorKind.ESTIMATED)  # a wall clock of before has lied
    begin_ns = max(earliest_ns, (earliest_ns + latest_ns) // 2)
    return Anchor(0, begin_ns, abs(latest_ns - earliest_ns) // 2 + error_ns, AnchorKind.ESTIMATED)


def _earliest_begin(boots: Sequence[KnownBoot], at: int) -> tuple[int, int] | None:
    """The earliest wall time at which it can have begun, and how far that may be off (ns)."""
    between_ns = 0
    for before in reversed(boots[:at]):
        if before.end_wall_ns is not None:
            return before.end_wall_ns + between_ns, before.error_ns + _drift(between_ns)
        between_ns += before.length_ns
    return None


def _latest_begin(boots: Sequence[KnownBoot], at: int) -> tuple[int, int] | None:
    lived_ns = boots[at].length_ns
    for after in boots[at + 1 :]:
        if after.begin_wall_ns is not None:
            return after.begin_wall_ns - lived_ns, after.error_ns + _drift(lived_ns)
        lived_ns += after.length_ns
    return None


def _drift(length_ns: int) -> int:
    return length_ns * STEP_PPM // _PPM


def _clock(anchor: Anchor) -> int:
    return anchor.clock_ns
