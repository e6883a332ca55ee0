"""Bodies of entries: what was encoded is what is decoded, and the bytes never drift."""

import math
import struct
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.spool import Anchor, AnchorKind, BootNote, Edge, Entry, MarkerEntry, Measured, ReadingEntry, Seal
from gateway.spool.codec import decode_entry, encode_boot, encode_definition, encode_entry
from gateway.spool.dictionary import Dictionary
from gateway.spool.frame import EntryType, encode_header, entry_end, frame, frame_group, header_is_whole
from sensorhub.reading import Quality
from tests.gateway.spool.world import EPOCH, GATEWAY, SENSORS

KEY = bytes.fromhex(EPOCH)
INT64 = st.integers(-(2**63), 2**63 - 1)
FLOATS = st.binary(min_size=8, max_size=8).map(lambda raw: struct.unpack("<d", raw)[0]).filter(math.isfinite)
QUALITIES = st.integers(0, 63).map(Quality)
ANCHORS = st.builds(Anchor, INT64, INT64, INT64, st.sampled_from(AnchorKind))
READINGS = st.builds(
    ReadingEntry,
    st.sampled_from([settings.id for settings in SENSORS]),
    INT64,
    st.lists(
        st.builds(Measured, st.sampled_from(["actuation_count", "occupancy"]), FLOATS, QUALITIES),
        min_size=1,
        max_size=30,
    ).map(tuple),
)
ENTRIES: st.SearchStrategy[Entry] = st.one_of(
    READINGS,
    ANCHORS,
    st.builds(Edge, st.sampled_from([settings.id for settings in SENSORS]), INT64, st.booleans(), st.booleans()),
    st.builds(
        MarkerEntry,
        st.sampled_from(["dropped", "rejected"]),
        INT64,
        st.text(max_size=200).filter(str.isprintable),
    ),
    st.builds(
        Seal,
        st.just(7),
        st.integers(1, 2**53),
        st.integers(1, 1000),
        st.lists(ANCHORS, min_size=1, max_size=2).map(tuple),
        st.integers(1, 255),
    ),
)


def known() -> Dictionary:
    dictionary = Dictionary()
    dictionary.put_boot(7, UUID(int=77))
    for settings in SENSORS:
        dictionary.define(settings)
    return dictionary


@given(ENTRIES, st.integers(1, 2**53))
def test_entry_comes_back_as_it_was(entry: Entry, sequence: int) -> None:
    dictionary = known()
    kind, body, needs = encode_entry(entry, 7, dictionary)
    located = decode_entry(kind, sequence, body, dictionary)
    assert located is not None
    assert (located.boot, repr(located.entry)) == (7, repr(entry))  # repr: 0.0 and -0.0 are not the same
    assert (EntryType.BOOT, 7) in needs


@given(st.integers(0, 0xFFFF), st.uuids(), INT64, INT64)
def test_boot_comes_back_as_it_was(index: int, boot_id: UUID, clock_ns: int, wall_ns: int) -> None:
    dictionary = Dictionary()
    body = encode_boot(index, boot_id, BootNote(clock_ns, wall_ns))
    located = decode_entry(EntryType.BOOT, 0, body, dictionary)
    assert located is not None
    assert located.entry == BootNote(clock_ns, wall_ns)
    assert dictionary.boots == {index: boot_id}


def test_definitions_come_back_as_they_were() -> None:
    dictionary, other = known(), Dictionary()
    dictionary.quantity_index("occupancy")
    for token in [(EntryType.SENSOR, 0), (EntryType.SENSOR, 1), (EntryType.QUANTITY, 0)]:
        assert decode_entry(token[0], 0, encode_definition(token, dictionary, {}), other) is None
    assert (other.sensors, other.quantities) == (dictionary.sensors, dictionary.quantities)
    assert other.sensor("detector-2") == SENSORS[1]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_reading_not_finite_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="not a finite number"):
        encode_entry(ReadingEntry("detector-1", 0, (Measured("occupancy", value),)), 7, known())


@pytest.mark.parametrize(
    "entry",
    [
        ReadingEntry("detector-1", 2**63, (Measured("occupancy", 1.0),)),
        ReadingEntry("detector-1", 0, ()),
        ReadingEntry("detector-9", 0, (Measured("occupancy", 1.0),)),
        ReadingEntry("detector-1", 0, (Measured("No Quantity", 1.0),)),
        MarkerEntry("lost", 0, "1-2 x"),
        MarkerEntry("dropped", 0, "two\nlines"),
        Seal(7, 1, 1, ()),
        Seal(7, 1, 70_000, (Anchor(0, 0, 0, AnchorKind.NTP),)),
    ],
)
def test_entry_that_does_not_fit_is_refused(entry: Entry) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        encode_entry(entry, 7, known())


