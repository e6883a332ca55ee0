"""Bad bytes on I2C and SPI: each frame cut at each byte, each bit flipped, silence, flood; what must come of each.

| On the way | Outcome |
|---|---|
| one frame is bad, chip with or without checksums | a fault in a sentence, or right values |
| all frames are bad in the same way, checksums | a fault in a sentence, or right values |
| all frames are bad in the same way, no checksums | a fault in a sentence, or finite values |
| the converter MCP3008, which has neither acknowledgement nor checksum | a fault in a sentence, or finite values |
| more bytes than asked for | the right values |
| the part is dead | a fault in a sentence |
| the part is well again | the right values |
"""

import math
from collections.abc import Callable, Container, Iterator
from functools import partial
from pathlib import Path

import pytest

from firmware_config.sensor import SensorConfig
from gateway.sensors.part import PartFault, Sample
from sensorhub.reading import NS_PER_S
from tests.gateway.sensors.bus_rig import SENSORS, START_NS, Wrong, rig

Change = Callable[[bytes], bytes]

EACH = pytest.mark.parametrize("sensor", SENSORS.values(), ids=lambda sensor: sensor.kind)
CHECKED = {"air-climate-sht", "room-climate"}
"""Their chips send a CRC with each word."""

REPEATED = {"air-climate", "no2"}
"""Their chips have none: each answer is read twice."""


def cuts(length: int) -> Iterator[Change]:
    yield from (partial(lambda at, frame: frame[:at], at) for at in range(length))


def flips(length: int) -> Iterator[Change]:
    def flip(bit: int, frame: bytes) -> bytes:
        return (int.from_bytes(frame, "big") ^ 1 << (bit % (8 * len(frame)))).to_bytes(len(frame), "big")

    yield from (partial(flip, bit) for bit in range(8 * length))


def floods() -> Iterator[Change]:
    yield lambda frame: frame + b"\x55" * 64
    yield lambda frame: frame * 100


def outcome(read: Callable[[], Sample]) -> Sample | str:
    """The values, or the fault; anything else that is raised fails the test."""
    try:
        sample = read()
    except PartFault as fault:
        text = str(fault)
        assert text.endswith(".")
        assert len(text.split()) > 8
        return text
    assert all(math.isfinite(measured.value) for measured in sample)
    return sample


def play(sensor: SensorConfig, folder: Path, tamper: Wrong, dead: Container[int] = ()) -> list[Sample | str]:
    """Three reads, 10 s apart, of a new part; in those of `dead` it does not answer."""
    each = rig(sensor, folder, tamper)
    found = []
    for turn in range(3):
        tamper.is_dead = turn in dead
        found.append(outcome(partial(each.read, START_NS + 10 * turn * NS_PER_S)))
    return found


def right(sensor: SensorConfig, folder: Path) -> tuple[list[Sample | str], list[bytes]]:
    """What is read when nothing is wrong, and the frames of it."""
    tamper = Wrong()
    return play(sensor, folder, tamper), tamper.frames


def one_bad(at: int, change: Change) -> Wrong:
    """Only frame `at` is bad."""
    return Wrong(lambda number, frame: change(frame) if number == at else frame)


def assert_fault_or_right(found: list[Sample | str], values: list[Sample | str]) -> None:
    for one, should in zip(found, values, strict=True):
        assert isinstance(one, str) or set(one) <= set(should)


@EACH
def test_one_bad_frame_is_a_fault_or_does_no_harm(sensor: SensorConfig, tmp_path: Path) -> None:
    values, frames = right(sensor, tmp_path)
    for at, frame in enumerate(frames):
        for change in (*cuts(len(frame)), *flips(len(frame))):
            found = play(sensor, tmp_path, one_bad(at, change))
            if sensor.kind in CHECKED | REPEATED:
                assert_fault_or_right(found, values)
            assert sum(isinstance(one, str) for one in found) <= 1


@EACH
def test_frames_that_are_all_bad_are_a_fault_or_do_no_harm(sensor: SensorConfig, tmp_path: Path) -> None:
    values, frames = right(sensor, tmp_path)
    longest = max(map(len, frames))
    for change in (*cuts(longest), *flips(longest)):
        found = play(sensor, tmp_path, Wrong(lambda number, frame, change=change: change(frame)))  # type: ignore[misc]
        if sensor.kind in CHECKED:
            assert_fault_or_right(found, values)


@EACH
def test_flood_does_no_harm(sensor: SensorConfig, tmp_path: Path) -> None:
    values, frames = right(sensor, tmp_path)
    for at in range(len(frames)):
        for change in floods():
            assert play(sensor, tmp_path, one_bad(at, change)) == values


@EACH
def test_dead_part_is_a_fault_and_comes_back_by_itself(sensor: SensorConfig, tmp_path: Path) -> None:
    values, _ = right(sensor, tmp_path)
    found = play(sensor, tmp_path, Wrong(), dead=(1,))
    assert isinstance(found[1], str)
    assert [found[0], found[2]] == [values[0], values[2]]
