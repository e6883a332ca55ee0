"""What the recorder collects for one append, and what the append made durable."""

from dataclasses import dataclass

from gateway.recorder.refusals import Rejoin
from gateway.spool import Anchor, Edge, Entry


@dataclass(frozen=True, slots=True)
class Group:
    """What one `collect` gave, for one `append`.

    Arguments:
        anchors: stand before everything else.
        entries: the rest, in the order of the journal.
        settled_until_ns: every pin change at or before this boot clock is in it, or was in an earlier one.
        rejoin: the part of it that brings refused contacts back.
    """

    anchors: tuple[Anchor, ...]
    entries: tuple[Entry, ...]
    settled_until_ns: int
    rejoin: Rejoin | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """What one `append` made durable.

    Arguments:
        edges: settled changes; levels found when a contact was first read are left out.
        readings: how many entries are readings.
        settled_until_ns: every pin change at or before this boot clock is durable, or was refused and counted.
    """

    edges: tuple[Edge, ...]
    readings: int
    settled_until_ns: int
