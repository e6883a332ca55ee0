"""Frames on a serial line: the newest whole one among anything, and a stated outcome for whatever else comes."""

from collections.abc import Callable, Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.buses.chips import a02yyuw, pms5003, sds011
from gateway.buses.frames import FrameFormat, Frames
from gateway.buses.serial_port import BYTES_MAX, SerialPort, open_serial
from gateway.sensors.part import NotYet, PartFault
from sensorhub.reading import NS_PER_S
from simulators.parts.particulates_pms import frame_of as pms_frame
from simulators.parts.particulates_sds import frame_of as sds_frame
from simulators.wires.chips.a02yyuw import frame_of as a02_frame
from simulators.wires.pty import Pty

A02, SDS, PMS = a02_frame(1_953), sds_frame(12.3, 27.8), pms_frame(5, 9, 11)
FORMS = ((a02yyuw.FRAME, A02), (sds011.FRAME, SDS), (pms5003.FRAME, PMS))
EACH = pytest.mark.parametrize(("form", "frame"), FORMS, ids=[form.part for form, _ in FORMS])

MAKERS: dict[str, tuple[FrameFormat, st.SearchStrategy[bytes]]] = {
    "A02YYUW": (a02yyuw.FRAME, st.integers(0, a02yyuw.FARTHEST_MM).map(a02_frame)),
    "SDS011": (sds011.FRAME, st.tuples(*[st.integers(0, 9_999)] * 2).map(lambda pm: sds_frame(pm[0] / 10, pm[1] / 10))),
    "PMS5003": (pms5003.FRAME, st.tuples(*[st.integers(0, 1_000)] * 3).map(lambda pm: pms_frame(*pm))),
}
MAKER = pytest.mark.parametrize(("form", "frames"), MAKERS.values(), ids=MAKERS.keys())


@pytest.fixture
def line() -> Iterator[Pty]:
    pty = Pty()
    yield pty
    pty.close()


@pytest.fixture
def port(line: Pty) -> Iterator[SerialPort]:
    port = open_serial(str(line.path), 9_600)
    yield port
    port.close()


@EACH
def test_one_frame_is_found(form: FrameFormat, frame: bytes) -> None:
    assert form.length == len(frame)
    assert form.newest(frame) == (frame, b"")


@MAKER
@given(data=st.data())
def test_newest_of_whole_frames_is_found_and_half_of_the_next_is_kept(
    form: FrameFormat, frames: st.SearchStrategy[bytes], data: st.DataObject
) -> None:
    several, half = data.draw(st.lists(frames, min_size=1, max_size=4)), data.draw(frames)
    kept = half[: data.draw(st.integers(0, form.length - 1))]

    assert form.newest(b"".join(several) + kept) == (several[-1], kept)


@MAKER
@given(data=st.data(), garbage=st.binary(max_size=80))
def test_garbage_without_its_start_is_skipped(
    form: FrameFormat, frames: st.SearchStrategy[bytes], data: st.DataObject, garbage: bytes
) -> None:
    frame = data.draw(frames)
    garbage = garbage.replace(form.start[:1], b"")

    assert form.newest(garbage + frame) == (frame, b"")


@MAKER
@given(data=st.binary(max_size=200))
def test_whatever_comes_gives_sound_frames_only_and_keeps_less_than_one(
    form: FrameFormat, frames: st.SearchStrategy[bytes], data: bytes
) -> None:
    found, kept = form.newest(data)

    assert found is None or (found in data and found.startswith(form.start) and form.sound(found))
    assert len(kept) < form.length
    assert data.endswith(kept)


