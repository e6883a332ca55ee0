"""What every gateway of a fleet has: sensors of the catalogue's kinds, values as they may be, and packs made fast.

A pack is put together from instants that were written beforehand: only the times are filled in. Its bytes are those of
`sensorhub.pack.encode_pack`.
"""

import random
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from firmware_config.catalogue import Entry, Measure, entry, kinds
from firmware_config.catalogue.entry import STRANDS
from sensorhub.clock import seconds_from_us
from sensorhub.pack import BVER
from sensorhub.quantity import QUANTITIES
from sensorhub.reading import Quality, quality_words
from sensorhub.status import SensorStatus

INSTANTS = 256
"""So many different instants are written beforehand: more than a pack has of them but where sensors are few."""

ZLIB_LEVEL = 6
"""A gateway packs with 9, which takes four times as long for packs that are some 5 % smaller."""

_TIME = b"\0"
"""Stands where a record's time goes; no name or number has it."""

_USUAL = {
    "count": (0.0, 24.0),
    "/": (0.0, 1.0),
    "/100": (0.0, 45.0),
    "%RH": (55.0, 98.0),
    "km/h": (38.0, 116.0),
    "m": (3.6, 9.0),
    "mm": (0.0, 900.0),
    "s": (0.2, 6.0),
    "Cel": (2.0, 19.0),
    "mm/h": (0.0, 12.0),
    "m/s": (0.0, 14.0),
    "deg": (0.0, 60.0),
    "hPa": (985.0, 1_030.0),
    "ug/m3": (3.0, 48.0),
    "mV": (210.0, 380.0),
    "dB": (46.0, 74.0),
    "Wh": (0.0, 400.0),
    "ppm": (420.0, 1_100.0),
}
"""From where to where values mostly are, by unit."""


@dataclass(frozen=True, slots=True)
class Instant:
    """All series of a gateway at one instant: their values, and these as records of a pack, without a time."""

    values: tuple[float, ...]
    text: bytes


@dataclass(frozen=True, slots=True)
class Series:
    """One quantity of one sensor: their names, and what is known against each value."""

    sensor: str
    quantity: str
    quality: Quality


class Instruments:
    """The sensors of each gateway of a fleet; one object serves all gateways of a process.

    Arguments:
        sensors: how many.
        chance: for their values.
    """

    def __init__(self, sensors: int, chance: random.Random) -> None:
        self._entries = _entries(sensors)
        measures = [
            (Series(_sensor_id(number, known), measure.quantity, _quality(known)), measure)
            for number, known in enumerate(self._entries, 1)
            for measure in known.measures
        ]
        self.series = tuple(series for series, _ in measures)
        self._instants = tuple(_instant(measures, chance) for _ in range(INSTANTS))
        self._chance = chance

    def described(self, period_s: float) -> tuple[SensorStatus, ...]:
        """The sensors as a status tells them, with this length of their intervals."""
        return tuple(
            SensorStatus(
                id=_sensor_id(number, known),
                kind=known.kind,
                title=known.title,
                quantities=known.quantities,
                period_s=period_s,
            )
            for number, known in enumerate(self._entries, 1)
        )

    def draw(self, number: int) -> list[Instant]:
        """So many instants, by chance."""
        return self._chance.choices(self._instants, k=number)


def records_of(sensors: int) -> int:
    """How many readings a gateway with so many sensors gives at one instant."""
    return sum(len(known.measures) for known in _entries(sensors))


def _entries(sensors: int) -> list[Entry]:
    """The kinds of open data over and over, those of traffic first: a fleet's gateways are no social care's."""
    known = [each for each in map(entry, kinds()) if not each.is_care and not each.every_gateway]
    known.sort(key=lambda each: STRANDS.index(each.strand))
    return list(islice(cycle(known), sensors))


def _sensor_id(number: int, known: Entry) -> str:
    return f"{known.kind}-{number}"


def _quality(known: Entry) -> Quality:
    return Quality.INDICATIVE if known.indicative else Quality.GOOD


def _instant(measures: Sequence[tuple[Series, Measure]], chance: random.Random) -> Instant:
    values = tuple(_value(measure, chance) for _, measure in measures)
    records = (_record(series, value) for (series, _), value in zip(measures, values, strict=True))
    return Instant(values, b",".join(records))


def _value(measure: Measure, chance: random.Random) -> float:
    """A usual one within the limits of the kind, with one digit more than is shown where it is no whole number."""
    low, high = measure.limits
    row = QUANTITIES[measure.quantity]
    usual_low, usual_high = _USUAL.get(row.unit, (low, high))
    value = chance.uniform(max(low, usual_low), min(high, usual_high))
    return float(round(value)) if row.decimals == 0 else round(value, row.decimals + 1)


def _record(series: Series, value: float) -> bytes:
    number = int(value) if value.is_integer() else value
    quality = f',"q":"{quality_words(series.quality)}"' if series.quality else ""
    unit = QUANTITIES[series.quantity].unit
    text = f'{{"n":"{series.sensor}/{series.quantity}","u":"{unit}","v":{number}{quality}'
    return text.encode() + _TIME + b"}"


def pack_body(gateway: str, times_us: Sequence[int], instants: Sequence[Instant]) -> bytes:
    """What `sensorhub.pack.encode_pack` gives for the readings of these instants, byte for byte.

    Arguments:
        times_us: of the instants, rising.
    """
    base_us = times_us[0]
    later = b",".join(
        instant.text.replace(
            _TIME, f',"t":{seconds_from_us(time_us - base_us)}'.encode() if time_us != base_us else b""
        )
        for time_us, instant in zip(times_us, instants, strict=True)
    )
    head = f'[{{"bver":{BVER},"bn":"{gateway}/","bt":{seconds_from_us(base_us)},'
    return head.encode() + later[1:] + b"]"


def pack_payload(body: bytes) -> bytes:
    """The payload for a body, as `sensorhub.pack.compress` but with less effort."""
    packed = zlib.compress(body, ZLIB_LEVEL)
    return packed if len(packed) < len(body) else body
