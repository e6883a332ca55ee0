"""Tests of `sensorhub demo --once`: the junction that comes with it, through every part, against its file."""

from pathlib import Path

import pytest

from tests.influxd import Influxd
from tests.programs import need
from tests.system.demo_process import DemoProcess
from tests.system.exports import assert_exact, export, exported_rows, readable, rows_of_json, rows_of_parquet
from tests.system.truth import SHIPPED, Truth, write_beginning

GATEWAY = "device-1136"


@pytest.mark.parametrize("store", ["duckdb", "influxdb"])
def test_junction_played_once_is_stored_as_its_file_has_it(store: str, tmp_path: Path) -> None:
    if store == "influxdb":
        need("influxd")
    truth = Truth(SHIPPED)
    data = tmp_path / "demo"
    options = ("--recording", str(SHIPPED), "--speed", "600", "--once", "--json", "--store", store)

    ended = DemoProcess(data, *options).run()

    assert ended.code == 0
    ledger = ended.ledger
    print({name: value for name, value in ledger.items() if name not in ("driven", "stored")})
    assert ledger["driven"] == {f"{GATEWAY}/{sensor}": closures for sensor, closures in truth.closures.items()}
    assert ledger["stored"] == ledger["driven"]
    assert (ledger["lost"], ledger["duplicated"], ledger["skipped_events"]) == (0, 0, truth.skipped) == (0, 0, 249)
    assert (len(ledger["stored"]), sum(ledger["stored"].values())) == (23, 12_347)
    assert ledger["readings"] == len(truth.values)

    with readable(data, store):
        rows = exported_rows(data)
        assert_exact(rows, truth)
        assert {row["gateway"] for row in rows} == {GATEWAY}
        assert {(row["quantity"], row["unit"]) for row in rows} == {
            ("actuation_count", "count"),
            ("occupancy", "/100"),
            ("mean_on_time", "s"),
        }
        assert rows_of_json(export(data, "--format", "json")) == rows
        parquet = tmp_path / "readings.parquet"
        export(data, "--format", "parquet", "-o", str(parquet))
        assert rows_of_parquet(parquet) == rows
        one = ("--sensor", "detector-2", "--quantity", "occupancy", "--from", "2024-04-15T12:30:00Z")
        assert exported_rows(data, *one, "--to", "2024-04-15T13:00:00Z") == [
            row
            for row in rows
            if (row["sensor"], row["quantity"]) == ("detector-2", "occupancy")
            and "2024-04-15T12:30:00Z" <= row["time"] < "2024-04-15T13:00:00Z"
        ]


def test_bucket_of_ones_own_takes_one_run_and_refuses_a_second(tmp_path: Path) -> None:
    recording = write_beginning(tmp_path / "beginning.csv.gz", 600)
    influxd = Influxd(tmp_path / "influxd")
    influxd.start()
    try:
        settings = influxd.settings(influxd.new_bucket())
        own = (
            *("--store", "influxdb", "--influx-url", str(settings.influx_url)),
            *("--influx-org", str(settings.influx_org), "--influx-bucket", str(settings.influx_bucket)),
            *("--influx-token-file", str(settings.influx_token_file)),
        )
        options = ("--recording", str(recording), "--speed", "600", "--once", "--json", *own)
        first = DemoProcess(tmp_path / "first", *options).run()
        assert first.code == 0
        assert_exact(exported_rows(tmp_path / "first"), Truth(recording))

        second = DemoProcess(tmp_path / "second", *options).run()
        assert second.code == 2
        assert "already holds" in second.err
        assert "--influx-bucket" in second.err
        assert f"--data {tmp_path / 'second'}-2" in second.err
        assert second.out == ""
    finally:
        influxd.kill()
