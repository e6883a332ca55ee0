"""The first page in a real Chromium, with sensors of every kind."""

import pytest
from playwright.sync_api import Browser

from cloud.live import LiveModel
from firmware_config.catalogue import entry, kinds
from sensorhub.clock import wall_us
from tests.cloud.junction import Junction, interval
from tests.cloud.street import Street, sensor
from tests.system.page_server import CUT, PageServer, visit


def every_kind(live: LiveModel) -> None:
    """A sensor of each kind, on a gateway of its strand, with a value of each of its quantities."""
    now_us = wall_us()
    for kind in kinds():
        street = Street(live, f"the-gateway-of-{entry(kind).strand}")
        named = [sensor(f"{one}-1", one) for one in kinds() if entry(one).strand == entry(kind).strand]
        street.says(*named, at_us=now_us)
        street.sends(f"{kind}-1", now_us, dict.fromkeys(entry(kind).quantities, 1_234.5))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_of_all_kinds_never_scrolls_sideways(browser: Browser, server: PageServer, port: int, scheme: str) -> None:
    every_kind(server.live)
    with visit(browser, f"http://127.0.0.1:{port}/", scheme=scheme) as page:
        page.locator("#moving").wait_for()
        rows = page.locator("#sensors tbody tr")
        assert rows.count() == sum(not entry(kind).every_gateway for kind in kinds())
        heights = page.evaluate("[...document.querySelector('tbody').rows].map(row => row.offsetHeight)")
        assert max(heights) <= 60
        for width in (1440, 1120, 900, 390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(CUT) == 0, width


def test_page_says_what_values_are_as_soon_as_kinds_differ(browser: Browser, server: PageServer, port: int) -> None:
    Junction(server.live).sends(interval(2, wall_us()), wall_us())
    street = Street(server.live)
    with visit(browser, f"http://127.0.0.1:{port}/") as page:
        page.locator("#moving").wait_for()
        label = page.locator("[id='device-1136/detector-2'] .first .label")
        assert label.is_hidden()
        assert "Closures, 5 min" in page.locator("#head").inner_text().replace("\u00a0", " ")
        street.says(sensor("door-1", "some-door", ["door_open"], 900), at_us=wall_us())
        street.sends("door-1", wall_us(), {"door_open": 1})
        page.locator("[id='high-street/door-1']").get_by_text("open", exact=True).wait_for()
        assert label.is_visible()
        assert page.locator("#head").get_by_text("Now").is_visible()
        assert page.locator("#head").get_by_text("Closures").count() == 0
