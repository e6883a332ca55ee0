"""Particles by an SDS011: when it wakes, measures and sleeps, and what it tells."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.buses.chips.sds011 import REPORT, SLEEP, WORK
from gateway.sensors.part import PartFault
from gateway.sensors.particulates_sds import WARM_UP_S, ParticulatesSds
from sensorhub.clock import seconds_ns
from sensorhub.reading import NS_PER_S, US_PER_S, Quality
from simulators.parts.particulates_sds import frame_of
from simulators.parts.tamper import Tamper
from simulators.world.place import Air, Place
from tests.gateway.sensors.stand import START_US, Stand

TOLD: dict[str, Any] = {"kind": "particulates-sds", "bus": "uart-0"}


class Street(Place):
    """Air that gets worse by 1 ug/m3 in ten minutes."""

    def air(self, time_us: int) -> Air:
        gone = (time_us - self.start_us) / US_PER_S / 600
        return Air(no2=20.0, pm1=3.0, pm2_5=5.04 + gone, pm10=9.4 + gone)


class Told:
    """A port on which an SDS011 sends all the time; notes what it is told, and when."""

    path = "uart-0"
    timeout_s = 0.05

    def __init__(self) -> None:
        self.now_ns = 0
        self.told: list[tuple[int, bytes]] = []
        self.frame = frame_of(12.3, 27.8)

    def read_available(self, wait_s: float) -> bytes:
        return self.frame

    def write(self, data: bytes) -> None:
        self.told.append((self.now_ns, data))


def test_what_it_tells_is_true(tmp_path: Path) -> None:
    with Stand(tmp_path, Street(START_US), **TOLD) as street:
        street.compare(intervals=6)


def test_it_wakes_30_s_before_each_measurement_and_sleeps_after_it(tmp_path: Path) -> None:
    with Stand(tmp_path, Street(START_US), **TOLD) as street:
        measured = [at for at in range(0, 3_600, 30) if street.values(at)]

    assert measured == [30, 930, 1_830, 2_730]


@given(sample_s=st.integers(1, 900), jitter_ms=st.lists(st.integers(-400, 400), min_size=2, max_size=30))
def test_it_is_awake_long_enough_whatever_the_reads(sample_s: int, jitter_ms: list[int]) -> None:
    port = Told()
    part = ParticulatesSds(port, 900, sample_s, dict)  # type: ignore[arg-type]
    measured = []
    for turn in range(max(2, 4 * 900 // sample_s)):
        port.now_ns = turn * sample_s * NS_PER_S + jitter_ms[turn % len(jitter_ms)] * 1_000_000 + NS_PER_S
        if part.read(port.now_ns) is not None:
            measured.append(port.now_ns)
            woken = [at for at, told in port.told if told == WORK]
            assert port.now_ns - woken[-1] >= seconds_ns(WARM_UP_S - 1)
    apart = [later - earlier for earlier, later in pairwise(measured)]
    assert all(seconds_ns(898) <= each <= seconds_ns(902 + max(sample_s, 900 % sample_s)) for each in apart)
    if sample_s == 30:
        assert all(abs(each - seconds_ns(900)) < NS_PER_S for each in apart)
        asleep = [at for at, told in port.told if told == SLEEP]
        assert len(asleep) == len(measured)


def test_it_is_told_to_send_by_itself_and_to_sleep_when_it_is_closed() -> None:
    port = Told()
    part = ParticulatesSds(port, 900, 30, dict)  # type: ignore[arg-type]

    assert part.read(0) is None
    part.close()
    part.close()

    assert [told for _, told in port.told] == [WORK, REPORT, SLEEP]


def test_zeros_are_not_valid_and_it_stays_awake() -> None:
    port = Told()
    part = ParticulatesSds(port, 900, 30, dict)  # type: ignore[arg-type]
    port.frame = frame_of(0, 0)
    part.read(0)

    with pytest.raises(PartFault, match="zero for both"):
        part.read(30 * NS_PER_S)
    port.frame = frame_of(1.5, 0)
    sample = part.read(60 * NS_PER_S)

    assert sample is not None
    assert [(each.quantity, each.value) for each in sample] == [("pm2_5", 1.5), ("pm10", 0.0)]


@pytest.mark.parametrize(
    ("facts", "quality"),
    [({}, Quality.GOOD), ({"relative_humidity": 70.0}, Quality.GOOD), ({"relative_humidity": 70.1}, Quality.SUSPECT)],
)
def test_values_in_damp_air_are_suspect_where_the_humidity_is_known(facts: dict[str, float], quality: Quality) -> None:
    part = ParticulatesSds(Told(), 900, 30, lambda: facts)  # type: ignore[arg-type]
    part.read(0)
    sample = part.read(30 * NS_PER_S)

    assert sample is not None
    assert {each.quality for each in sample} == {quality}


def test_for_a_person_who_waits_it_wakes_and_tells_what_it_sends_at_once(tmp_path: Path) -> None:
    with Stand(tmp_path, Street(START_US), **TOLD) as street:
        assert {each.quantity for each in street.probe(0)} == {"pm2_5", "pm10"}


class Dead(Tamper):
    """The sensor has no supply."""

    def dead(self, clock_ns: int) -> bool:
        return True


def test_a_dead_sensor_is_a_fault(tmp_path: Path) -> None:
    with Stand(tmp_path, Street(START_US), Dead(), **TOLD) as street:
        assert street.read(0) is None
        with pytest.raises(PartFault, match=r"SDS011 .* is silent"):
            street.read(30)


def test_a_dead_sensor_is_a_fault_for_a_person_who_waits(tmp_path: Path) -> None:
    silent = pytest.raises(PartFault, match=r"SDS011 .* is silent: nothing came in 3 s")
    with Stand(tmp_path, Street(START_US), Dead(), **TOLD) as street, silent:
        street.probe(0)
