"""Test of the embedded broker, which a demo takes where no mosquitto is installed."""

from pathlib import Path

from tests.system.demo_process import DemoProcess
from tests.system.exports import assert_exact, exported_rows
from tests.system.truth import Truth, write_beginning
from tests.waiting import wait_for

LINES = 3_000
"""The recording's first 15 minutes."""

SPEED = 120
"""They last 8 s."""

ARRIVE_S = 30.0


def test_run_over_the_embedded_broker_killed_on_the_way_is_stored_as_its_file_has_it(tmp_path: Path) -> None:
    recording = write_beginning(tmp_path / "beginning.csv.gz", LINES)
    options = ("--recording", str(recording), "--speed", str(SPEED), "--once", "--json", "--broker", "embedded")
    demo = DemoProcess(tmp_path / "demo", *options)
    demo.start()
    try:
        wait_for(demo.readings, ARRIVE_S, "readings arrive")
        demo.kill("broker")
    finally:
        ended = demo.wait()

    assert ended.code == 0
    assert ended.ledger["stored"] == ended.ledger["driven"]
    assert_exact(exported_rows(demo.data), Truth(recording))
