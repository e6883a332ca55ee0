"""`sensorhub demo` over more detectors than a header has pins, and what it says where influxd is missing."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.programs import need

DETECTORS = 27


def demo(*options: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sensorhub", "demo", *options]
    environment = os.environ | ({} if path is None else {"PATH": path})
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, env=environment)


def test_device_with_more_detectors_than_pins_is_stored_as_it_was_driven(tmp_path: Path) -> None:
    need("mosquitto")
    # Detector n closes n times and says so twice; detector 1 is on at first.
    rows = ["timestamp,device,event,detector", "2024-04-15T12:00:00.5,7,81,1"]
    for number in range(1, DETECTORS + 1):
        for turn in range(number):
            begin, end = f"2024-04-15T12:{turn:02}:10.{number:02}", f"2024-04-15T12:{turn:02}:20.{number:02}"
            rows += [f"{begin},7,82,{number}", f"{begin},7,82,{number}", f"{end},7,81,{number}"]
    recording, data = tmp_path / "small.csv", tmp_path / "data"
    recording.write_text("\n".join(rows) + "\n")
    done = demo("--recording", str(recording), "--once", "--speed", "2000", "--data", str(data), "--json")
    assert done.returncode == 0, done.stderr
    ledger = json.loads(done.stdout)
    expected = {f"device-7/detector-{n}": n for n in range(1, 27)} | {"device-7-2/detector-27": 27}
    assert ledger["driven"] == expected
    assert ledger["stored"] == expected
    assert list(ledger) == ["driven", "stored", "lost", "duplicated", "skipped_events", "readings", "seconds"]
    assert (ledger["lost"], ledger["duplicated"]) == (0, 0)
    assert ledger["skipped_events"] == sum(range(1, DETECTORS + 1))
    assert json.loads((data / "processes.json").read_text()) == {}


def test_missing_influxd_is_said_before_anything_starts(tmp_path: Path) -> None:
    done = demo("--once", "--store", "influxdb", "--data", str(tmp_path / "data"), path=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert "--influx-url" in done.stderr
    assert not (tmp_path / "data").exists()


def test_what_needs_no_recording_is_said_before_one_is_read(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("")
    nothing = ("--recording", str(tmp_path / "none.csv"))
    for options, said in (
        (("--json",), "--json needs --once"),
        (("--once", "--port", "70000"), "no port"),
        (("--once", "--data", str(letter)), "cannot be used as a folder"),
    ):
        done = demo(*nothing, *options)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
    unread = tmp_path / "data"
    assert demo(*nothing, "--once", "--data", str(unread)).returncode == 2
    assert not unread.exists()
