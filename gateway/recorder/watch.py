"""Watches what contacts do: those that are stuck or never at rest, and counts that cannot be right, are faults."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from firmware_config.sensor import SensorConfig
from gateway.anchors.times import AnchorBook, wall_at
from gateway.recorder.contact import Contact
from gateway.recorder.faults import Faults
from gateway.recorder.level import Level
from gateway.recorder.stuck import StuckLimits, local_time
from sensorhub.reading import NS_PER_S

LOOK_NS = NS_PER_S
"""How often it is looked: limits are minutes and hours."""

RATE_NS = 10 * NS_PER_S
"""Over how long closures are counted at least, to tell a contact that chatters from a platoon."""


class ContactWatch:
    """All contacts of one gateway. Of held ones only that they rest: how long they stay so is for the world to say.

    Arguments:
        sensors: as configured.
        contacts: what measures them.
        faults: where faults are told.
        anchors: what time it is, for limits that depend on the hour.
    """

    def __init__(
        self,
        sensors: Sequence[SensorConfig],
        contacts: Mapping[str, Contact | Level],
        faults: Faults,
        anchors: AnchorBook,
    ) -> None:
        self._restless = {each.id: _restless(each) for each in sensors if each.id in contacts}
        self._all = contacts
        self._contacts = {name: each for name, each in contacts.items() if isinstance(each, Contact)}
        self._faults = faults
        self._anchors = anchors
        self._limits = {each.id: StuckLimits(each, self._local) for each in sensors if each.id in self._contacts}
        self._rates = {
            each.id: ClosureRate(each.entry.rate_max_hz, each.entry.look_at)
            for each in sensors
            if each.id in self._contacts and each.entry.rate_max_hz is not None
        }
        self._looked_ns: int | None = None

    def look(self, now_ns: int) -> None:
        """Look, where it is time to; called after edges were taken."""
        if self._looked_ns is not None and now_ns - self._looked_ns < LOOK_NS:
            return
        self._looked_ns = now_ns
        for name, each in self._all.items():
            self._faults.set(name, "restless", self._restless[name] if each.restless(now_ns) else "")
        for name, contact in self._contacts.items():
            if not contact.intervals.observed:
                continue  # its pin cannot be read, which is a fault by itself
            stuck = self._limits[name].look(now_ns, contact.levels, contact.changed_ns)
            self._faults.set(name, "stuck", stuck)
            if name in self._rates:
                self._faults.set(name, "chatter", self._rates[name].look(now_ns, contact.closures))
            self._faults.set(name, "count", contact.intervals.fault)

    def _local(self, clock_ns: int) -> datetime | None:
        newest = self._anchors.newest
        return None if newest is None else local_time(wall_at(newest, clock_ns))


def _restless(sensor: SensorConfig) -> str:
    """What is said of a contact that never comes to rest."""
    return (
        f"Chattering: never still for the {sensor.debounce_ms or 0} ms of debounce_ms. "
        f"Look at {sensor.entry.look_at}, and whether that is too long."
    )


class ClosureRate:
    """How fast a sensor's contacts close, against what its kind can see at most.

    Arguments:
        max_hz: closures a second, all contacts together.
        look_at: what to look at where there are more.
    """

    def __init__(self, max_hz: float, look_at: str) -> None:
        self._max_hz = max_hz
        self._look_at = look_at
        self._from: tuple[int, int] | None = None
        self._text = ""

    def look(self, now_ns: int, closures: int) -> str:
        """What is wrong now, as a sentence; empty where nothing is.

        Arguments:
            now_ns: boot clock.
            closures: all so far.
        """
        if self._from is None:
            self._from = now_ns, closures
        since_ns, before = self._from
        if now_ns - since_ns >= RATE_NS:
            rate_hz = (closures - before) * NS_PER_S / (now_ns - since_ns)
            self._from = now_ns, closures
            if rate_hz <= self._max_hz:
                self._text = ""
            elif not self._text:  # it says how it began: a fault that changes its words is told anew each time
                self._text = (
                    f"Chattering: {rate_hz:.1f} closures a second, and {self._max_hz:g} is the most there can be. "
                    f"Look at {self._look_at}."
                )
        return self._text
