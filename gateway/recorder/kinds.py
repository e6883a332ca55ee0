"""From a sensor's configuration to what measures it, by the catalogue and the module of its kind."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

from firmware_config.catalogue import Entry, entry_of
from firmware_config.sensor import SensorConfig
from gateway.anchors.times import AnchorBook
from gateway.recorder.contact import Contact
from gateway.recorder.contact_intervals import ContactIntervals
from gateway.recorder.guarded import GuardedTally
from gateway.recorder.intervals import Intervals, Mark
from gateway.recorder.level import Level
from gateway.recorder.sample_intervals import SampleIntervals
from gateway.recorder.sampled import Sampled
from gateway.spool import Measured, SensorSettings
from sensorhub.clock import seconds_ns
from sensorhub.reading import NS_PER_S, Quality

_NS_PER_MS = 1_000_000
_MS_PER_S = 1_000

Sensed = Contact | Level | Sampled
"""What measures one sensor."""


def settings_of(sensor: SensorConfig) -> SensorSettings:
    """What the spool must know of a sensor; the hash changes with whatever changes its readings."""
    told = {"constants": sensor.constants, "sample_s": sensor.sample_s}
    wired = [sensor.pin_of, sensor.active, sensor.bus, sensor.unit, sensor.channels, sensor.device]
    all_told = json.dumps([sensor.kind, sensor.period_s, sensor.debounce_ms, told, wired], sort_keys=True)
    digest = hashlib.sha256(all_told.encode()).digest()[:8]
    # A level is told when it changes: it has no interval to which its times could be snapped.
    period_ms = 0 if sensor.entry.reads == "level" else sensor.period_s * _MS_PER_S
    return SensorSettings(sensor.id, sensor.kind, period_ms, digest, json.dumps(told, sort_keys=True))


def intervals_for(settings: SensorSettings, anchors: AnchorBook) -> Intervals | None:
    """The intervals of a sensor as the spool knows it; None where it has none, or its kind is not known any more."""
    known = entry_of(settings.kind)
    if known is None or known.reads == "level" or not settings.period_ms:
        return None
    period_ns = settings.period_ms * _NS_PER_MS
    told: dict[str, Any] = json.loads(settings.told) if settings.told else {}
    if known.reads == "samples":
        sample_ns = seconds_ns(told.get("sample_s") or known.sample_s or settings.period_ms / _MS_PER_S)
        return SampleIntervals(settings.id, period_ns, anchors, sample_ns, mark=mark_of(known))
    defaults = {each.name: each.default or 0.0 for each in known.constants}
    constants = {**defaults, **told.get("constants", {})}
    tally = GuardedTally(settings.id, lambda: module_of(known).tally(constants))
    return ContactIntervals(settings.id, period_ns, anchors, tally, len(known.inputs), mark_of(known))


def sensed(sensor: SensorConfig, anchors: AnchorBook) -> Sensed:
    """What measures a sensor."""
    known = sensor.entry
    debounce_ns = (sensor.debounce_ms or 0) * _NS_PER_MS
    if known.reads == "level":
        heartbeat_ns = sensor.period_s * NS_PER_S
        return Level(sensor.id, module_of(known).QUANTITY, heartbeat_ns, debounce_ns, mark_of(known))
    intervals = intervals_for(settings_of(sensor), anchors)
    if isinstance(intervals, SampleIntervals):
        return Sampled(sensor.id, intervals, seconds_ns(sensor.sample_s or sensor.period_s), anchors)
    assert isinstance(intervals, ContactIntervals)
    return Contact(sensor.id, intervals, debounce_ns, len(known.inputs), known.journalled)


def mark_of(known: Entry) -> Mark:
    """Values outside the limits of the part are `suspect` and keep their number; uncalibrated kit is `indicative`."""
    limits: Mapping[str, tuple[float, float]] = {each.quantity: each.limits for each in known.measures}
    always = Quality.INDICATIVE if known.indicative else Quality.GOOD

    def mark(measured: Measured) -> Measured:
        if measured.quantity not in limits:
            return measured
        low, high = limits[measured.quantity]
        quality = measured.quality | always
        if not low <= measured.value <= high:
            quality |= Quality.SUSPECT
        return measured if quality == measured.quality else replace(measured, quality=quality)

    return mark


def module_of(known: Entry) -> Any:
    """The module of a kind in `gateway/sensors/`."""
    return import_module(f"gateway.sensors.{known.module}")
