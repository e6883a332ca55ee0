"""Hours left, and how much of a card the spool may take."""

import logging
from dataclasses import dataclass
from pathlib import Path

import pytest

from firmware_config.gateway import SPOOL_BYTES_MIN, GatewayConfig
from firmware_config.sensor import SensorConfig
from gateway.spool import SpoolFull, SpoolLimits
from gateway.spool.reserve import RESERVE_BYTES
from gateway.spool_limits import BYTES_DEFAULT_MAX, default_bytes_max, existing, limits_of
from gateway.status.fullness import Fullness
from tests.gateway.spool.memory_disk import MemoryDisk
from tests.gateway.spool.world import open_spool, reading

MB = 1_000_000


@dataclass
class Spools:
    """A spool of 100 MB."""

    used_bytes: int = 0
    freeable_bytes: int = 0

    @property
    def free_bytes(self) -> int:
        return 100 * MB - self.used_bytes


def test_hours_left_are_not_told_before_a_minute_is_known() -> None:
    spools = Spools()
    fullness = Fullness("g", spools)
    for second in range(60):
        spools.used_bytes += 1_000
        fullness.note(second)
        assert fullness.hours_left is None
    fullness.note(60)
    assert fullness.hours_left is not None


def test_hours_left_are_what_is_free_at_the_rate_of_the_last_hour() -> None:
    spools = Spools()
    fullness = Fullness("g", spools)
    for minute in range(180):
        spools.used_bytes += 400_000 if minute < 60 else 100_000
        fullness.note(60.0 * minute)
    free_mb = (100 * MB - spools.used_bytes) / MB
    assert fullness.hours_left == pytest.approx(free_mb / 6)
    assert fullness.percent == pytest.approx(36)


def test_hours_left_count_what_may_go_as_free_and_what_went_as_no_growth() -> None:
    spools = Spools(used_bytes=99 * MB, freeable_bytes=60 * MB)
    fullness = Fullness("g", spools)
    for minute in range(31):
        if minute % 10 == 9:
            spools.used_bytes -= 5 * MB
            spools.freeable_bytes -= 5 * MB
        else:
            spools.used_bytes += 100_000
        fullness.note(60.0 * minute)
    assert fullness.used_bytes == spools.used_bytes - spools.freeable_bytes
    assert fullness.hours_left == pytest.approx(fullness.free_bytes / 2.7e6 / 2, rel=0.1)


def test_hours_left_of_a_spool_that_does_not_grow_are_not_told() -> None:
    fullness = Fullness("g", Spools())
    for minute in range(10):
        fullness.note(60.0 * minute)
    assert fullness.hours_left is None


def test_fullness_of_a_disk_that_does_not_tell_is_what_it_was() -> None:
    class Broken(Spools):
        @property
        def free_bytes(self) -> int:
            raise OSError(5, "Input/output error")

    fullness = Fullness("g", Broken())
    fullness.note(0)
    assert fullness.hours_left is None


def test_fullness_is_warned_of_once_at_each_level(caplog: pytest.LogCaptureFixture) -> None:
    spools = Spools()
    fullness = Fullness("g", spools)
    told = []
    for step, percent in enumerate([10, 49, 50, 51, 49, 50, 79, 81, 96, 97, 94, 95, 30, 55]):
        spools.used_bytes = percent * MB
        caplog.clear()
        fullness.note(100.0 * step)
        told += [percent for record in caplog.records if record.levelno == logging.WARNING]
    assert told == [50, 81, 96, 55]
    assert "hours more" in caplog.text


@pytest.mark.parametrize(
    ("partition", "limit"),
    [
        (64 * 10**9, BYTES_DEFAULT_MAX),
        (300_000_000, 210_000_000),
        (26_000_000, 26_000_000 - RESERVE_BYTES),
        (10_000_000, SPOOL_BYTES_MIN),
    ],
)
def test_limit_is_a_share_of_the_partition_and_never_the_reserve(partition: int, limit: int) -> None:
    assert default_bytes_max(partition) == limit


def test_limits_follow_the_configuration(tmp_path: Path) -> None:
    told = GatewayConfig(
        gateway="g",
        spool=tmp_path / "not" / "yet",
        spool_bytes_max=50_000_000,
        spool_when_full="drop_oldest",
        spool_age_max_days=7,
        sensors=(SensorConfig(id="d", pin=4),),
    )
    limits = limits_of(told)
    assert (limits.bytes_max, limits.when_full, limits.age_max_s) == (50_000_000, "drop_oldest", 7 * 86_400)
    untold = limits_of(told.model_copy(update={"spool_bytes_max": None, "spool_age_max_days": 0}))
    assert SPOOL_BYTES_MIN <= untold.bytes_max <= BYTES_DEFAULT_MAX
    assert untold.age_max_s is None
    assert existing(told.spool) == tmp_path


def test_fullness_of_a_spool_that_refuses_is_all_and_leaves_no_hours() -> None:
    spool = open_spool(MemoryDisk(), limits=SpoolLimits(64 * 1024, 1024, reserve_bytes=0))
    fullness = Fullness("g", spool)
    fullness.note(0.0)
    now_s = 0.0
    with pytest.raises(SpoolFull):
        for number in range(10_000):
            now_s += 10.0
            spool.append([reading(1_000 * number)])
            fullness.note(now_s)
    for _ in range(400):
        now_s += 10.0
        fullness.note(now_s)
    assert spool.free_bytes < 500
    assert fullness.percent > 98
    assert fullness.hours_left is not None
    assert fullness.hours_left < 0.1
