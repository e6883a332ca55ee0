"""Tests of the embedded broker, which a demo takes where no mosquitto is installed."""

from pathlib import Path

import pytest

from tests.system.demo_process import DemoProcess
from tests.system.exports import exported_rows, values_of
from tests.system.truth import Truth, write_beginning
from tests.waiting import wait_for

LINES = 3_000
"""The recording's first 15 minutes."""

ARRIVE_S = 30.0


@pytest.mark.parametrize("kills", [0, 2])
def test_run_over_the_embedded_broker_is_stored_as_its_file_has_it(kills: int, tmp_path: Path) -> None:
    recording = write_beginning(tmp_path / "beginning.csv.gz", LINES)
    truth = Truth(recording)
    speed = "60" if kills else "600"
    options = ("--recording", str(recording), "--speed", speed, "--once", "--json", "--broker", "embedded")

    demo = DemoProcess(tmp_path / "demo", *options)
    demo.start()
    try:
        demo.wait_until_playing()
        for _ in range(kills):
            before = demo.readings()
            wait_for(lambda: demo.readings() > before, ARRIVE_S, "readings arrive")  # noqa: B023
            demo.kill("broker")
    finally:
        ended = demo.wait()

    assert ended.code == 0
    assert ended.ledger["stored"] == ended.ledger["driven"]
    assert ended.ledger["readings"] == len(truth.values)
    stored = values_of(exported_rows(demo.data))
    assert {key: stored[key] for key in truth.values if key[1] == "actuation_count"} == {
        key: value for key, value in truth.values.items() if key[1] == "actuation_count"
    }
    assert "CRITICAL" not in demo.log("broker")
