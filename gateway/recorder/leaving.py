"""Leaving an epoch for a new one: open intervals are closed in the old one, so that none spans two."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.recorder.contact import Contact
from gateway.recorder.held import FULL, Held, reason_of
from gateway.recorder.refusals import Refusals
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
    contacts: Mapping[str, Contact],
    refusals: Refusals,
    newest: Anchor | None,
    taken_ns: int,
) -> Left:
    """Close the open intervals, begin a new epoch, and observe the contacts anew in it.

    Arguments:
        contacts: those that are journalled; what is not has nothing in the old epoch that it could be made of.
        newest: the anchor that tells the time, which the new epoch needs too.
        taken_ns: boot clock until which all edges have been taken.
    """
    if held.waiting:
        return Left(done=False)  # it belongs to the old epoch
    cut: list[ReadingEntry] = []
    read = [sensor for sensor, contact in contacts.items() if contact.intervals.observed]
    after = {sensor: refusals.journalled(sensor) for sensor in contacts}
    made_up: list[str] = []
    for sensor, intervals in after.items():
        at_ns = contacts[sensor].settled_until(taken_ns)
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
        contacts[sensor].intervals = intervals
    refusals.forget()
    edges: list[Edge] = []
    for sensor in read:
        edges += contacts[sensor].observed(contacts[sensor].settled_until(taken_ns))
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
