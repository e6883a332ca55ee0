"""Markers for records that had numbers and will not come (docs/formats.md, "Pack")."""

import re

from gateway.spool.entries import MarkerEntry
from sensorhub.ranges import Range

UNREADABLE, SPOOL_FULL, TOO_OLD = "unreadable", "spool-full", "too-old"
"""Why records are dropped."""

_DROPPED = re.compile(r"(\d{1,16})-(\d{1,16}) ", re.ASCII)


def dropped(span: Range, reason: str, clock_ns: int) -> MarkerEntry:
    """The marker that says so of a range of sequences."""
    return MarkerEntry("dropped", clock_ns, f"{span[0]}-{span[1]} {reason}")


def dropped_range(marker: MarkerEntry) -> Range | None:
    """The sequences that a marker says are dropped; None for another marker."""
    named = _DROPPED.match(marker.text) if marker.kind == "dropped" else None
    return (int(named[1]), int(named[2])) if named else None