@given(st.sampled_from(EntryType), st.integers(0, 2**53), st.binary(max_size=80))
def test_any_body_decodes_or_is_refused_with_words(kind: EntryType, sequence: int, body: bytes) -> None:
    try:
        decode_entry(kind, sequence, body, known())
    except ValueError as error:
        assert str(error)


def test_settings_that_change_back_get_a_new_index() -> None:
    dictionary = known()
    changed = SENSORS[0].__class__("detector-1", "detector", 30_000, b"changed!")
    dictionary.define(changed)
    assert dictionary.sensor_index("detector-1") == 2
    dictionary.define(SENSORS[0])
    assert dictionary.sensor_index("detector-1") == 3
    dictionary.define(SENSORS[0])
    assert dictionary.sensor_index("detector-1") == 3


def test_frame_of_another_epoch_is_not_whole() -> None:
    data = frame(KEY, EntryType.MARKER, 9, b"body")
    assert entry_end(data, 0, KEY) == len(data)
    assert entry_end(data, 0, bytes(8)) == 0
    assert entry_end(data[:-1], 0, KEY) == 0


def test_header_that_was_changed_is_not_whole() -> None:
    header = encode_header(GATEWAY, KEY, 1)
    assert len(header) == 64
    assert header_is_whole(header)
    assert not header_is_whole(bytes([header[0] ^ 1]) + header[1:])
    assert not header_is_whole(header[:63])


VECTOR = (
    "535853504f4f4c0a01000000033a9c335981304d62c967c2d79f2598e92dbea97d7d9a338a268970dc660f375f0c2a9e41d0"
    "7b36b00400000000000074b39b891500000063b733b10100000000000000002a00000000000000a40100002b000000674352"
    "fa02000000000000000007000000000000000000000000000000004d00c411810d00000000000000000000002b00000097cb"
    "c71e030000000000000000000060ea000001020304050607080a6465746563746f722d31086465746563746f721b00000035"
    "4d667404000000000000000000000f616374756174696f6e5f636f756e7415000000930bb91a040000000000000000010009"
    "6f63637570616e63791700000042a53649070000000000000000070000f379da0d000000000001012b00000073171ae505b0"
    "040000000000000700005847f80d0000000000000000000000000000284001000400000000000004402700000000660eb806"
    "b20400000000000007000022e2330e000000013930302d313031392073706f6f6c2d66756c6c240000003f49f0e709000000"
    "00000000000700005847f80d00000015cd256fa7fc7a18404b4c000000000002490000009d7d3d710a000000000000000007"
    "00b00400000000000003000102005847f80d00000015cd256fa7fc7a18404b4c000000000002005847f80d00000015cd256f"
    "a7fc7a18404b4c000000000002"
)


def vector() -> bytes:
    dictionary = known()
    anchor = Anchor(60_000_000_000, 1_764_000_000_123_456_789, 5_000_000, AnchorKind.RECEIPT)
    put: list[tuple[int, Entry]] = [
        (0, Edge("detector-1", 59_500_000_000, True, True)),
        (
            1200,
            ReadingEntry(
                "detector-1",
                60_000_000_000,
                (Measured("actuation_count", 12.0), Measured("occupancy", 2.5, Quality.PARTIAL)),
            ),
        ),
        (1202, MarkerEntry("dropped", 61_000_000_000, "900-1019 spool-full")),
        (0, anchor),
        (0, Seal(7, 1200, 3, (anchor, anchor))),
    ]
    body = frame(KEY, EntryType.BOOT, 0, encode_boot(7, UUID(int=77), BootNote(58_000_000_000, 0)))
    encoded = [(sequence, encode_entry(entry, 7, dictionary)) for sequence, entry in put]
    for token in [(EntryType.SENSOR, 0), (EntryType.QUANTITY, 0), (EntryType.QUANTITY, 1)]:
        body += frame(KEY, token[0], 0, encode_definition(token, dictionary, {}))
    for sequence, (kind, content, _) in encoded:
        body += frame(KEY, kind, sequence, content)
    return encode_header(GATEWAY, KEY, 1200) + frame_group(KEY, 42, body)


def test_bytes_are_those_of_the_first_version() -> None:
    assert vector().hex() == VECTOR


def test_page_on_the_format_has_the_same_example() -> None:
    page = (Path(__file__).parents[3] / "docs" / "formats.md").read_text(encoding="utf-8")
    assert VECTOR in page.replace("\n", "")
