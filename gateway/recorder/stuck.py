"""Contacts that do not move: held for longer than anything stands there, or without a closure where traffic is usual.

As fault monitoring in signal controllers (docs/sensors.md). It begins anew with each start. Where the limit depends on
the hour, time without a closure counts as the share of the limit that it is at its hour: a road that is empty all
night is not stuck in the morning, and one that was stuck by day stays so at night.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from firmware_config.sensor import SensorConfig
from sensorhub.reading import NS_PER_S

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_NS_PER_MIN = 60 * NS_PER_S
_NS_PER_H = 3_600 * NS_PER_S
_NS_PER_D = 24 * _NS_PER_H
_DAYS_FROM = 4
"""So many days are told as days; less as hours."""


def local_time(wall_ns: int) -> datetime:
    """Wall time as the clocks in Essex show it; UTC on a machine without the table of time zones."""
    moment = _EPOCH + timedelta(microseconds=wall_ns // 1_000)
    try:
        return moment.astimezone(ZoneInfo("Europe/London"))
    except ZoneInfoNotFoundError:
        return moment


@dataclass(slots=True)
class _Still:
    """A contact that does not move: since when, how much of its limit that is, and what is said of it."""

    since_ns: int
    share: float = 0.0
    text: str = ""


class StuckLimits:
    """The limits of one sensor's contacts.

    Arguments:
        sensor: with its limits; those it does not give are its kind's.
        local: from a boot clock to local time; None while the time is not known.
    """

    def __init__(self, sensor: SensorConfig, local: Callable[[int], datetime | None]) -> None:
        known = sensor.entry
        active_min = sensor.stuck_active_min or known.stuck_active_min
        self._active_ns = None if active_min is None else round(active_min * _NS_PER_MIN)
        self._inactive_h = known.stuck_inactive_h
        self._rules = sensor.stuck_inactive
        self._names = [each.name for each in known.inputs]
        self._look_at = known.look_at
        self._local = local
        self._still = [_Still(-1) for _ in self._names]
        self._looked_ns = 0

    def look(self, now_ns: int, levels: Sequence[bool], changed_ns: Sequence[int]) -> str:
        """What is stuck now, as a sentence; empty where nothing is.

        Arguments:
            now_ns: boot clock, later than at the last call.
            levels: whether each contact is active.
            changed_ns: since when it is so, or is read.
        """
        looked_ns, self._looked_ns = self._looked_ns, now_ns
        for channel, (name, level, since_ns) in enumerate(zip(self._names, levels, changed_ns, strict=True)):
            still = self._still[channel]
            if still.since_ns != since_ns:
                still = self._still[channel] = _Still(since_ns)
            limit_ns = self._active_ns if level else self._inactive_limit_ns(now_ns)
            if limit_ns is not None:
                still.share += (now_ns - max(since_ns, looked_ns)) / limit_ns
            if still.share > 1 and not still.text:
                what = f"{name} active" if level else f"nothing seen by {name}"
                still.text = f"Stuck: {what} for more than {_span(now_ns - since_ns)}. Look at {self._look_at}."
        return next((still.text for still in self._still if still.text), "")

    def _inactive_limit_ns(self, now_ns: int) -> int | None:
        hours = self._inactive_h
        local = self._local(now_ns) if self._rules else None
        if local is not None:
            day = _DAYS[local.weekday()]
            for rule in self._rules:
                if rule.covers(day, local.hour):
                    hours = rule.hours
                    break
        return None if hours is None else round(hours * _NS_PER_H)


def _span(length_ns: int) -> str:
    if length_ns >= _DAYS_FROM * _NS_PER_D:
        return f"{length_ns // _NS_PER_D} days"
    return f"{length_ns // _NS_PER_H} h" if length_ns >= 2 * _NS_PER_H else f"{length_ns // _NS_PER_MIN} min"
