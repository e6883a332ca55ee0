"""What a demo refuses before it starts anything."""

import os
import socket
from pathlib import Path

import pytest

from simulators.demo_checks import DemoOptions, DemoRefused, check_folder, check_options, demo_folder, page_port


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (DemoOptions(speed=2.0), "--speed needs --once"),
        (DemoOptions(once=True, speed=0.0), "from 0.001 to 1,000,000"),
        (DemoOptions(once=True, speed=-1.0), "from 0.001"),
        (DemoOptions(once=True, speed=0.000_9), "from 0.001"),
        (DemoOptions(once=True, speed=1_000_001.0), "from 0.001"),
        (DemoOptions(once=True, speed=float("nan")), "from 0.001"),
        (DemoOptions(once=True, speed=float("inf")), "from 0.001"),
        (DemoOptions(json=True), "--json needs --once"),
        (DemoOptions(interval_s=0), "--interval"),
        (DemoOptions(influx_url="http://127.0.0.1:1"), "need --store influxdb"),
        (DemoOptions(store="influxdb", influx_url="http://127.0.0.1:1"), "--influx-org"),
        (DemoOptions(store="influxdb", influx_bucket="b"), "--influx-url"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: DemoOptions, said: str) -> None:
    with pytest.raises(DemoRefused, match=said) as caught:
        check_options(options)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    "options",
    [
        DemoOptions(),
        DemoOptions(once=True, speed=600.0, json=True),
        DemoOptions(once=True, speed=0.001),
        DemoOptions(once=True, speed=1_000_000.0),
        DemoOptions(once=True, speed=0.5, interval_s=1),
        DemoOptions(store="influxdb"),
        DemoOptions(
            store="influxdb", influx_url="u", influx_org="o", influx_bucket="b", influx_token_file=Path("token")
        ),
    ],
)
def test_options_that_go_together_are_taken(options: DemoOptions) -> None:
    check_options(options)


def test_port_that_is_taken_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DemoRefused, match=rf"Port {port} .*--port 8081"):
            page_port(DemoOptions(port=port))


def test_number_that_is_no_port_is_refused() -> None:
    with pytest.raises(DemoRefused, match="no port"):
        page_port(DemoOptions(port=70_000))


def test_new_folder_is_made_and_named(tmp_path: Path) -> None:
    with demo_folder(DemoOptions(data=tmp_path / "a" / "b")) as data:
        assert data == tmp_path / "a" / "b"
        assert data.is_dir()


def test_folder_of_a_demo_that_runs_is_refused(tmp_path: Path) -> None:
    options = DemoOptions(data=tmp_path / "data")
    with (
        demo_folder(options),
        pytest.raises(DemoRefused, match=rf"already \(process {os.getpid()}\)"),
        demo_folder(options),
    ):
        pass
    with demo_folder(options) as free_again:
        assert free_again == options.data


def test_folder_of_an_earlier_demo_is_taken_in_a_loop_only(tmp_path: Path) -> None:
    with demo_folder(DemoOptions(data=tmp_path / "data")):
        pass
    with demo_folder(DemoOptions(data=tmp_path / "data")):
        pass
    with pytest.raises(DemoRefused, match="not empty"), demo_folder(DemoOptions(data=tmp_path / "data", once=True)):
        pass


def test_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("")
    with pytest.raises(DemoRefused, match="holds no demo"), demo_folder(DemoOptions(data=tmp_path)):
        pass
    with pytest.raises(DemoRefused, match="--data"), demo_folder(DemoOptions(data=tmp_path / "letter.txt")):
        pass


def test_folder_is_checked_before_anything_is_made(tmp_path: Path) -> None:
    check_folder(DemoOptions(data=tmp_path / "a" / "b"))
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "letter.txt").write_text("")
    for data, said in (
        (tmp_path, "holds no demo"),
        (tmp_path / "letter.txt", "--data"),
        (tmp_path / "letter.txt" / "a", "--data"),
    ):
        with pytest.raises(DemoRefused, match=said):
            check_folder(DemoOptions(data=data))
    with pytest.raises(DemoRefused, match="not empty"):
        check_folder(DemoOptions(data=tmp_path, once=True))
