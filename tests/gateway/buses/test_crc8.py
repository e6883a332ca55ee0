"""CRC-8 of Sensirion: the data sheet's example, and what a CRC must notice."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.buses.crc8 import crc8

WORDS = st.binary(min_size=2, max_size=2)


def test_crc_of_the_data_sheet() -> None:
    assert crc8(bytes.fromhex("BE EF")) == 0x92


def test_crc_of_the_word_for_21_5_cel() -> None:
    assert crc8(bytes.fromhex("61 47")) == 0x8A


def test_crc_of_nothing_is_where_it_starts() -> None:
    assert crc8(b"") == 0xFF


@given(WORDS)
def test_word_with_its_crc_comes_to_zero(word: bytes) -> None:
    assert crc8(word + bytes([crc8(word)])) == 0


@given(WORDS, st.integers(0, 23), st.integers(0, 23))
def test_one_or_two_flipped_bits_are_noticed(word: bytes, first: int, second: int) -> None:
    flips = 1 << first | 1 << second
    sent = int.from_bytes(word + bytes([crc8(word)]), "big")
    came = (sent ^ flips).to_bytes(3, "big")
    assert crc8(came[:2]) != came[2]


@given(WORDS, st.integers(1, 255), st.integers(0, 16))
def test_a_burst_of_up_to_eight_bits_is_noticed(word: bytes, burst: int, at: int) -> None:
    sent = int.from_bytes(word + bytes([crc8(word)]), "big")
    came = (sent ^ burst << at).to_bytes(3, "big")
    assert crc8(came[:2]) != came[2]
