"""Recordings of detectors: read, checked row by row, and made into what each contact did.

A recording has events of the Indiana high-resolution enumeration: 82 = detector on, 81 = detector off; others are
ignored. It spans the aligned intervals from its first to its last event.
"""

from dataclasses import dataclass
from pathlib import Path

from firmware_config.header import CONTACT_PINS
from sensorhub.names import is_id
from sensorhub.reading import US_PER_S
from simulators.recording_rows import Event, RecordingUnreadable, Rows, csv_rows, gateway_id, sensor_id

_PARQUET = (".parquet", ".pq")


@dataclass(frozen=True, slots=True)
class Transition:
    """A contact of one gateway changes at `time_us` (microseconds since 1970 UTC): on = closed."""

    time_us: int
    sensor: str
    level: bool


@dataclass(frozen=True, slots=True)
class RecordedSensor:
    """One detector: its id, its pin (BCM), and whether it is on when the recording begins."""

    id: str
    pin: int
    initial: bool


@dataclass(frozen=True, slots=True)
class RecordedGateway:
    """What one header of contacts did; `transitions` in the order of time, without repeats."""

    id: str
    sensors: tuple[RecordedSensor, ...]
    transitions: tuple[Transition, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """The aligned intervals that a recording covers, [start, end) in microseconds since 1970 UTC."""

    start_us: int
    end_us: int


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that can be played.

    Arguments:
        path: where it was read.
        start_us, end_us: times of its first and last event, microseconds since 1970 UTC.
        gateways: one for each device, or several where a device has more detectors than a header has pins.
        events: how many on and off events it has.
        skipped: how many of them repeat the state that their detector has; they are left out.
    """

    path: Path
    start_us: int
    end_us: int
    gateways: tuple[RecordedGateway, ...]
    events: int
    skipped: int

    def span(self, interval_s: int) -> Span:
        """The aligned intervals of `interval_s` seconds from the first to the last event."""
        step_us = interval_s * US_PER_S
        return Span(self.start_us // step_us * step_us, (self.end_us // step_us + 1) * step_us)


def read_recording(path: Path) -> Recording:
    """Read a recording: CSV (plain or .gz) or Parquet, by its name.

    Raises:
        RecordingUnreadable: the file cannot be read, has no events, or has rows that cannot be read; each of them
            is found, and the message names the first with their line numbers.
    """
    rows = _rows(path)
    rows.events.sort(key=lambda event: event.time_us)  # stable: rows of one instant keep their order
    devices: dict[str, list[Event]] = {}
    for event in rows.events:
        devices.setdefault(event.device, []).append(event)
    gateways: list[RecordedGateway] = []
    owners: dict[str, str] = {}
    skipped = 0
    for device, events in sorted(devices.items()):
        parts, repeats = _play(device, events)
        skipped += repeats
        for gateway in parts:
            if not is_id(gateway.id):
                rows.fault(events[0].line, f"its device {device} makes no valid gateway id, {gateway.id} is too long")
            elif owners.setdefault(gateway.id, device) != device:
                rows.fault(events[0].line, f"devices {device} and {owners[gateway.id]} would both be {gateway.id}")
            gateways.append(gateway)
    rows.check()
    if not rows.events:
        raise RecordingUnreadable(f"{path} has no detector events (82 = on, 81 = off): choose another recording.")
    first, last = rows.events[0], rows.events[-1]
    return Recording(path, first.time_us, last.time_us, tuple(gateways), len(rows.events), skipped)


def _rows(path: Path) -> Rows:
    if path.suffix.lower() not in _PARQUET:
        return csv_rows(path)
    from simulators.recording_parquet import parquet_rows

    return parquet_rows(path)


def _play(device: str, events: list[Event]) -> tuple[list[RecordedGateway], int]:
    """The gateways of one device, and how many of its events repeat a state."""
    initial: dict[int, bool] = {}
    states: dict[int, bool] = {}
    moves: list[Event] = []
    for event in events:
        # A detector whose first event is "off" was on before it.
        initial.setdefault(event.detector, not event.on)
        if states.get(event.detector, not event.on) != event.on:
            moves.append(event)
        states[event.detector] = event.on
    numbers = sorted(initial)
    headers = [numbers[at : at + len(CONTACT_PINS)] for at in range(0, len(numbers), len(CONTACT_PINS))]
    gateways = []
    for part, header in enumerate(headers, 1):
        sensors = tuple(
            RecordedSensor(sensor_id(n), pin, initial[n]) for n, pin in zip(header, CONTACT_PINS, strict=False)
        )
        mine = set(header)
        transitions = tuple(Transition(e.time_us, sensor_id(e.detector), e.on) for e in moves if e.detector in mine)
        gateways.append(RecordedGateway(gateway_id(device, part), sensors, transitions))
    return gateways, len(events) - len(moves)
