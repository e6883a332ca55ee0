"""What a demo refuses before it starts anything."""

import os
import shutil
import socket
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from simulators.demo_checks import DemoOptions, DemoRefused, check_folder, check_options, demo_folder, page_port
from simulators.run_folder import RunFolder


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


def hold(data: Path, *, once: bool = False) -> AbstractContextManager[RunFolder]:
    return demo_folder(DemoOptions(data=data, once=once), notice=print)


def test_new_folder_is_made_and_named(tmp_path: Path) -> None:
    with hold(tmp_path / "a" / "b") as folder:
        assert folder.path == tmp_path / "a" / "b"
        assert folder.path.is_dir()


def test_folder_that_nobody_named_goes_with_a_run_that_ended_well() -> None:
    said: list[str] = []
    with demo_folder(DemoOptions(once=True), said.append) as folder:
        assert "is deleted then (--data DIR keeps it)" in folder.while_it_runs
        (folder.path / "log").mkdir()
        folder.ended_well = True
    assert not folder.path.exists()
    assert said == []


def test_folder_that_nobody_named_is_kept_where_a_run_failed_with_how_to_remove_it() -> None:
    said: list[str] = []
    with demo_folder(DemoOptions(once=True), said.append) as folder:
        pass
    assert folder.path.is_dir()
    assert said == [f"The data is kept in {folder.path}; when you need it no more: rm -r {folder.path}"]
    shutil.rmtree(folder.path)


@pytest.mark.parametrize(("well", "told"), [(True, []), (False, ["The data is kept in {}"])])
def test_folder_that_was_named_is_kept(well: bool, told: list[str], tmp_path: Path) -> None:
    said: list[str] = []
    with demo_folder(DemoOptions(data=tmp_path / "data", once=True), said.append) as folder:
        assert folder.while_it_runs == f"the data is kept in {tmp_path / 'data'}"
        folder.ended_well = well
    assert folder.path.is_dir()
    assert said == [sentence.format(folder.path) for sentence in told]


def test_folder_of_a_demo_that_runs_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with hold(data), pytest.raises(DemoRefused, match=rf"already \(process {os.getpid()}\)"), hold(data):
        pass
    with hold(data) as free_again:
        assert free_again.path == data


def test_folder_of_an_earlier_demo_is_taken_in_a_loop_only(tmp_path: Path) -> None:
    with hold(tmp_path / "data"):
        pass
    with hold(tmp_path / "data"):
        pass
    with pytest.raises(DemoRefused, match="not empty"), hold(tmp_path / "data", once=True):
        pass


def test_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("")
    with pytest.raises(DemoRefused, match="holds no demo"), hold(tmp_path):
        pass
    with pytest.raises(DemoRefused, match="--data"), hold(tmp_path / "letter.txt"):
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