@MAKER
@given(data=st.data())
def test_a_frame_is_found_however_the_bytes_are_cut_up(
    form: FrameFormat, frames: st.SearchStrategy[bytes], data: st.DataObject
) -> None:
    frame = data.draw(frames)
    kept, found = b"", None
    for byte in data.draw(st.sampled_from([b"", b"\x00", frame[: form.length // 2]])) + frame:
        found, kept = form.newest(kept + bytes([byte]))

    assert found == frame


@EACH
def test_a_frame_that_is_cut_at_any_byte_is_none(form: FrameFormat, frame: bytes) -> None:
    for at in range(form.length):
        assert form.newest(frame[:at])[0] is None
        assert form.newest(frame[at + 1 :])[0] is None
        assert form.newest(frame[:at] + frame[at + 1 :])[0] is None


@EACH
def test_a_frame_with_any_bit_flipped_is_none(form: FrameFormat, frame: bytes) -> None:
    for bit in range(8 * form.length):
        flipped = bytearray(frame)
        flipped[bit // 8] ^= 1 << bit % 8
        assert form.newest(bytes(flipped))[0] is None


@EACH
def test_half_a_frame_never_hides_the_next(form: FrameFormat, frame: bytes) -> None:
    for at in range(form.length):
        assert form.newest(frame[:at] + frame)[0] == frame


@EACH
def test_newest_frame_on_the_line_counts(line: Pty, port: SerialPort, form: FrameFormat, frame: bytes) -> None:
    line.send(b"\x00\xff\xaa" + frame[: form.length // 2])
    line.send(frame)

    assert Frames(port, form).newest(0) == frame


@EACH
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda frame: b"", "is silent: nothing came in 3.5 s"),
        (lambda frame: frame[:-1], "is no frame"),
        (lambda frame: frame[1:], "is no frame"),
        (lambda frame: frame[:-2] + bytes([frame[-2] ^ 1, frame[-1] ^ 2]), "is no frame"),
        (lambda frame: Random(3).randbytes(1_000).replace(frame[:1], b""), "is no frame"),
    ],
    ids=["silence", "end cut", "start cut", "wrong sum", "noise"],
)
def test_what_is_no_frame_is_a_fault_when_it_has_been_so_for_too_long(
    line: Pty, port: SerialPort, form: FrameFormat, frame: bytes, spoil: Callable[[bytes], bytes], says: str
) -> None:
    frames = Frames(port, form)
    for clock_ns in (0, round(form.silent_s * NS_PER_S) - 1):
        line.send(spoil(frame))
        with pytest.raises(NotYet):
            frames.newest(clock_ns)
    line.send(spoil(frame))
    with pytest.raises(PartFault, match=says):
        frames.newest(7 * NS_PER_S // 2)
    line.send(frame)
    assert frames.newest(4 * NS_PER_S) == frame
    with pytest.raises(NotYet):
        frames.newest(5 * NS_PER_S)


class Scripted:
    """A port whose looks give this, one after the other, and then nothing."""

    path = "uart-0"

    def __init__(self, *looks: bytes) -> None:
        self._looks = list(looks)
        self.discarded = 0

    def read_available(self, wait_s: float) -> bytes:
        return self._looks.pop(0) if self._looks else b""

    def discard(self) -> None:
        self.discarded += 1


def frames_of(port: Scripted, form: FrameFormat) -> Frames:
    return Frames(port, form)  # type: ignore[arg-type]


def test_a_frame_in_two_halves_is_one() -> None:
    assert frames_of(Scripted(PMS[:20], PMS[20:]), pms5003.FRAME).newest(0) == PMS


def test_half_a_frame_whose_rest_does_not_come_at_once_is_dropped() -> None:
    frames = frames_of(Scripted(PMS[:20], b"", PMS[20:], b"", PMS), pms5003.FRAME)
    for clock_s in (0, 1):
        with pytest.raises(NotYet):
            frames.newest(clock_s * NS_PER_S)
    assert frames.newest(2 * NS_PER_S) == PMS


def test_a_part_that_was_asleep_is_silent_from_when_it_was_woken() -> None:
    frames = frames_of(Scripted(), sds011.FRAME)
    frames.listen(100 * NS_PER_S)
    with pytest.raises(NotYet):
        frames.newest(102 * NS_PER_S)
    with pytest.raises(PartFault, match="nothing came in 30 s"):
        frames.newest(130 * NS_PER_S)


def test_after_a_flood_only_what_comes_anew_counts() -> None:
    port = Scripted((A02 * BYTES_MAX)[:BYTES_MAX], a02_frame(77))

    assert frames_of(port, a02yyuw.FRAME).newest(0) == a02_frame(77)
    assert port.discarded == 1


def test_a_line_that_was_not_read_for_long_has_time_for_a_new_frame() -> None:
    port = Scripted(A02, b"", (A02 * BYTES_MAX)[:BYTES_MAX], b"", a02_frame(77))
    frames = frames_of(port, a02yyuw.FRAME)
    assert frames.newest(0) == A02
    with pytest.raises(NotYet):
        frames.newest(1 * NS_PER_S)
    with pytest.raises(NotYet):
        frames.newest(3_600 * NS_PER_S)
    assert frames.newest(3_601 * NS_PER_S) == a02_frame(77)


def test_a_flood_without_end_is_a_fault() -> None:
    class Flood(Scripted):
        def read_available(self, wait_s: float) -> bytes:
            return bytes(BYTES_MAX)

    frames = frames_of(Flood(), a02yyuw.FRAME)
    with pytest.raises(NotYet):
        frames.newest(0)
    with pytest.raises(PartFault, match="is no frame"):
        frames.newest(3 * NS_PER_S)
