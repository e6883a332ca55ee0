"""Watches what contacts do: those that are stuck, and counts that cannot be right, are faults of their sensor."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from firmware_config.sensor import SensorConfig
from gateway.anchors.times import AnchorBook, wall_at
from gateway.recorder.contact import Contact
from gateway.recorder.faults import Faults
from gateway.recorder.stuck import StuckLimits, local_time
from sensorhub.reading import NS_PER_S

LOOK_NS = NS_PER_S
"""How often it is looked: limits are minutes and hours."""


class ContactWatch:
    """All counted contacts of one gateway.

    Arguments:
        sensors: as configured.
        contacts: what measures them.
        faults: where faults are told.
        anchors: what time it is, for limits that depend on the hour.
    """

    def __init__(
        self, sensors: Sequence[SensorConfig], contacts: Mapping[str, Contact], faults: Faults, anchors: AnchorBook
    ) -> None:
        self._contacts = contacts
        self._faults = faults
        self._anchors = anchors
        self._limits = {each.id: StuckLimits(each, self._local) for each in sensors if each.id in contacts}
        self._looked_ns: int | None = None

    def look(self, now_ns: int) -> None:
        """Look, where it is time to; called after edges were taken."""
        if self._looked_ns is not None and now_ns - self._looked_ns < LOOK_NS:
            return
        self._looked_ns = now_ns
        for name, contact in self._contacts.items():
            if not contact.intervals.observed:
                continue  # its pin cannot be read, which is a fault by itself
            stuck = self._limits[name].look(now_ns, contact.levels, contact.changed_ns)
            self._faults.set(name, "stuck", stuck)
            self._faults.set(name, "count", contact.intervals.fault)

    def _local(self, clock_ns: int) -> datetime | None:
        newest = self._anchors.newest
        return None if newest is None else local_time(wall_at(newest, clock_ns))
