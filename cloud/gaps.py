"""Gaps: records that were given a number, or refused one, and that nobody will bring any more.

A gap is what `dropped` markers name less what is here now or comes later, and what lies below the lowest sequence
that a gateway keeps and is neither here nor named. So a late arrival closes it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from cloud.stores.protocol import NotedMarker
from sensorhub.ranges import Range, RangeSet

GapKind = Literal["dropped", "unnamed", "rejected"]
"""Named by a marker; named by nobody; readings that were refused before they had a number."""

GAPS_PER_EPOCH_MAX = 1_000
"""A spool that overflows for weeks writes marker after marker; the last row counts all further gaps of its epoch."""

REASON_UNNAMED = "neither here nor on the card, and no marker names them"

_DROPPED = re.compile(r"(\d{1,16})-(\d{1,16}) (.{1,200})")
_REJECTED = re.compile(r"(\d{1,16}) (.{1,200})")


@dataclass(frozen=True, slots=True)
class Gap:
    """Records that are missing.

    Arguments:
        gateway, epoch: whose they are.
        kind: how it is known.
        first, last: their sequences; of `rejected` that of the marker, since they have none of their own.
        count: how many.
        reason: in the gateway's word, as in spool-full.
        noted_us: when the hub came to know, microseconds since 1970 UTC.
        from_us, to_us: times of the records around them where these are known; of `rejected` that of the marker.
    """

    gateway: str
    epoch: str
    kind: GapKind
    first: int
    last: int
    count: int
    reason: str
    noted_us: int
    from_us: int | None = None
    to_us: int | None = None


@dataclass(frozen=True, slots=True)
class Floor:
    """The lowest sequence that a gateway said to keep of an epoch, above 1.

    Arguments:
        gateway, epoch: whose it is.
        lowest: what lies below is on no card any more.
        next: what was to be given next when it was said first. Whatever was dropped by then was named before `next`,
            so only when all of `lowest` to `next` is here can it be told that nobody names it.
        noted_us: when it was said first, microseconds since 1970 UTC.
    """

    gateway: str
    epoch: str
    lowest: int
    next: int
    noted_us: int


def open_gaps(
    gateway: str, epoch: str, here: RangeSet, markers: Iterable[NotedMarker], floor: Floor | None
) -> list[Gap]:
    """The gaps of an epoch, by sequence, without the times around them.

    Arguments:
        gateway, epoch: whose they are.
        here: the sequences that are stored or kept as dead letters.
        markers: all markers of the epoch.
        floor: the highest one that its gateway told; None where nothing has left the card.
    """
    gaps: list[Gap] = []
    named = RangeSet()
    for noted in sorted(markers, key=lambda noted: noted.sequence):
        text = noted.marker.text
        dropped = _DROPPED.fullmatch(text) if noted.marker.kind == "dropped" else None
        if dropped is None:
            gaps.append(_unnumbered(gateway, epoch, noted))
            continue
        first, last, reason = int(dropped[1]), int(dropped[2]), dropped[3]
        for low, high in _less(here, first, last):
            for a, b in named.missing(low, high):
                gaps.append(Gap(gateway, epoch, "dropped", a, b, b - a + 1, reason, noted.arrived_us))
        named.add(first, last)
    if floor is not None and not _less(here, floor.lowest, floor.next - 1):
        for low, high in _less(here, 1, floor.lowest - 1):
            for a, b in named.missing(low, high):
                gaps.append(Gap(gateway, epoch, "unnamed", a, b, b - a + 1, REASON_UNNAMED, floor.noted_us))
    return _bounded(list(_joined(sorted(gaps, key=lambda gap: (gap.first, gap.kind)))))


def _unnumbered(gateway: str, epoch: str, noted: NotedMarker) -> Gap:
    marker, at = noted.marker, noted.sequence
    rejected = _REJECTED.fullmatch(marker.text)
    count, reason = (int(rejected[1]), rejected[2]) if rejected is not None else (0, marker.text[:200])
    return Gap(gateway, epoch, "rejected", at, at, count, reason, noted.arrived_us, marker.time_us, marker.time_us)


def _less(here: RangeSet, first: int, last: int) -> list[Range]:
    return here.missing(first, last) if first <= last else []


def _joined(gaps: Iterable[Gap]) -> Iterator[Gap]:
    """Neighbours of one reason as one."""
    before: Gap | None = None
    for gap in gaps:
        if before is not None and gap.kind != "rejected" and _continues(before, gap):
            noted_us = min(before.noted_us, gap.noted_us)
            before = _with(before, last=gap.last, count=before.count + gap.count, noted_us=noted_us)
            continue
        if before is not None:
            yield before
        before = gap
    if before is not None:
        yield before


def _continues(before: Gap, gap: Gap) -> bool:
    return (before.kind, before.reason, before.last + 1) == (gap.kind, gap.reason, gap.first)


def _with(gap: Gap, *, last: int, count: int, noted_us: int) -> Gap:
    return Gap(gap.gateway, gap.epoch, gap.kind, gap.first, last, count, gap.reason, noted_us, gap.from_us, gap.to_us)


def _bounded(gaps: list[Gap]) -> list[Gap]:
    if len(gaps) <= GAPS_PER_EPOCH_MAX:
        return gaps
    kept, rest = gaps[: GAPS_PER_EPOCH_MAX - 1], gaps[GAPS_PER_EPOCH_MAX - 1 :]
    return [*kept, _with(rest[0], last=rest[-1].last, count=sum(gap.count for gap in rest), noted_us=rest[0].noted_us)]
