"""Receipts: what they say comes back, and what is none says why."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sensorhub.receipt import RANGES_MAX, Receipt, ReceiptMalformed, decode_receipt, encode_receipt
from sensorhub.topics import SEQUENCE_MAX

HEX16 = st.from_regex(r"[0-9a-f]{16}", fullmatch=True)
RANGES = st.lists(
    st.tuples(st.integers(1, SEQUENCE_MAX), st.integers(1, SEQUENCE_MAX)).map(lambda pair: (min(pair), max(pair))),
    max_size=5,
).map(tuple)
GOOD: dict[str, Any] = {
    "store": "0123456789abcdef",
    "epoch": "5f0c2a9e41d07b36",
    "stored": [[1200, 1319]],
    "refused": [],
    "nonce": "",
    "time": 1764000000.123456,
}


@given(
    st.builds(
        Receipt,
        store=HEX16,
        epoch=HEX16,
        stored=RANGES,
        refused=RANGES,
        nonce=st.just("") | HEX16,
        time_us=st.integers(0, 2**33 * 1_000_000 - 1),
    )
)
@example(Receipt("0" * 16, "f" * 16, ((1, SEQUENCE_MAX),), (), "", 2**32 * 1_000_000 + 1))
def test_receipt_comes_back(receipt: Receipt) -> None:
    assert decode_receipt(encode_receipt(receipt)) == receipt


def test_receipt_is_as_the_format_says() -> None:
    receipt = Receipt("0123456789abcdef", "5f0c2a9e41d07b36", ((1200, 1319),), (), "", 1_764_000_000_123_456)

    assert json.loads(encode_receipt(receipt)) == GOOD


@pytest.mark.parametrize(
    "change",
    [
        {"store": "0123456789ABCDEF"},
        {"store": None},
        {"epoch": 5},
        {"epoch": "5f0c2a9e41d07b36\n"},
        {"nonce": 7},
        {"time": "now"},
        {"time": True},
        {"time": None},
        {"time": -1},
        {"time": 1e11},
        {"time": 10**4000},
        {"stored": None},
        {"stored": {}},
        {"stored": [5]},
        {"stored": [[1]]},
        {"stored": [[1, 2, 3]]},
        {"stored": [[2, 1]]},
        {"stored": [[0, 1]]},
        {"stored": [[1, 2**53]]},
        {"stored": [[True, 2]]},
        {"stored": [[1.0, 2]]},
        {"stored": ["12"]},
        {"stored": [[1, 1]] * (RANGES_MAX + 1)},
        {"refused": [[-5, 1]]},
    ],
    ids=lambda change: str(change)[:40],
)
def test_receipt_with_a_wrong_field_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(ReceiptMalformed, match="a receipt cannot be read"):
        decode_receipt(json.dumps(GOOD | change).encode())


@pytest.mark.parametrize("key", sorted(GOOD))
def test_receipt_without_a_field_is_malformed(key: str) -> None:
    with pytest.raises(ReceiptMalformed, match=key):
        decode_receipt(json.dumps({name: value for name, value in GOOD.items() if name != key}).encode())


@pytest.mark.parametrize("body", [b"", b"[]", b"5", b"null", b'"x"', b"{", b"\xff", b'{"time":1e999}', b"[" * 100_000])
def test_body_that_is_no_receipt_is_malformed(body: bytes) -> None:
    with pytest.raises(ReceiptMalformed):
        decode_receipt(body)


def test_receipt_with_an_infinite_time_is_malformed() -> None:
    with pytest.raises(ReceiptMalformed):
        decode_receipt(json.dumps(GOOD).replace("1764000000.123456", "1e999").encode())


def test_receipt_with_a_field_of_tomorrow_is_read() -> None:
    assert decode_receipt(json.dumps(GOOD | {"hello": [1]}).encode()).stored == ((1200, 1319),)
