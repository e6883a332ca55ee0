"""Packs: what was measured comes back exactly, and nothing else ends in anything but words."""

import json
import struct
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sensorhub.pack import (
    DecodedPack,
    PackMalformed,
    body_hash,
    compress,
    decode_pack,
    decompress,
    encode_pack,
)
from sensorhub.quantity import QUANTITIES
from sensorhub.reading import US_PER_S, Marker, Quality, Reading, Record
from sensorhub.topics import PackId
from tests.sensorhub.bad_packs import CASES, EPOCH, FIRST, GATEWAY, GOOD, Case

PACK = PackId(GATEWAY, EPOCH, FIRST, 3)

# A float of seconds tells microseconds apart up to 2^33 s, the year 2242.
TIMES_US = st.integers(2**28 * US_PER_S, 2**33 * US_PER_S - 1)
IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,47}", fullmatch=True)
READINGS = st.builds(
    Reading,
    sensor=IDS,
    quantity=st.sampled_from(sorted(QUANTITIES)),
    time_us=TIMES_US,
    value=st.floats(allow_nan=False, allow_infinity=False),
    quality=st.integers(0, 63).map(Quality),
)
MARKERS = st.builds(
    Marker,
    kind=st.sampled_from(["dropped", "rejected"]),
    time_us=TIMES_US,
    text=st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=60),
)
RECORDS: st.SearchStrategy[list[Record]] = st.lists(READINGS | MARKERS, min_size=1, max_size=30)


def _bits(record: Record) -> tuple[object, ...]:
    # -0.0 equals 0.0, but is another number.
    return (record, struct.pack(">d", record.value) if isinstance(record, Reading) else None)


@given(IDS, RECORDS)
@example("g", [Reading("s", "occupancy", 1_764_000_000_123_457, -0.0)])
@example(
    "g", [Reading("s", "occupancy", 1_764_000_000_123_457, value) for value in (5e-324, 2.0**53, 2.0**53 + 2, 0.1)]
)
@example(
    "g", [Reading("s", "occupancy", t, 1.0) for t in (2**32 * US_PER_S + 1, 2**33 * US_PER_S - 1, 2**28 * US_PER_S)]
)
def test_pack_of_any_records_comes_back_exactly(gateway: str, records: list[Record]) -> None:
    body = encode_pack(gateway, records)
    decoded = decode_pack(PackId(gateway, EPOCH, FIRST, len(records)), compress(body))

    assert not decoded.refused
    assert [sequence for sequence, _ in decoded.records] == list(range(FIRST, FIRST + len(records)))
    assert [_bits(record) for _, record in decoded.records] == [_bits(record) for record in records]
    assert decoded.hash == body_hash(body)


@given(RECORDS)
def test_encode_of_the_same_records_gives_the_same_bytes(records: list[Record]) -> None:
    body = encode_pack(GATEWAY, records)

    assert encode_pack(GATEWAY, list(records)) == body
    assert compress(body) == compress(body)


@given(st.binary(max_size=5_000))
def test_compress_never_grows_and_comes_back(noise: bytes) -> None:
    for body in (b"[" + noise, b"[" + noise[:8] * 100):
        payload = compress(body)

        assert len(payload) <= len(body)
        assert payload[:1] in (b"[", b"\x78")
        assert decompress(payload) == body


def _fate(pack: PackId, payload: bytes) -> DecodedPack | PackMalformed:
    try:
        return decode_pack(pack, payload)
    except PackMalformed as malformed:
        return malformed


def _assert_whole(pack: PackId, fate: DecodedPack | PackMalformed) -> None:
    """Every message ends in words or with each sequence at exactly one place."""
    if isinstance(fate, PackMalformed):
        assert str(fate)
        assert len(fate.hash) == 16
        return
    stored = [sequence for sequence, _ in fate.records]
    refused = [record.sequence for record in fate.refused]
    assert stored == sorted(stored)
    assert sorted(stored + refused) == list(range(pack.first, pack.last + 1))
    assert all(len(record.reason) < 600 for record in fate.refused)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_pack_has_its_stated_end(case: Case) -> None:
    fate = _fate(case.pack, case.payload)

    _assert_whole(case.pack, fate)
    if isinstance(fate, PackMalformed):
        assert case.malformed is not None, f"refused as a whole: {fate}"
        assert case.malformed in str(fate)
    else:
        assert case.malformed is None
        assert {record.sequence for record in fate.refused} == set(case.refused)
        for record in fate.refused:
            assert case.refused[record.sequence] in record.reason
            assert record.reason.startswith(f"record {record.sequence:d}: ")


def test_bad_pack_cases_have_names_of_their_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def test_refused_record_keeps_its_json_as_it_came() -> None:
    odd = '{"n":"loop-2/occupancy", "u":"/100","v":1e999,"v": 1.50e999 ,"x":"\\ud800"}'
    first = "{" + f'"bn":"{GATEWAY}/","bt":1764000000,"n":"loop-1/occupancy","u":"/100","v":1' + "}"
    decoded = decode_pack(PackId(GATEWAY, EPOCH, 7, 2), f"[ {first} ,\n{odd} ]".encode())

    assert [(record.sequence, record.raw) for record in decoded.refused] == [(8, odd.encode())]


@pytest.mark.parametrize("payload", [GOOD, zlib.compress(GOOD)], ids=["plain", "compressed"])
def test_pack_cut_at_any_byte_is_malformed(payload: bytes) -> None:
    for size in range(len(payload)):
        assert isinstance(_fate(PACK, payload[:size]), PackMalformed), f"cut at {size}"


def test_hash_of_a_pack_is_that_of_its_body_however_packed() -> None:
    plain, packed = decode_pack(PACK, GOOD), decode_pack(PACK, zlib.compress(GOOD, 1))

    assert plain.hash == packed.hash == body_hash(GOOD)


def test_hash_of_what_cannot_be_decompressed_is_that_of_the_message() -> None:
    payload = zlib.compress(GOOD)[:-1]

    with pytest.raises(PackMalformed) as caught:
        decode_pack(PACK, payload)

    assert caught.value.hash == body_hash(payload)


@given(st.binary(max_size=300), st.sampled_from([b"", b"[", b"[{", b"\x78\x9c", b"\x78\xda"]))
def test_pack_of_random_bytes_ends_in_words(noise: bytes, head: bytes) -> None:
    pack = PackId(GATEWAY, EPOCH, FIRST, 1)

    _assert_whole(pack, _fate(pack, head + noise))


@given(st.data())
def test_pack_with_random_changes_ends_in_words_or_records(data: st.DataObject) -> None:
    payload = bytearray(data.draw(st.sampled_from([GOOD, zlib.compress(GOOD)])))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(payload) - 1))
        payload[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
        payload = payload or bytearray(b"[")

    _assert_whole(PACK, _fate(PACK, bytes(payload)))


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from(["bver", "bn", "bt", "bu", "bv", "bs", "n", "u", "v", "vs", "vb", "vd", "s", "t", "ut", "q"])


@given(st.integers(0, 2), st.dictionaries(FIELDS, JSON_VALUES, max_size=5))
def test_pack_with_random_fields_in_one_record_ends_in_words_or_records(at: int, fields: dict[str, object]) -> None:
    array = json.loads(GOOD)
    array[at] |= fields

    _assert_whole(PACK, _fate(PACK, json.dumps(array).encode()))
