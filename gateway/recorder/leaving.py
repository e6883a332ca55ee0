"""Leaving an epoch for a new one: open intervals are closed in the old one, so that none spans two."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.recorder.held import FULL, Held, reason_of
from gateway.recorder.refusals import Refusals
from gateway.sensors.detector import Detector
from gateway.spool import Anchor, Edge, Epochs, ReadingEntry, SpoolFull, SpoolUnwritable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Left:
    """What became of an attempt to leave.

    Arguments:
        done: whether there is a new epoch.
        edges, anchors: what is still to be appended, to whichever epoch is the current one.
    """

    done: bool
    edges: tuple[Edge, ...] = ()
    anchors: tuple[Anchor, ...] = ()


def leave_epoch(
    epochs: Epochs,
    held: Held,
    detectors: Mapping[str, Detector],
    refusals: Refusals,
    newest: Anchor | None,
    taken_ns: int,
) -> Left:
    """Close the open intervals, begin a new epoch, and observe the contacts anew in it.

    Arguments:
        newest: the anchor that tells the time, which the new epoch needs too.
        taken_ns: boot clock until which all edges have been taken.
    """
    if held.waiting:
        return Left(done=False)  # it belongs to the old epoch
    cut: list[ReadingEntry] = []
    levels = {sensor: detector.level for sensor, detector in detectors.items() if detector.intervals.observed}
    after = {sensor: refusals.journalled(sensor) for sensor in detectors}
    made_up: list[str] = []
    for sensor, intervals in after.items():
        at_ns = detectors[sensor].settled_until(taken_ns)
        closed = intervals.close_until(at_ns)
        last = intervals.cut(at_ns)
        made = [*closed, *([last] if last else [])]
        cut += made
        made_up += [sensor] if made else []
    if held.append(cut, may_wait=False).refused and not held.append_alone(cut):
        if held.reason != FULL:
            return Left(done=False)
        refusals.lose(sum(len(reading.values) for reading in cut), FULL)
    else:
        for sensor in made_up:
            refusals.made_up_for(sensor)
    for sensor, intervals in after.items():
        detectors[sensor].intervals = intervals
    refusals.forget()
    edges: list[Edge] = []
    for sensor, level in levels.items():
        at_ns = detectors[sensor].settled_until(taken_ns)
        detectors[sensor].intervals.observe(at_ns, level)
        edges.append(Edge(sensor, at_ns, level, observed=True))
    return _begin(epochs, refusals, edges, [newest] if newest else [])


def _begin(epochs: Epochs, refusals: Refusals, edges: list[Edge], anchors: list[Anchor]) -> Left:
    old = epochs.current
    try:
        epochs.begin((), [*anchors, *edges])
    except (SpoolFull, SpoolUnwritable) as error:
        log.error("%s", error)
        if epochs.current is old:
            return Left(done=False, edges=tuple(edges))
        refusals.refuse(edges, reason_of(error))
        left = Left(done=True, anchors=tuple(anchors))
    else:
        refusals.keep(edges)
        left = Left(done=True)
    log.info("The epoch %s is left; what it holds is still sent. %s begins.", old.epoch, epochs.current.epoch)
    return left
