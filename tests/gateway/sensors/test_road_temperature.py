"""A road's temperature: true values, and probes that are cut off, disturbed or badly powered."""

from dataclasses import replace
from pathlib import Path

import pytest

from firmware_config.catalogue import entry
from gateway.sensors.part import PartFault
from sensorhub.reading import US_PER_S
from simulators.parts.tamper import Tamper
from simulators.world.place import Place, Weather
from tests.gateway.sensors.stand import START_US, Stand

DEVICE = "28-0316a2798aff"


class Road(Place):
    """A road that freezes."""

    def weather(self, time_us: int) -> Weather:
        gone_s = (time_us - self.start_us) / US_PER_S
        return replace(super().weather(time_us), road_temperature=3.0 - gone_s / 600)


def stand(folder: Path, tamper: Tamper | None = None) -> Stand:
    return Stand(folder, Road(START_US), tamper, kind="road-temperature", bus="1-wire", device=DEVICE)


def test_what_it_tells_is_true(tmp_path: Path) -> None:
    with stand(tmp_path) as road:
        road.compare(intervals=12)


def test_it_is_indicative_always() -> None:
    assert entry("road-temperature").indicative


class Disturbed(Tamper):
    """One bit of each read is wrong, from the second read on."""

    def frame(self, clock_ns: int, frame: bytes) -> bytes:
        return bytes([frame[0] ^ 0x10]) + frame[1:] if getattr(self, "began", False) else frame


def test_a_wrong_check_sum_never_gives_the_old_value(tmp_path: Path) -> None:
    tamper = Disturbed()
    with stand(tmp_path, tamper) as road:
        assert road.values(0) == {"road_temperature": 3.0}
        tamper.began = True  # type: ignore[attr-defined]
        with pytest.raises(PartFault, match="check sum"):
            road.read(60)


class Hot(Tamper):
    """The probe gives 85 Cel."""

    def value(self, name: str, clock_ns: int, value: float) -> float:
        return 85.0


def test_a_probe_that_loses_its_supply_is_a_fault(tmp_path: Path) -> None:
    with stand(tmp_path, Hot()) as road, pytest.raises(PartFault, match="loses its supply"):
        road.read(0)


class Dead(Tamper):
    """The cable is cut."""

    def dead(self, clock_ns: int) -> bool:
        return True


def test_a_probe_that_is_gone_is_a_fault(tmp_path: Path) -> None:
    with stand(tmp_path, Dead()) as road, pytest.raises(PartFault, match=f"{DEVICE} does not answer"):
        road.read(0)
