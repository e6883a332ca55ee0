"""`sensorhub gateway status`: what a person and a script see of a gateway on this machine."""

import contextlib
import fcntl
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from rich.console import Console
from typer.testing import CliRunner

from gateway.init import init_gateway
from gateway.spool.disk import LOCK_NAME
from gateway.status.file import STATUS_NAME, Said, read_said, write_said
from gateway.status.view import print_view, view
from sensorhub.broker import BrokerSettings
from sensorhub.cli import app
from sensorhub.status import ClockStatus, EpochStatus, Fault, SensorStatus, Status

S = 1_000_000_000


class Clock:
    boot_id = UUID(int=5)
    ns = 1_000 * S

    def now_ns(self) -> int:
        return self.ns


def said(**told: object) -> Said:
    status = Status(
        state="ready",
        connection="0" * 16,
        boot=str(Clock.boot_id),
        epochs=(
            EpochStatus(epoch="a" * 16, lowest=1, next=1_001),
            EpochStatus(epoch="b" * 16, lowest=1, next=1),
        ),
        backlog=1_234,
        spool_used_bytes=85_000_000,
        spool_free_bytes=15_000_000,
        hours_left=30.0,
        clock=ClockStatus(source="receipt", error_s=0.02, anchored=True),
        sensors=(SensorStatus(id="d", kind="detector", quantities=(), period_s=60),),
    )
    values = {
        "written": 1_764_000_000.0,
        "boot": str(Clock.boot_id),
        "clock_s": 990.0,
        "connected": True,
        "percent": 85.0,
    }
    return Said.model_validate({**values, "status": status.model_copy(update=told)})


@contextlib.contextmanager
def running(spool: Path) -> Iterator[None]:
    spool.mkdir(exist_ok=True)
    with (spool / LOCK_NAME).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def shown(spool: Path, clock: Clock | None = None) -> tuple[bool, str]:
    seen = view(spool, clock or Clock())
    console = Console(width=100, force_terminal=False)
    with console.capture() as capture:
        print_view(console, "g", spool, seen, "sensorhub gateway run --config box/gateway.toml")
    return seen.well, capture.get()


def test_status_of_a_gateway_that_is_well(tmp_path: Path) -> None:
    write_said(tmp_path, said())
    with running(tmp_path):
        well, text = shown(tmp_path)
    assert well
    for words in (
        "ready, said 10 s ago",
        "connected to the broker",
        "1,234 records wait",
        "85 % full: 85.0 MB of 100.0 MB",
        "30 hours of outage",
        "time from the hub, to 0.020 s",
        "aaaaaaaaaaaaaaaa (drains), records 1 to 1,000 kept",
        "bbbbbbbbbbbbbbbb (current), no records kept",
        "1, none with a fault",
    ):
        assert words in text


def test_status_of_a_gateway_that_has_ended(tmp_path: Path) -> None:
    write_said(tmp_path, said())
    well, text = shown(tmp_path)
    assert not well
    assert "does not run" in text


def test_status_of_a_gateway_that_has_fallen_silent(tmp_path: Path) -> None:
    write_said(tmp_path, said())
    clock = Clock()
    clock.ns = 5_000 * S
    with running(tmp_path):
        well, text = shown(tmp_path, clock)
    assert not well
    assert "does not speak; last said 1:06:50 ago" in text


def test_status_shows_trouble_and_faults(tmp_path: Path) -> None:
    fault = Fault(text="GPIO 4 cannot be read.", since=1_764_000_000)
    sensor = SensorStatus(id="d", kind="detector", quantities=(), period_s=60, fault=fault)
    write_said(tmp_path, said(trouble="The spool is full.", sensors=(sensor,), hours_left=None, clock=ClockStatus()))
    with running(tmp_path):
        well, text = shown(tmp_path)
    assert not well
    assert "The spool is full." in text
    assert "d: GPIO 4 cannot be read. (since 2025-11-24T16:00:00Z)" in text
    assert "not known before it has run for a minute" in text
    assert "nobody has told the time" in text


@pytest.mark.parametrize("content", [None, b"", b"{", b'{"written": 1}'])
def test_status_where_nothing_can_be_read(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / STATUS_NAME).write_bytes(content)
    assert read_said(tmp_path) is None
    assert "No gateway runs here" in shown(tmp_path)[1]
    with running(tmp_path):
        assert "has not said anything yet" in shown(tmp_path)[1]


def test_status_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    write_said(tmp_path / "none", said())
    assert list(tmp_path.iterdir()) == []


def test_status_command_tells_scripts_in_json_and_by_its_exit_code(tmp_path: Path) -> None:
    init_gateway(tmp_path, "g", BrokerSettings())
    config = str(tmp_path / "gateway.toml")
    spool = tmp_path / "spool"
    with running(spool):
        write_said(spool, said())
        told = CliRunner().invoke(app, ["gateway", "status", "--config", config, "--json"])
    answer = json.loads(told.stdout)
    assert answer["running"]
    assert answer["status"]["backlog"] == 1_234
    ended = CliRunner().invoke(app, ["gateway", "status", "--config", config], env={"NO_COLOR": "1"})
    assert ended.exit_code == 1
    assert "does not run" in ended.stdout


def test_check_command_tells_scripts_in_json_and_by_its_exit_code(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text('gateway = "g"\n')
    told = CliRunner().invoke(app, ["gateway", "check", "--config", str(path), "--json"])
    answer = json.loads(told.stdout)
    assert told.exit_code == 1
    assert not answer["well"]
    assert "sensors: is missing" in answer["findings"][0]["text"]
