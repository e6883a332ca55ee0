"""Tests of `sensorhub demo` as a person runs it: a page that moves, Ctrl-C, and what it says when it cannot start."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.ports import free_port
from tests.programs import need
from tests.system.demo_process import DemoProcess, is_alive
from tests.system.truth import write_beginning
from tests.waiting import wait_for

PAGE_S = 20.0
DETECTORS = 23

_LIVE = "() => document.querySelectorAll('#sensors tr.live[id^=\"device-1136/\"]').length"
_CLOSURES = """() => [...document.querySelectorAll('#sensors tr[id^="device-1136/"] td.first .value')]
    .map((cell) => Number(cell.textContent) || 0).reduce((sum, closures) => sum + closures, 0)"""


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=need("chromium"), args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def start(data: Path, port: int) -> DemoProcess:
    demo = DemoProcess(data, "--port", str(port))
    demo.start()
    return demo


def assert_refused(demo: DemoProcess, *words: str) -> None:
    """Exit code 2 and what to do, without anything started."""
    ended = demo.run()
    assert (ended.code, ended.out) == (2, "")
    assert "Traceback" not in ended.err
    assert [word for word in words if word not in ended.err] == []
    assert not demo.data.is_dir() or demo.pids() == {}


def test_page_counts_and_comes_back_after_its_hub(page: Page, tmp_path: Path) -> None:
    demo = start(tmp_path / "demo", free_port())
    try:
        url = demo.wait_for_hub().url
        demo.wait_until_playing()
        page.goto(url)
        page.wait_for_function(f"{_LIVE} == {DETECTORS}")
        before = page.evaluate(_CLOSURES)
        wait_for(lambda: page.evaluate(_CLOSURES) > before, PAGE_S, "the page counts further closures")

        def kept_down() -> bool:
            demo.kill("hub")
            return "Not live." in page.inner_text("#link")

        wait_for(kept_down, PAGE_S, "the page says that it is not live")
        assert page.evaluate("document.body.classList.contains('stale')")
        before = page.evaluate(_CLOSURES)
        wait_for(lambda: "Live again." in page.inner_text("#link"), PAGE_S, "the page is live again")
        wait_for(lambda: page.evaluate(_CLOSURES) > before, PAGE_S, "the page goes on counting")
        assert demo.wait_for_hub().url == url

        pids = demo.pids()
        assert pids.keys() == {"broker", "hub", "gateway", "county", "care-hub"}
        ended = demo.interrupt()  # while the page watches
        assert ended.code == 0
        assert f"The page is at {url}" in ended.out
        assert f"The data is kept in {demo.data}" in ended.err
        assert [name for name, pid in pids.items() if is_alive(pid)] == []
        assert demo.pids() == {}
    finally:
        demo.end()


def test_demo_refuses_what_another_demo_has_and_goes_on_in_its_folder_later(tmp_path: Path) -> None:
    port = free_port()
    demo = start(tmp_path / "demo", port)
    try:
        demo.wait_until_playing()
        pids = demo.pids()
        ended = DemoProcess(demo.data, "--port", str(free_port())).run()
        assert (ended.code, ended.out) == (2, "")
        assert f"A demo runs in {demo.data} already" in ended.err
        assert_refused(DemoProcess(tmp_path / "other", "--port", str(port)), f"Port {port}", "choose another", "--port")
        assert demo.pids() == pids
        assert [name for name, pid in pids.items() if not is_alive(pid)] == []
        demo.interrupt()

        assert_refused(DemoProcess(demo.data, "--once"), "is not empty", "choose a new folder with --data")
        again = start(demo.data, port)
        try:
            again.wait_until_playing()
            again.interrupt()
        finally:
            again.end()
    finally:
        demo.end()


def test_demo_asked_wrong_says_what_to_do(tmp_path: Path) -> None:
    short = ("--recording", str(write_beginning(tmp_path / "beginning.csv.gz", 100)))
    (tmp_path / "file").write_text("")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "something").write_text("")

    assert_refused(DemoProcess(tmp_path / "new", *short, "--speed", "10"), "--speed needs --once")
    assert not (tmp_path / "new").exists()
    assert_refused(DemoProcess(tmp_path / "file", *short), str(tmp_path / "file"), "--data")
    assert_refused(DemoProcess(tmp_path / "file" / "inside", *short), str(tmp_path / "file" / "inside"), "--data")
    assert_refused(DemoProcess(tmp_path / "full", *short), "is not empty", "choose a new folder with --data")
    assert_refused(DemoProcess(tmp_path / "full", *short, "--once"), "is not empty", "choose a new folder with --data")
    assert (tmp_path / "full" / "something").exists()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert_refused(
            DemoProcess(tmp_path / "new", *short, "--port", str(port)), f"Port {port}", "choose another", "--port"
        )


def test_demo_with_a_recording_that_cannot_be_read_names_the_line(tmp_path: Path) -> None:
    recording = tmp_path / "bad.csv"
    recording.write_text("timestamp,device,event,detector\n2024-04-15T12:00:00.3,1136,82,16\nyesterday,1136,82,16\n")

    assert_refused(DemoProcess(tmp_path / "new", "--recording", str(recording), "--once"), str(recording), "line 3")
    assert_refused(DemoProcess(tmp_path / "new", "--recording", str(tmp_path / "none.csv"), "--once"), "none.csv")
