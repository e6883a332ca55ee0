"""The bodies of entries, to bytes and back, with the dictionary of the spool. Format: docs/formats.md."""

import math
import struct
from collections.abc import Mapping
from functools import lru_cache
from math import isfinite
from uuid import UUID

from gateway.spool.dictionary import Dictionary, Token
from gateway.spool.entries import (
    Anchor,
    AnchorKind,
    BootNote,
    Edge,
    Entry,
    Located,
    MarkerEntry,
    Measured,
    ReadingEntry,
    Seal,
    SensorSettings,
)
from gateway.spool.frame import EntryType
from sensorhub.pack import MARKER_KINDS, MARKER_TEXT_MAX
from sensorhub.reading import Quality
from sensorhub.topics import RECORDS_PER_PACK_MAX

_BOOT = struct.Struct("<H16sqq")
_SENSOR = struct.Struct("<HI8s")
_INDEX = struct.Struct("<H")
_READING = struct.Struct("<HqH")
_MEASURED = struct.Struct("<HBd")
_MARKER = struct.Struct("<HqB")
_EDGE = struct.Struct("<HqHBB")
_CLOCKS = struct.Struct("<qqqB")
_ANCHOR = struct.Struct("<H")
_SEAL = struct.Struct("<HQHBB")

_OBSERVED = 1
_CHANNEL_SHIFT = 1
CHANNELS_MAX = 8
"""Contacts of one sensor: three bits of an edge's flags; a spool of the first software has channel 0 throughout."""
_QUALITIES = {bits: Quality(bits) for bits in range(1 << len(Quality))}
_MARKER_KINDS = dict(enumerate(MARKER_KINDS, 1))
RECORD_BYTES_MIN = _MEASURED.size
"""No record takes fewer bytes of a segment; bounds how many numbers a stretch that cannot be read may hold."""


def encode_entry(entry: Entry, boot: int, dictionary: Dictionary) -> tuple[EntryType, bytes, list[Token]]:
    """Type, body, and the dictionary entries that must stand before it.

    Raises:
        ValueError: the entry cannot be written: a value that is not finite, a sensor that is not defined, a
            number that does not fit its field.
    """
    needs: list[Token] = [(EntryType.BOOT, boot)]
    try:
        match entry:
            case ReadingEntry():
                return EntryType.READING, _reading(entry, boot, dictionary, needs), needs
            case Edge():
                sensor = dictionary.sensor_index(entry.sensor)
                if not 0 <= entry.channel < CHANNELS_MAX:
                    raise ValueError(f"{entry!r} is of a contact beyond {CHANNELS_MAX}")
                flags = (_OBSERVED if entry.observed else 0) | entry.channel << _CHANNEL_SHIFT
                body = _EDGE.pack(boot, entry.clock_ns, sensor, bool(entry.level), flags)
                return EntryType.EDGE, body, [*needs, (EntryType.SENSOR, sensor)]
            case MarkerEntry():
                if entry.kind not in MARKER_KINDS or len(entry.text) > MARKER_TEXT_MAX or not entry.text.isprintable():
                    raise ValueError(f"{entry!r} is no marker: its kind or text could not be sent")
                kind = MARKER_KINDS.index(entry.kind) + 1
                return EntryType.MARKER, _MARKER.pack(boot, entry.clock_ns, kind) + entry.text.encode(), needs
            case Anchor():
                return EntryType.ANCHOR, _ANCHOR.pack(boot) + _clocks(entry), needs
            case Seal():
                return EntryType.SEAL, _seal(entry), needs
            case BootNote():
                raise ValueError("a boot note is written by encode_boot")
    except struct.error as error:
        raise ValueError(f"{entry!r} does not fit the format of the spool: {error}") from None


def _reading(entry: ReadingEntry, boot: int, dictionary: Dictionary, needs: list[Token]) -> bytes:
    sensor = dictionary.sensor_index(entry.sensor)
    needs.append((EntryType.SENSOR, sensor))
    if not 1 <= len(entry.values) <= RECORDS_PER_PACK_MAX:
        raise ValueError(f"a reading of {entry.sensor!r} has {len(entry.values)} values, not 1 to 1,000")
    body = [_READING.pack(boot, entry.clock_ns, sensor)]
    for measured in entry.values:
        if not math.isfinite(measured.value):
            raise ValueError(f"{measured.quantity} of {entry.sensor!r} is {measured.value}, not a finite number")
        quantity = dictionary.quantity_index(measured.quantity)
        needs.append((EntryType.QUANTITY, quantity))
        body.append(_MEASURED.pack(quantity, measured.quality, measured.value))
    return b"".join(body)


def _clocks(anchor: Anchor) -> bytes:
    return _CLOCKS.pack(anchor.clock_ns, anchor.wall_ns, anchor.error_ns, anchor.source)


def _seal(seal: Seal) -> bytes:
    if not 1 <= len(seal.anchors) <= 2:
        raise ValueError(f"a seal has one or two anchors, not {len(seal.anchors)}")
    head = _SEAL.pack(seal.boot, seal.first, seal.count, seal.version, len(seal.anchors))
    return head + b"".join(_clocks(anchor) for anchor in seal.anchors)


