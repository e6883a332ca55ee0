"""Signatures: only the holder of the key can have sent it, and only on this topic."""

import hashlib
import hmac
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorhub.signing import KEY_BYTES, KeyUnreadable, SignatureWrong, read_key, sign, verify, write_new_key

KEY = bytes(range(KEY_BYTES))
TOPIC = "essex/v1/a127-rayleigh-weir/receipt"


@given(st.binary(max_size=200))
def test_signed_body_comes_back(body: bytes) -> None:
    assert verify(KEY, TOPIC, sign(KEY, TOPIC, body)) == body


def test_signature_is_as_the_format_says() -> None:
    digest = hmac.new(KEY, TOPIC.encode() + b"\n" + b"{}", hashlib.sha256).hexdigest()

    assert sign(KEY, TOPIC, b"{}") == digest.encode() + b"\n{}"


@given(st.integers(0, 66), st.integers(1, 255))
def test_payload_with_any_changed_byte_is_refused(at: int, change: int) -> None:
    payload = bytearray(sign(KEY, TOPIC, b"{}"))
    payload[at] ^= change

    with pytest.raises(SignatureWrong):
        verify(KEY, TOPIC, bytes(payload))


def test_signature_for_another_topic_or_key_is_refused() -> None:
    payload = sign(KEY, TOPIC, b"{}")

    with pytest.raises(SignatureWrong, match="no valid signature"):
        verify(KEY, "essex/v1/other/receipt", payload)
    with pytest.raises(SignatureWrong):
        verify(bytes(KEY_BYTES), TOPIC, payload)


def test_payload_cut_at_any_byte_is_refused() -> None:
    payload = sign(KEY, TOPIC, b"{}")

    for size in range(len(payload)):
        with pytest.raises(SignatureWrong):
            verify(KEY, TOPIC, payload[:size])


def test_signature_in_upper_case_is_refused() -> None:
    payload = sign(KEY, TOPIC, b"{}")

    with pytest.raises(SignatureWrong):
        verify(KEY, TOPIC, payload[:64].upper() + payload[64:])


def test_new_key_is_private_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "gateway.key"
    key = write_new_key(path)

    assert len(key) == KEY_BYTES
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_key(path) == key


def test_new_key_never_overwrites_one(tmp_path: Path) -> None:
    path = tmp_path / "gateway.key"
    key = write_new_key(path)

    with pytest.raises(FileExistsError):
        write_new_key(path)
    assert read_key(path) == key


@pytest.mark.parametrize("content", [b"", b"abc", b"zz" * 32, b"00" * 31, b"00" * 33, b"\xff" * 64])
def test_file_that_holds_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "gateway.key"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(KeyUnreadable, match="64 hex digits"):
        read_key(path)


def test_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "gateway.key"
    write_new_key(path)
    path.chmod(0o640)

    with pytest.raises(KeyUnreadable, match="chmod 600"):
        read_key(path)


def test_missing_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyUnreadable, match="is not there"):
        read_key(tmp_path / "none.key")
