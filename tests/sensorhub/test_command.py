"""Commands and replies, to bytes and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorhub.command import (
    NUMBER_MAX,
    Command,
    CommandMalformed,
    Reply,
    decode_command,
    decode_reply,
    encode_command,
    encode_reply,
)

NUMBERS = st.integers(1, NUMBER_MAX)


@given(number=NUMBERS, name=st.text(min_size=1, max_size=200))
def test_command_comes_back(number: int, name: str) -> None:
    command = Command(number, name, "5f0c2a9e41d07b36")
    assert decode_command(encode_command(command)) == command


@given(number=NUMBERS, ok=st.booleans(), text=st.text(max_size=200))
def test_reply_comes_back(number: int, ok: bool, text: str) -> None:
    assert decode_reply(encode_reply(Reply(number, ok, text))) == Reply(number, ok, text)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"1",
        b'{"number":0,"command":"new-epoch","epoch":"5f0c2a9e41d07b36"}',
        b'{"number":true,"command":"new-epoch","epoch":"5f0c2a9e41d07b36"}',
        b'{"number":1,"command":"","epoch":"5f0c2a9e41d07b36"}',
        b'{"number":1,"command":"new-epoch","epoch":"5F0C2A9E41D07B36"}',
        b'{"number":1,"command":"new-epoch","epoch":7}',
    ],
)
def test_command_malformed(body: bytes) -> None:
    with pytest.raises(CommandMalformed):
        decode_command(body)


@pytest.mark.parametrize(
    "body", [b"[]", b'{"number":1,"ok":1,"text":""}', b'{"number":9007199254740992,"ok":true,"text":""}']
)
def test_reply_malformed(body: bytes) -> None:
    with pytest.raises(CommandMalformed):
        decode_reply(body)


def test_command_unknown_is_read_to_be_refused() -> None:
    assert not Command(1, "reboot", "5f0c2a9e41d07b36").known
    assert Command(1, "new-epoch", "5f0c2a9e41d07b36").known
