"""Tests of a hub that cannot write: nothing is receipted, it says so, the gateway keeps all, and nothing is lost."""

import contextlib
import json
import resource
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sensorhub.hubfile import HubAddress, find_hub
from sensorhub.signing import write_new_key
from simulators.progress import RunProgress, read_progress
from tests.mosquitto import Mosquitto
from tests.programs import need
from tests.system.command_process import CommandProcess, command
from tests.system.demo_process import DemoProcess
from tests.system.exports import assert_exact, exported_rows
from tests.system.truth import Truth, write_beginning
from tests.waiting import wait_for

LINES = 3_000
"""The recording's first 15 minutes."""

SPEED = 90
"""They last 10 s."""

GATEWAY = "bridge-1"
DISK_BYTES = 8_388_608
TROUBLE_S = 30.0
TAKEN = "No data is taken."


def health(hub: HubAddress) -> dict[str, Any]:
    with urllib.request.urlopen(f"{hub.url}health", timeout=TROUBLE_S) as answer:
        fields: dict[str, Any] = json.load(answer)
    return fields


def progress(demo: DemoProcess) -> RunProgress:
    now = read_progress(demo.data)
    assert now is not None
    return now


def test_run_with_a_hub_that_cannot_write_loses_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands in for the disk: every write beyond it fails."""
    recording = write_beginning(tmp_path / "beginning.csv.gz", LINES)
    options = ("--recording", str(recording), "--speed", str(SPEED), "--once", "--json")
    demo = DemoProcess(tmp_path / "demo", *options)
    demo.start()
    try:
        hub = demo.wait_for_hub()
        wait_for(demo.readings, TROUBLE_S, "readings arrive")
        pid = demo.pids()["hub"]
        soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        room = (demo.data / "log" / "hub.log").stat().st_size + 4_096  # it must still be able to say so
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, hard))
        wait_for(lambda: TAKEN in demo.log("hub"), TROUBLE_S, "the hub's log says that it takes nothing")
        assert TAKEN in health(hub)["trouble"]
        with urllib.request.urlopen(hub.url, timeout=TROUBLE_S) as page:
            assert "No data is taken since" in page.read().decode()
        before = progress(demo).outstanding
        wait_for(lambda: progress(demo).outstanding > before + 200, TROUBLE_S, "the gateway keeps what is not stored")
        assert demo.pids()["hub"] == pid

        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))
        wait_for(lambda: health(hub)["trouble"] is None, TROUBLE_S, "the hub takes data again")
    finally:
        ended = demo.wait()

    assert ended.code == 0
    assert demo.log("hub").count(TAKEN) == 1
    assert ended.ledger["stored"] == ended.ledger["driven"]
    assert_exact(exported_rows(demo.data), Truth(recording))


class SmallDisk:
    """A disk of a few MB in memory, mounted at `folder`; skips where this user may not mount one."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self._mount = need("mount")
        try:
            self._run(self._mount, "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder))
        except subprocess.CalledProcessError as error:
            pytest.skip(f"this user may not mount a disk: {error.stderr.decode().strip()}")

    def fill(self, percent: int = 100) -> Path:
        """Take room until the disk is so full; returns the file that has it."""
        filler = self.folder / "filler"
        with filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while percent == 100 or shutil.disk_usage(self.folder).used < DISK_BYTES * percent // 100:
                file.write(bytes(4_096))
        return filler

    def make_read_only(self, read_only: bool) -> None:
        self._run(self._mount, "-o", f"remount,{'ro' if read_only else 'rw'}", str(self.folder))

    def give_back(self) -> None:
        self._run(need("umount"), "--lazy", str(self.folder))

    @staticmethod
    def _run(*words: str) -> None:
        subprocess.run(words, check=True, capture_output=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    disk = SmallDisk(tmp_path / "disk")
    yield disk
    disk.give_back()


def hub(data: Path, broker: Mosquitto, log: Path) -> AbstractContextManager[CommandProcess]:
    return command(log, "hub", "run", "--data", str(data), "--port", "0", "--broker-port", str(broker.port))


@pytest.fixture
def data(disk: SmallDisk) -> Path:
    """The hub's folder."""
    return disk.folder / "hub"


@pytest.fixture
def gateway(tmp_path: Path, data: Path, broker: Mosquitto) -> Iterator[CommandProcess]:
    """A gateway with one contact and intervals of a second, that the hub will know."""
    print(f"The data of this test is in {tmp_path}")
    config = tmp_path / "gateway.toml"
    config.write_text(
        f'gateway = "{GATEWAY}"\npack_s = 0.5\n[broker]\nport = {broker.port}\n'
        '[[sensors]]\nid = "detector-1"\npin = 4\nperiod_s = 1\n'
    )
    write_new_key(tmp_path / "gateway.key")
    (data / "keys").mkdir(parents=True)
    shutil.copy(tmp_path / "gateway.key", data / "keys" / f"{GATEWAY}.key")
    with command(tmp_path / "gateway.log", "gateway", "run", "--config", str(config)) as gateway:
        yield gateway


def seconds(data: Path) -> list[datetime]:
    """The times of the stored intervals."""
    return [datetime.fromisoformat(row["time"]) for row in exported_rows(data, "--quantity", "occupancy")]


def assert_complete(times: list[datetime]) -> None:
    """A reading each second; those before the hub told the gateway the time are not aligned to it."""
    times = [time for time in times if time.microsecond == 0]
    assert times == [times[0] + timedelta(seconds=number) for number in range(len(times))]


def test_hub_on_a_disk_without_room_takes_data_again_when_there_is_some(
    gateway: CommandProcess, disk: SmallDisk, data: Path, broker: Mosquitto, tmp_path: Path
) -> None:
    with hub(data, broker, tmp_path / "hub.log") as running:
        running.wait_for_log("The page is at")
        address = find_hub(data)
        assert address is not None
        wait_for(lambda: seconds(data), TROUBLE_S, "readings arrive")
        filler = disk.fill()
        running.wait_for_log(TAKEN)
        assert TAKEN in health(address)["trouble"]
        before = seconds(data)

        filler.unlink()
        wait_for(lambda: health(address)["trouble"] is None, TROUBLE_S, "the hub takes data again")
        assert running.log().count(TAKEN) == running.log().count("The store takes data again.") == 1
        wait_for(lambda: len(seconds(data)) > len(before) + 2, TROUBLE_S, "readings arrive again")
        gateway.stop()
        running.stop()
    assert_complete(seconds(data))


def test_hub_stops_taking_data_before_its_disk_is_full(
    gateway: CommandProcess, disk: SmallDisk, data: Path, broker: Mosquitto, tmp_path: Path
) -> None:
    with hub(data, broker, tmp_path / "hub.log") as running:
        running.wait_for_log("The page is at")
        address = find_hub(data)
        assert address is not None
        wait_for(lambda: seconds(data), TROUBLE_S, "readings arrive")
        filler = disk.fill(percent=84)
        running.wait_for_log("full: from 90% on nothing more is taken")
        with urllib.request.urlopen(address.url, timeout=TROUBLE_S) as page:
            assert "Watch the hub&#39;s disk." in page.read().decode().replace("'", "&#39;")
        before = seconds(data)
        wait_for(lambda: len(seconds(data)) > len(before) + 2, TROUBLE_S, "readings arrive all the same")

        disk.fill(percent=93)
        running.wait_for_log(f"{TAKEN} The disk of {data} is more than 89% full.")
        refused = seconds(data)
        assert health(address)["trouble"].startswith(f"{TAKEN} The disk of")
        filler.unlink()
        wait_for(lambda: len(seconds(data)) > len(refused) + 2, TROUBLE_S, "readings arrive again")
        gateway.stop()
        running.stop()
    assert_complete(seconds(data))


def test_hub_on_a_read_only_disk_says_so_and_finds_all_when_it_can_be_written(
    gateway: CommandProcess, disk: SmallDisk, data: Path, broker: Mosquitto, tmp_path: Path
) -> None:
    with hub(data, broker, tmp_path / "first.log") as running:
        running.wait_for_log("The page is at")
        wait_for(lambda: seconds(data), TROUBLE_S, "readings arrive")
        running.stop()
    stored = seconds(data)
    disk.make_read_only(True)
    with hub(data, broker, tmp_path / "second.log") as running:
        assert running.process.wait(TROUBLE_S) == 2
        assert running.log().startswith(f"The hub's folder {data} cannot be used: Read-only file system. ")
        assert running.log().count("\n") == 1
    assert seconds(data) == stored  # what is there can be read all the same

    disk.make_read_only(False)
    with hub(data, broker, tmp_path / "third.log") as running:
        running.wait_for_log("The page is at")
        wait_for(lambda: len(seconds(data)) > len(stored) + 2, TROUBLE_S, "readings arrive")
        gateway.stop()
        running.stop()
    assert_complete(seconds(data))
