"""Recordings: the one that comes with the product, and every way in which one can be wrong."""

import gzip
from pathlib import Path

import pyarrow as arrow
import pytest
from pyarrow import parquet

from firmware_config.header import CONTACT_PINS
from sensorhub.clock import parse_time_us
from sensorhub.reading import US_PER_S
from simulators.demo_checks import SHIPPED
from simulators.recording import Recording, read_recording
from simulators.recording_rows import FINDINGS_SHOWN_MAX, RecordingUnreadable

HEADER = "timestamp,device,event,detector\n"


def recording(tmp_path: Path, rows: str, name: str = "rows.csv") -> Recording:
    path = tmp_path / name
    content = (HEADER + rows).encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return read_recording(path)


def fault(tmp_path: Path, content: str | bytes, name: str = "rows.csv") -> str:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(RecordingUnreadable) as caught:
        read_recording(path)
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_shipped_recording_has_the_published_numbers() -> None:
    shipped = read_recording(SHIPPED)
    (gateway,) = shipped.gateways
    assert gateway.id == "device-1136"
    assert (shipped.events, shipped.skipped) == (24_945, 249)
    assert sum(move.level for move in gateway.transitions) == 12_347
    assert len(gateway.sensors) == 23
    assert [sensor.id for sensor in gateway.sensors if sensor.initial] == ["detector-26", "detector-27", "detector-57"]
    span = shipped.span(60)
    assert span.start_us == parse_time_us("2024-04-15T12:00:00Z")
    assert span.end_us == parse_time_us("2024-04-15T14:00:00Z")


def test_time_without_offset_is_utc(tmp_path: Path) -> None:
    played = recording(tmp_path, "2024-04-15T12:00:00.3,1,82,1\n2024-04-15T14:00:01+02:00,1,81,1\n")
    assert played.start_us == parse_time_us("2024-04-15T12:00:00.300Z")
    assert played.end_us == parse_time_us("2024-04-15T12:00:01Z")


def test_rows_out_of_order_are_played_in_order(tmp_path: Path) -> None:
    played = recording(tmp_path, "2024-04-15T12:00:02,1,81,1\n2024-04-15T12:00:01,1,82,1\n2024-04-15T12:00:02,1,82,1\n")
    moves = [(move.time_us // US_PER_S % 60, move.level) for move in played.gateways[0].transitions]
    assert moves == [(1, True), (2, False), (2, True)]


def test_first_event_off_means_on_before_without_a_closure(tmp_path: Path) -> None:
    played = recording(tmp_path, "2024-04-15T12:00:01,1,81,1\n2024-04-15T12:00:02,1,82,2\n")
    (gateway,) = played.gateways
    assert [(sensor.id, sensor.initial) for sensor in gateway.sensors] == [("detector-1", True), ("detector-2", False)]
    assert [(move.sensor, move.level) for move in gateway.transitions] == [("detector-1", False), ("detector-2", True)]


def test_repeated_state_is_skipped_and_counted(tmp_path: Path) -> None:
    rows = "".join(f"2024-04-15T12:00:0{second},1,{event},1\n" for second, event in enumerate((82, 82, 81, 81, 82)))
    played = recording(tmp_path, rows)
    assert played.skipped == 2
    assert [move.level for move in played.gateways[0].transitions] == [True, False, True]


def test_other_events_are_ignored(tmp_path: Path) -> None:
    played = recording(tmp_path, "nonsense,?,1,-\n2024-04-15T12:00:00,1,82,1\n2024-04-15T23:00:00,1,43,1\n")
    assert played.events == 1
    assert played.end_us == parse_time_us("2024-04-15T12:00:00Z")


def test_more_detectors_than_pins_become_several_gateways(tmp_path: Path) -> None:
    rows = "".join(f"2024-04-15T12:00:00,7,82,{number}\n" for number in range(60, 0, -1))
    played = recording(tmp_path, rows)
    assert [gateway.id for gateway in played.gateways] == ["device-7", "device-7-2", "device-7-3"]
    assert [len(gateway.sensors) for gateway in played.gateways] == [26, 26, 8]
    assert [sensor.id for sensor in played.gateways[1].sensors[:2]] == ["detector-27", "detector-28"]
    assert [sensor.pin for sensor in played.gateways[0].sensors] == list(CONTACT_PINS)
    assert {move.sensor for move in played.gateways[2].transitions} == {f"detector-{n}" for n in range(53, 61)}


def test_pins_two_and_three_come_last() -> None:
    assert CONTACT_PINS[0] == 4
    assert CONTACT_PINS[-2:] == (2, 3)
    assert sorted(CONTACT_PINS) == list(range(2, 28))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("yesterday,1,82,1", "timestamp 'yesterday'"),
        ("1970-01-01T00:00:00,1,82,1", "not between"),
        ("2024-04-15T12:00:00,UPPER,82,1", "device 'UPPER'"),
        ("2024-04-15T12:00:00,a b,82,1", "device 'a b'"),
        ("2024-04-15T12:00:00,,82,1", "device ''"),
        ("2024-04-15T12:00:00,1,82,", "detector ''"),
        ("2024-04-15T12:00:00,1,82,-1", "detector '-1'"),
        ("2024-04-15T12:00:00,1,82,1e3", "detector '1e3'"),
        ("2024-04-15T12:00:00,1,on,1", "event 'on'"),
        ("2024-04-15T12:00:00,1,82", "3 fields"),
        ("2024-04-15T12:00:00,1,82,1,1", "5 fields"),
    ],
)
def test_row_that_cannot_be_read_is_named_with_its_line(tmp_path: Path, row: str, reason: str) -> None:
    text = fault(tmp_path, f"{HEADER}2024-04-15T12:00:00,1,82,1\n{row}\n2024-04-15T12:00:01,1,81,1\n")
    assert "1 row that cannot be read" in text
    assert "line 3: " in text
    assert reason in text


