"""The view model of the first page, and its HTML."""

import re
from html.parser import HTMLParser

import pytest

from cloud.live import LiveModel
from cloud.view import LiveView
from cloud.web import page
from cloud.web.assets import Assets
from cloud.web.meanings import BESIDE
from cloud.web.render import Renderer
from sensorhub.reading import US_PER_S, Quality, quality_words
from sensorhub.states import State
from sensorhub.status import Fault, RecordingStatus
from tests.cloud.junction import NOW_US, SIMULATED, Clock, Junction, busy_junction, interval

NBSP = "\u00a0"


class Reader(HTMLParser):
    """The text of each table row, and every attribute name of the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.attributes: set[str] = set()
        self.tags: list[str] = []
        self._in_cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW_US - 600 * US_PER_S)


@pytest.fixture
def live(clock: Clock) -> LiveModel:
    model = LiveModel(clock.machine)
    clock.now_us = NOW_US + 7 * US_PER_S
    return model


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer(Assets())


def test_page_lists_the_worst_first_and_then_by_natural_order(
    live: LiveModel, clock: Clock, renderer: Renderer
) -> None:
    busy_junction(live, clock.now_us)
    rows = Reader(renderer.whole(live.view(), renew=False)).rows[1:24]
    assert [row[0] for row in rows] == ["silent", "late", *["live"] * 19, *["quiet"] * 2]
    assert [row[1].split(" ")[1] for row in rows[2:8]] == ["2", "3", "4", "8", "9", "15"]


def test_counts_lead_to_the_first_row_of_their_state(live: LiveModel, clock: Clock, renderer: Renderer) -> None:
    busy_junction(live, clock.now_us)
    counts = {one.state: one for one in page.counts(live.view().sensors)}
    assert [(one.number, one.waiting) for one in counts.values()] == [("1", ""), ("1", ""), ("19", ""), ("2", "")]
    html = renderer.whole(live.view(), renew=False)
    for state, one in counts.items():
        first = re.search(rf'<tr id="([^"]*)" class="{state}"', html)
        assert first is not None
        assert one.first == first[1]
        assert f'<a id="count-{state}" href="#{one.first}">' in html


def test_counts_say_what_the_hub_cannot_know_yet(live: LiveModel, clock: Clock, renderer: Renderer) -> None:
    junction = Junction(live, [2, 3], period_s=900)
    junction.says(at_us=clock.now_us)
    silent, *others = page.counts(live.view().sensors)
    assert (silent.number, silent.waiting, silent.blind) == ("2", "waiting", True)
    assert [(one.number, one.waiting, one.blind, one.first) for one in others] == [("0", "", False, "")] * 3
    assert '<li class="silent blind">' in renderer.whole(live.view(), renew=False)
    fault = Fault(text="stuck on", since=1.0)
    junction.says(at_us=clock.now_us, faults={2: fault})
    junction.sends(interval(2, clock.now_us), clock.now_us)
    silent, *_ = page.counts(live.view().sensors)
    assert (silent.number, silent.waiting, silent.blind) == ("2", "1 waiting", False)


def test_page_says_what_its_words_mean(live: LiveModel, renderer: Renderer) -> None:
    html = renderer.whole(live.view(), renew=False).partition('<section id="words"')[2]
    assert all(f">{state}</span></dt><dd>" in html for state in State)
    words = {*BESIDE, *(quality_words(bit) for bit in Quality if bit not in (Quality.GOOD, Quality.BAD))}
    assert all(f"<dt>{word}</dt><dd>" in html for word in words)


def test_page_has_no_inline_script_or_style(live: LiveModel, clock: Clock, renderer: Renderer) -> None:
    busy_junction(live, clock.now_us)
    html = renderer.whole(live.view(), renew=True)
    reader = Reader(html)
    assert not {name for name in reader.attributes if name == "style" or name.startswith("on")}
    assert "style" not in reader.tags
    assert re.findall(r"<script[^>]*>([^<]*)</script>", html) == [""]


def test_page_escapes_what_a_gateway_says(live: LiveModel, clock: Clock, renderer: Renderer) -> None:
    junction = Junction(live)
    junction.titles = {2: '<img src=x onerror="alert(1)">'}
    junction.says(at_us=clock.now_us, recording=RecordingStatus(r0=1, w0=1, speed=1, title="<script>alert(2)</script>"))
    live.trouble("<b>no</b>")
    html = renderer.whole(live.view(), renew=False)
    assert "<img" not in html
    assert "<script>alert" not in html
    assert "<b>no</b>" not in html


def test_page_without_sensors_says_what_to_do(live: LiveModel, renderer: Renderer) -> None:
    html = renderer.whole(live.view(), renew=False)
    assert "No sensor has reported yet." in html
    assert '<table id="sensors" class="panel" hidden>' in html


def test_page_shows_values_with_units(live: LiveModel, clock: Clock, renderer: Renderer) -> None:
    junction = Junction(live)
    junction.says(at_us=clock.now_us)
    for minute in range(5):
        junction.sends(interval(2, NOW_US - minute * 60 * US_PER_S, 300, 8.25, 1.256), NOW_US + 200_000)
    row = Reader(renderer.whole(live.view(), renew=False)).rows[1]
    assert row[1] == "Detector 2"
    labels = (f"Closures, 5{NBSP}min", "Occupancy", "Mean on-time")
    assert row[2:5] == [f"{text} {label}" for text, label in zip(("1,500", "8%", f"1.26{NBSP}s"), labels, strict=True)]
    assert row[6:] == [f"7.0{NBSP}s", ""]


def test_page_names_unnamed_gateways_and_what_to_do(live: LiveModel, renderer: Renderer) -> None:
    live.unnamed("van-7", 1_200)
    html = renderer.whole(live.view(), renew=False)
    assert "keys/van-7.key" in html
    assert "1,200 messages" in html


def test_page_shows_the_clock_of_a_recording(live: LiveModel, clock: Clock) -> None:
    busy_junction(live, clock.now_us)
    shown = page.played(live.view().playing[0], clock.now_us)
    assert shown.clock == "15 Apr 2024, 13:24:17"
    assert shown.title == "Recorded junction 1136: 23 sensors"


def test_page_says_what_is_simulated_without_a_clock_that_is_ours(
    live: LiveModel, clock: Clock, renderer: Renderer
) -> None:
    Junction(live).says(at_us=clock.now_us, recording=SIMULATED)
    html = renderer.whole(live.view(), renew=False)
    assert f"{SIMULATED.title}: 1 sensor<" in html
    assert f'<span class="more">{SIMULATED.title}</span>' in html.partition("<h2>Gateways</h2>")[2]
    assert "Recording:" not in html


def test_feed_words_say_how_far_it_is_behind() -> None:
    assert page.feed_words(LiveView(NOW_US)) == "Feed: nothing yet"
    fresh = LiveView(NOW_US, behind_us=200_000, heard_us=NOW_US - US_PER_S)
    assert page.feed_words(fresh) == f"Feed 0.2{NBSP}s behind"
    still = LiveView(NOW_US, behind_us=200_000, heard_us=NOW_US - 360 * US_PER_S)
    assert page.feed_words(still) == f"Feed: nothing for 6{NBSP}min"


def test_feed_of_slow_sensors_may_be_still_for_longer(live: LiveModel, clock: Clock) -> None:
    junction = Junction(live, period_s=900)
    junction.says(at_us=clock.now_us)
    junction.sends(interval(2, clock.now_us), clock.now_us)
    clock.forward(600)
    assert page.feed_words(live.view()) == f"Feed 0.0{NBSP}s behind"
    clock.forward(900)
    assert page.feed_words(live.view()) == f"Feed: nothing for 25{NBSP}min"


def test_page_of_social_care_says_so_everywhere(live: LiveModel) -> None:
    html = Renderer(Assets(), social_care=True).whole(live.view(), renew=False)
    assert "<title>Sensors - Smart Essex Social care hub</title>" in html
    assert "<b>Smart Essex</b> <span>Social care hub</span>" in html
