"""The status of a gateway: what it says comes back; what is none says why."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorhub.status import (
    EPOCHS_MAX,
    SENSORS_MAX,
    ClockStatus,
    EpochStatus,
    Fault,
    RecordingStatus,
    SensorStatus,
    Status,
    StatusMalformed,
    decode_status,
    encode_status,
    is_nonce,
)

GOOD: dict[str, Any] = {"state": "ready", "connection": "0123456789abcdef"}
SENSOR: dict[str, Any] = {"id": "loop-1", "kind": "detector", "quantities": ["occupancy"], "period_s": 60}


def test_status_with_everything_comes_back() -> None:
    status = Status(
        state="ready",
        connection="0123456789abcdef",
        nonce="fedcba9876543210",
        boot="5c8a1f0e-0000-4000-8000-000000000001",
        pack_s=1.0,
        epochs=(EpochStatus(epoch="5f0c2a9e41d07b36", lowest=1, next=2**53),),
        backlog=12,
        spool_used_bytes=4_096,
        spool_free_bytes=1_000_000,
        hours_left=99.5,
        clock=ClockStatus(source="ntp", error_s=0.01, anchored=True),
        versions={"sensorhub": "0.1.0"},
        sensors=(
            SensorStatus(
                id="loop-1",
                kind="detector",
                title="Loop 1 <b>",
                quantities=("actuation_count", "occupancy"),
                period_s=60.0,
                fault=Fault(text="stuck", since=1_764_000_000.5),
            ),
        ),
        recording=RecordingStatus(r0=1_713_182_400.0, w0=1_764_000_000.0, speed=600.0, ended=True, title="Junction"),
    )

    assert decode_status(encode_status(status)) == status


def test_will_is_short_and_wants_no_answer() -> None:
    will = Status(state="lost", connection="0123456789abcdef")

    assert decode_status(encode_status(will)) == will
    assert not is_nonce(will.nonce)
    assert is_nonce("0123456789abcdef")


def test_status_of_a_newer_gateway_is_read() -> None:
    assert decode_status(json.dumps(GOOD | {"moon": "full"}).encode()).state == "ready"


@pytest.mark.parametrize(
    "change",
    [
        {"state": "fine"},
        {"state": None},
        {"connection": "0123456789abcdef\n"},
        {"connection": "0123456789ABCDEF"},
        {"nonce": "x" * 33},
        {"pack_s": 0},
        {"pack_s": "soon"},
        {"backlog": -1},
        {"hours_left": -1},
        {"epochs": [{"epoch": "x", "lowest": 1, "next": 1}]},
        {"epochs": [{"epoch": "0" * 16, "lowest": 0, "next": 1}]},
        {"epochs": [{"epoch": "0" * 16, "lowest": 1, "next": 2**53 + 1}]},
        {"epochs": [{"epoch": "0" * 16, "lowest": 1, "next": 1}] * (EPOCHS_MAX + 1)},
        {"sensors": [SENSOR] * (SENSORS_MAX + 1)},
        {"sensors": [SENSOR | {"id": "loop-1\n"}]},
        {"sensors": [SENSOR | {"id": "../loop"}]},
        {"sensors": [SENSOR | {"period_s": 0}]},
        {"sensors": [SENSOR | {"period_s": 1e9}]},
        {"sensors": [SENSOR | {"title": "x" * 121}]},
        {"sensors": [SENSOR | {"fault": {"text": "stuck", "since": 1e300}}]},
        {"sensors": 5},
        {"recording": {"r0": 0, "w0": 0, "speed": 0}},
        {"recording": {"r0": 1e300, "w0": 0, "speed": 1}},
        {"recording": {"r0": 0, "w0": 0, "speed": 1e-300}},
    ],
    ids=lambda change: str(change)[:50],
)
def test_status_with_a_wrong_field_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(StatusMalformed, match=f"{next(iter(change))}"):
        decode_status(json.dumps(GOOD | change).encode())


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"\xff", b"{", b'{"state":"ready"}', b"[" * 100_000, b'{"backlog":NaN}']
)
def test_body_that_is_no_status_is_malformed(body: bytes) -> None:
    with pytest.raises(StatusMalformed, match="a status cannot be read"):
        decode_status(body)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_status_or_malformed(body: bytes) -> None:
    with pytest.raises(StatusMalformed):
        decode_status(body)