def test_bytes_that_are_no_text_cost_their_row_only(tmp_path: Path) -> None:
    text = fault(tmp_path, HEADER.encode() + b"2024-04-15T12:00:00,1,82,1\n2024-04-15T12:00:00,\xff\xfe,82,1\n")
    assert "1 row " in text
    assert "line 3: " in text


def test_many_bad_rows_are_counted_and_the_first_shown(tmp_path: Path) -> None:
    text = fault(tmp_path, HEADER + "2024-04-15T12:00:00,1,82,x\n" * 50)
    assert "50 rows" in text
    assert text.count("line ") == FINDINGS_SHOWN_MAX
    assert "line 2: " in text
    assert "and 30 more" in text


def test_two_devices_that_make_one_gateway_are_refused(tmp_path: Path) -> None:
    rows = "".join(f"2024-04-15T12:00:00,1,82,{number}\n" for number in range(27))
    assert "device-1-2" in fault(tmp_path, HEADER + rows + "2024-04-15T12:00:00,1-2,82,1\n")


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"a,b\n", "rows.csv", "its first line must be"),
        (b"", "rows.csv", "its first line must be"),
        (HEADER.encode(), "rows.csv", "no detector events"),
        (b"not gzip at all", "rows.csv.gz", "cannot be read"),
        (gzip.compress(HEADER.encode() * 100, mtime=0)[:-12], "rows.csv.gz", "damaged"),
        (b"not parquet at all", "rows.parquet", "as Parquet"),
    ],
)
def test_file_that_is_no_recording_is_refused(tmp_path: Path, content: bytes, name: str, reason: str) -> None:
    assert reason in fault(tmp_path, content, name)


def test_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    for name in ("none.csv", "none.parquet"):
        with pytest.raises(RecordingUnreadable, match="No such file"):
            read_recording(tmp_path / name)


def test_gzip_reads_as_plain(tmp_path: Path) -> None:
    rows = "2024-04-15T12:00:00,1,82,1\n"
    plain, packed = recording(tmp_path, rows), recording(tmp_path, rows, "rows.csv.gz")
    assert plain.gateways == packed.gateways


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/London"])
def test_parquet_reads_as_csv(tmp_path: Path, unit: str, zone: str | None) -> None:
    path = tmp_path / "rows.parquet"
    seconds = parse_time_us("2024-04-15T12:00:00Z") // US_PER_S
    factor = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    times = arrow.array([(seconds + n) * factor for n in range(3)], arrow.timestamp(unit, tz=zone))
    columns = {"TimeStamp": times, "DeviceId": [7, 7, 7], "EventId": [82, 1, 81], "Parameter": [4, 0, 4]}
    parquet.write_table(arrow.table(columns), path)
    expected = recording(tmp_path, "2024-04-15T12:00:00,7,82,4\n2024-04-15T12:00:02,7,81,4\n")
    assert read_recording(path).gateways == expected.gateways


def test_parquet_row_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    columns = {
        "TimeStamp": ["2024-04-15T12:00:00", None, "soon"],
        "DeviceId": ["7", "7", "7"],
        "EventId": [82, 82, 82],
        "Parameter": [1.0, 2.0, 3.0],
    }
    parquet.write_table(arrow.table(columns), path)
    with pytest.raises(RecordingUnreadable, match=r"line 2: .*\n.*line 3: "):
        read_recording(path)
