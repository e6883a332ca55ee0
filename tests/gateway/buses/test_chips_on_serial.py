"""What is in the frames of parts on serial lines: vectors of the data sheets, and values that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.buses.chips import a02yyuw, pms5003, sds011
from gateway.sensors.part import PartFault
from simulators.parts.particulates_pms import frame_of as pms_frame
from simulators.parts.particulates_sds import frame_of as sds_frame
from simulators.wires.chips.a02yyuw import NO_ECHO_MM
from simulators.wires.chips.a02yyuw import frame_of as a02_frame

SDS = bytes.fromhex("aa c0 7b 00 16 01 a1 60 93 ab")
PMS = bytes.fromhex("42 4d 00 1c 00 05 00 09 00 0b 00 05 00 09 00 0b 03 ba 01 0e 00 30 00 06 00 02 00 01 97 00 02 79")
A02 = bytes.fromhex("ff 07 a1 a7")


def test_sds011_vector() -> None:
    assert sds011.FRAME.newest(SDS) == (SDS, b"")
    assert sds011.particles_of(SDS) == (12.3, 27.8)
    assert sds_frame(12.3, 27.8) == SDS


def test_sds011_commands() -> None:
    zeros = "00 " * 11
    assert bytes.fromhex(f"aa b4 06 01 {zeros} ff ff 05 ab") == sds011.SLEEP
    assert bytes.fromhex("aa b4 06 01 01 00 00 00 00 00 00 00 00 00 00 ff ff 06 ab") == sds011.WORK
    assert bytes.fromhex("aa b4 02 01 00 00 00 00 00 00 00 00 00 00 00 ff ff 01 ab") == sds011.REPORT
    assert {len(each) for each in (sds011.SLEEP, sds011.WORK, sds011.REPORT)} == {19}


def test_pms5003_vector() -> None:
    assert pms5003.FRAME.newest(PMS) == (PMS, b"")
    assert pms5003.particles_of(PMS) == (5, 9, 11)


def test_pms5003_atmospheric_values_count_and_not_those_for_factories() -> None:
    words = [20, 30, 40, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0x9700]
    told = pms5003.FRAME.start + b"".join(word.to_bytes(2, "big") for word in words)
    frame = told + sum(told).to_bytes(2, "big")

    assert pms5003.FRAME.sound(frame)
    assert pms5003.particles_of(frame) == (1, 2, 3)


def test_pms5003_error_of_its_own_is_a_fault() -> None:
    told = PMS[:29] + b"\x04"
    frame = told + sum(told).to_bytes(2, "big")

    assert pms5003.FRAME.sound(frame)
    with pytest.raises(PartFault, match="reports error 0x04"):
        pms5003.particles_of(frame)


def test_a02yyuw_vector() -> None:
    assert a02yyuw.FRAME.newest(A02) == (A02, b"")
    assert a02yyuw.distance_of(A02) == 1_953
    assert a02_frame(1_953) == A02


@pytest.mark.parametrize("distance_mm", [0, 29, 4_501, 0xFFFC, NO_ECHO_MM, 0xFFFE, 0xFFFF])
def test_a02yyuw_without_an_echo_is_a_fault(distance_mm: int) -> None:
    with pytest.raises(PartFault, match=f"sends {distance_mm} mm"):
        a02yyuw.distance_of(a02_frame(distance_mm))


@given(st.integers(a02yyuw.NEAREST_MM, a02yyuw.FARTHEST_MM))
def test_a02yyuw_distance_comes_back(distance_mm: int) -> None:
    assert a02yyuw.distance_of(a02_frame(distance_mm)) == distance_mm


@given(st.integers(0, 9_999), st.integers(0, 9_999))
def test_sds011_values_come_back(pm2_5: int, pm10: int) -> None:
    assert sds011.particles_of(sds_frame(pm2_5 / 10, pm10 / 10)) == (pm2_5 / 10, pm10 / 10)


@given(st.tuples(*[st.integers(0, 1_000)] * 3))
def test_pms5003_values_come_back(values: tuple[int, int, int]) -> None:
    assert pms5003.particles_of(pms_frame(*values)) == values