def encode_boot(index: int, boot_id: UUID, note: BootNote) -> bytes:
    """The body of a boot entry: whose index it is, and when that boot was last known to be alive."""
    return _BOOT.pack(index, boot_id.bytes, note.clock_ns, note.wall_ns)


def encode_definition(token: Token, dictionary: Dictionary, notes: Mapping[int, BootNote]) -> bytes:
    """The body of a dictionary entry."""
    kind, index = token
    if kind is EntryType.BOOT:
        return encode_boot(index, dictionary.boots[index], notes.get(index, BootNote(0, 0)))
    if kind is EntryType.QUANTITY:
        return _INDEX.pack(index) + _text(dictionary.quantities[index])
    settings = dictionary.sensors[index]
    told = settings.told.encode()
    body = _SENSOR.pack(index, settings.period_ms, settings.hash) + _text(settings.id) + _text(settings.kind)
    return body + (_INDEX.pack(len(told)) + told if told else b"")


def _text(text: str) -> bytes:
    encoded = text.encode()
    return bytes((len(encoded),)) + encoded


def decode_entry(kind: int, sequence: int, body: bytes, dictionary: Dictionary) -> Located | None:
    """An entry whose check sum holds. Dictionary entries are put into `dictionary`; of them only boots come back.

    Raises:
        ValueError: its fields make no sense, or an index in it was never defined.
    """
    try:
        return _decode(kind, sequence, body, dictionary)
    except (struct.error, KeyError, IndexError) as error:
        raise ValueError(f"an entry of type {kind} cannot be read: {error!r}") from None


def _decode(kind: int, sequence: int, body: bytes, dictionary: Dictionary) -> Located | None:
    match kind:
        case EntryType.READING:
            boot, clock_ns, sensor = _READING.unpack_from(body)
            settings = dictionary.sensors[sensor]
            names = dictionary.quantities
            fields = _MEASURED.iter_unpack(body[_READING.size :])
            values = tuple([Measured(names[i], value, _QUALITIES[quality]) for i, quality, value in fields])
            if not values or not isfinite(sum([measured.value * 0 for measured in values])):
                raise ValueError("a reading without values, or with one that is not finite")
            reading = ReadingEntry(settings.id, clock_ns, values)
            return Located(sequence, _known(boot, dictionary), reading, settings)
        case EntryType.EDGE:
            boot, clock_ns, sensor, level, flags = _EDGE.unpack(body)
            settings = dictionary.sensors[sensor]
            channel = flags >> _CHANNEL_SHIFT & (CHANNELS_MAX - 1)
            edge = Edge(settings.id, clock_ns, bool(level), bool(flags & _OBSERVED), channel)
            return Located(0, _known(boot, dictionary), edge, settings)
        case EntryType.MARKER:
            boot, clock_ns, what = _MARKER.unpack_from(body)
            marker = MarkerEntry(_MARKER_KINDS[what], clock_ns, body[_MARKER.size :].decode())
            return Located(sequence, _known(boot, dictionary), marker)
        case EntryType.ANCHOR:
            (boot,) = _ANCHOR.unpack_from(body)
            return Located(0, _known(boot, dictionary), _anchor(*_CLOCKS.unpack(body[_ANCHOR.size :])))
        case EntryType.SEAL:
            boot, first, count, version, anchors = _SEAL.unpack_from(body)
            clocks = list(_CLOCKS.iter_unpack(body[_SEAL.size :]))
            if len(clocks) != anchors or not 1 <= anchors <= 2:
                raise ValueError("a seal without its anchors")
            seal = Seal(boot, first, count, tuple(_anchor(*fields) for fields in clocks), version)
            return Located(0, _known(boot, dictionary), seal)
        case EntryType.BOOT:
            boot, boot_id, clock_ns, wall_ns = _BOOT.unpack(body)
            dictionary.put_boot(boot, UUID(bytes=boot_id))
            return Located(0, boot, BootNote(clock_ns, wall_ns))
        case EntryType.SENSOR:
            index, period_ms, digest = _SENSOR.unpack_from(body)
            sensor_id, at = _read_text(body, _SENSOR.size)
            what_kind, at = _read_text(body, at)
            told = body[at + _INDEX.size :].decode()  # a spool of the first software ends before it
            dictionary.put_sensor(index, SensorSettings(sensor_id, what_kind, period_ms, digest, told))
        case EntryType.QUANTITY:
            dictionary.put_quantity(_INDEX.unpack_from(body)[0], _read_text(body, _INDEX.size)[0])
        case _ if sequence:
            raise ValueError("a record of a type that this version does not know")
    return None


def _known(boot: int, dictionary: Dictionary) -> int:
    if boot not in dictionary.boots:
        raise ValueError(f"the boot {boot} was never defined")
    return boot


@lru_cache(maxsize=64)  # neighbouring seals name the same anchors: one object serves them all
def _anchor(clock_ns: int, wall_ns: int, error_ns: int, source: int) -> Anchor:
    return Anchor(clock_ns, wall_ns, error_ns, AnchorKind(source))


def _read_text(body: bytes, at: int) -> tuple[str, int]:
    end = at + 1 + body[at]
    if end > len(body):
        raise ValueError("a name that is cut short")
    return body[at + 1 : end].decode(), end
