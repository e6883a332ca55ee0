"""The first page in a real Chromium: it moves, says when it is not live, and comes back by itself."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from cloud.view import Notice
from cloud.web import words
from sensorhub.clock import wall_us
from sensorhub.reading import US_PER_S
from sensorhub.status import Fault, Status
from tests.cloud.junction import Junction, busy_junction, interval
from tests.system.page_server import CUT, PageServer, running, visit
from tests.waiting import wait_for


def drive(junction: Junction, count: int) -> None:
    """One interval that ends now."""
    now_us = wall_us()
    junction.sends([reading for n in junction.detectors for reading in interval(n, now_us, count)], now_us)


def closures(page: Page, detector: int = 2) -> str:
    return page.locator(f'[id="device-1136/detector-{detector}"] .first .value').inner_text()


def test_page_shows_counts_that_rise(browser: Browser, server: PageServer, port: int) -> None:
    with visit(browser, f"http://127.0.0.1:{port}/") as page:
        page.get_by_text("No sensor has reported yet.").wait_for()
        junction = Junction(server.live, period_s=1)
        junction.says(at_us=wall_us())
        seen: list[int] = []
        for _ in range(3):
            drive(junction, 4)
            wait_for(lambda: int(closures(page)) > (seen[-1] if seen else 0), 5, "the count to rise")
            seen.append(int(closures(page)))
        assert seen == [4, 8, 12]
        assert page.locator("#counts .live b").inner_text() == "1"
        assert page.get_by_text("No sensor has reported yet.").is_hidden()


def test_page_says_that_it_is_not_live_and_comes_back_by_itself(browser: Browser, tmp_path: Path, port: int) -> None:
    with running(tmp_path / "first", port) as first:
        drive(Junction(first.live, period_s=60), 4)
        context = visit(browser, f"http://127.0.0.1:{port}/")
        page = context.__enter__()
        page.locator("#moving").wait_for()
        assert closures(page) == "4"
    page.get_by_text("Not live.").wait_for(timeout=15_000)
    banner = page.locator("#link").inner_text()
    assert re.search(r"The connection to the hub was lost at \d\d:\d\d:\d\d\. What you see is as of then\.", banner)
    assert re.search(r"Trying again (in \d s|now)\.", banner)
    assert page.title().startswith("As of ")
    ink2 = page.locator("#feed").evaluate("element => getComputedStyle(element).color")
    assert page.locator("tr.live .value").first.evaluate("element => getComputedStyle(element).color") == ink2
    with running(tmp_path / "second", port) as second:
        drive(Junction(second.live, period_s=60), 9)
        page.get_by_text("Live again.").wait_for(timeout=15_000)
        assert closures(page) == "9"
        assert page.get_by_text("were filled in.").is_visible()
        assert not page.title().startswith("As of ")
        context.__exit__(None, None, None)


def test_page_says_when_the_store_takes_no_data(browser: Browser, server: PageServer, port: int) -> None:
    drive(Junction(server.live), 4)
    with visit(browser, f"http://127.0.0.1:{port}/") as page:
        page.locator("#moving").wait_for()
        server.live.trouble("The disk of the hub is full: free some space.")
        page.get_by_text("The disk of the hub is full: free some space.").wait_for()
        page.locator("tr.blind").wait_for()
        server.live.trouble(None)
        page.get_by_text("The disk of the hub is full").wait_for(state="detached")


def test_page_stands_still_while_it_is_paused(browser: Browser, server: PageServer, port: int) -> None:
    junction = Junction(server.live, period_s=1)
    drive(junction, 4)
    with visit(browser, f"http://127.0.0.1:{port}/") as page:
        page.locator("#moving").wait_for()
        page.get_by_role("button", name="Pause").click()
        since = page.locator("#paused").inner_text()
        assert re.fullmatch(r"Paused since \d\d:\d\d:\d\d", since)
        shown = page.locator("main").inner_text()
        drive(junction, 4)
        page.wait_for_timeout(1_500)  # that nothing happens can only be seen by looking for a while
        assert page.locator("main").inner_text() == shown
        page.get_by_role("button", name="Go on").click()
        wait_for(lambda: closures(page) == "8", 5, "the page to catch up")


def test_page_without_scripts_is_current_when_loaded(browser: Browser, server: PageServer, port: int) -> None:
    junction = Junction(server.live)
    drive(junction, 4)
    with visit(browser, f"http://127.0.0.1:{port}/", js=False) as page:
        assert closures(page) == "4"
        assert page.locator("#pause").is_hidden()
        drive(junction, 5)
        page.get_by_role("link", name="Renew", exact=True).click()
        assert closures(page) == "9"
        page.get_by_role("link", name="renew every 10 s").click()
        assert page.get_by_role("link", name="stop renewing every 10 s").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_never_scrolls_sideways(browser: Browser, server: PageServer, port: int, scheme: str) -> None:
    busy_junction(server.live, wall_us())
    long_name = "a-gateway-with-a-name-of-forty-eight-characters-"
    server.live.unnamed(long_name, 3)
    status = Status(state="ready", connection="0" * 16, spool_used_bytes=93, spool_free_bytes=7, hours_left=412)
    server.live.status(long_name, status.model_copy(update={"backlog": 4_300_000, "trouble": "x" * 200}), wall_us())
    server.live.noticed(
        {long_name: (Notice("127 records lost: spool-full, 03:10 to 03:12.", act=True),)}, "Full. " * 40
    )
    with visit(browser, f"http://127.0.0.1:{port}/", scheme=scheme) as page:
        page.locator("#moving").wait_for()
        assert page.locator("#sensors tbody tr").count() == 23
        assert page.locator("#gateways tbody tr").count() == 2
        for width in (1440, 1120, 900, 390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(CUT) == 0, width


def test_page_fits_a_whole_junction_on_a_screen(browser: Browser, server: PageServer, port: int) -> None:
    busy_junction(server.live, wall_us())
    with visit(browser, f"http://127.0.0.1:{port}/") as page:
        page.locator("#moving").wait_for()
        assert page.evaluate("document.querySelector('tbody').getBoundingClientRect().bottom") <= 900
        heights = page.evaluate("[...new Set([...document.querySelector('tbody').rows].map(row => row.offsetHeight))]")
        assert heights == [31]


def test_page_can_be_used_with_the_keyboard(browser: Browser, server: PageServer, port: int) -> None:
    with visit(browser, f"http://127.0.0.1:{port}/") as page:
        page.locator("#pause").wait_for()
        reached = []
        for _ in range(6):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.textContent.trim().replace(/\\s+/g, ' ')"))
        assert reached == ["Skip to the sensors", "Smart Essex Sensor hub", "Overview", "Gateways", "Words", "Pause"]
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert outline == "3px"
        page.keyboard.press("Enter")
        assert page.locator("#paused").is_visible()


def test_page_leads_from_a_count_to_its_rows_and_the_focus_stays(
    browser: Browser, server: PageServer, port: int
) -> None:
    junction = Junction(server.live, range(2, 22))
    junction.says(at_us=wall_us(), faults={number: _stuck() for number in range(2, 12)})
    drive(junction, 4)
    top = "element => element.getBoundingClientRect().top"
    with visit(browser, f"http://127.0.0.1:{port}/", width=390) as page:
        page.locator("#moving").wait_for()
        page.locator("#count-live").focus()
        junction.says(at_us=wall_us(), faults={number: _stuck() for number in range(2, 11)})
        page.locator("#counts li", has_text="11 live").wait_for()
        assert page.evaluate("document.activeElement.id") == "count-live"
        page.keyboard.press("Enter")
        target = page.locator("tr:target")
        assert target.get_attribute("id") == "device-1136/detector-11"
        assert 0 <= target.evaluate(top) < 900
        page.get_by_role("link", name="Gateways", exact=True).click()
        assert 0 <= page.locator("#gateways:target h2").evaluate(top) < 900


def test_page_gives_an_age_in_words_its_room(browser: Browser, server: PageServer, port: int) -> None:
    Junction(server.live).says(at_us=wall_us())
    with visit(browser, f"http://127.0.0.1:{port}/") as page:
        page.get_by_role("cell", name="never seen").wait_for()
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.locator("#sensors .age").evaluate("age => age.scrollWidth <= age.clientWidth")
            inside = "age => age.getBoundingClientRect().right <= age.parentElement.getBoundingClientRect().right - 12"
            assert page.locator("#sensors .age").evaluate(inside)


def test_page_orders_rows_anew_but_not_under_the_pointer(browser: Browser, server: PageServer, port: int) -> None:
    junction = Junction(server.live, [2, 3, 10], period_s=60)
    junction.says(at_us=wall_us())
    drive(junction, 4)
    names = "[...document.querySelectorAll('#sensors tbody .id')].map(name => name.textContent)"
    with visit(browser, f"http://127.0.0.1:{port}/") as page:
        page.clock.install()
        page.reload()
        page.locator("#moving").wait_for()
        assert page.evaluate(names) == ["Detector 2", "Detector 3", "Detector 10"]
        page.locator("tbody tr").first.hover()
        faulty = {10: _stuck()}
        junction.says(at_us=wall_us(), faults=faulty)
        page.locator("tr.silent").wait_for()
        page.clock.fast_forward(11_000)  # order may change every 10 s
        page.wait_for_timeout(500)
        assert page.evaluate(names) == ["Detector 2", "Detector 3", "Detector 10"]
        page.mouse.move(5, 5)
        wait_for(lambda: page.evaluate(names)[0] == "Detector 10", 5, "the worst row to come first")


def _stuck() -> Fault:
    return Fault(text="stuck on", since=wall_us() / US_PER_S)


def test_page_writes_ages_as_the_server_does(browser: Browser, server: PageServer, port: int) -> None:
    with visit(browser, f"http://127.0.0.1:{port}/") as page:
        script = page.locator("script").get_attribute("src")
        age = page.request.get(f"http://127.0.0.1:{port}{script}").text()
        function = re.search(r"function age\(ms\) \{.*?\n\}", age, re.DOTALL)
        assert function is not None
        for seconds in (-1, 0, 0.44, 9.94, 9.96, 10, 59.9, 60, 3_599, 3_600, 5_040, 86_399, 86_400, 200_000):
            written = page.evaluate(f"(calm => {{ {function[0]}; return age({seconds * 1000}) }})({{matches: false}})")
            assert written == words.age(round(seconds * US_PER_S))
