"""What the page says of gateways: room, trouble, and what is lost or in conflict."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud.books import FINDING_SHOWN_US
from cloud.gaps import Gap
from cloud.live import LiveModel
from cloud.state import State
from cloud.view import GatewayNow, Notice
from cloud.web.assets import Assets
from cloud.web.gateways import GAPS_SHOWN_US, lost_words, notices, rows
from cloud.web.render import Renderer
from firmware_config.catalogue import entry, kinds
from sensorhub.command import Reply
from sensorhub.quantity import QUANTITIES
from sensorhub.reading import US_PER_S
from sensorhub.states import State as Mark
from sensorhub.status import GatewayState, Status
from tests.cloud.junction import NOW_US, Clock, Junction
from tests.cloud.street import Street, sensor

EPOCH = "5f0c2a9e41d07b36"
MINUTE_US = 60 * US_PER_S
NBSP = "\u00a0"


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    opened = State.open(tmp_path)
    yield opened
    opened.close()


def now(
    gateway: str = "a-1",
    state: GatewayState | None = "ready",
    *,
    used: float | None = 0.1,
    hours: float | None = 100.0,
    trouble: str = "",
    notices: tuple[Notice, ...] = (),
) -> GatewayNow:
    return GatewayNow(gateway, state, NOW_US - MINUTE_US, used, hours, 0, trouble, notices)


def lost(first: int, last: int, *, reason: str = "spool-full", at_us: int = NOW_US - 3 * MINUTE_US) -> Gap:
    count = last - first + 1
    return Gap("a-1", EPOCH, "dropped", first, last, count, reason, NOW_US, at_us, at_us + 2 * MINUTE_US)


@pytest.mark.parametrize(
    ("one", "mark", "word"),
    [
        (now(), Mark.LIVE, "ready"),
        (now(state=None), Mark.SILENT, "unknown"),
        (now(state="lost"), Mark.SILENT, "lost"),
        (now(state="disconnected"), Mark.SILENT, "stopped"),
        (now(state="sleeping"), Mark.QUIET, "asleep"),
        (now(state="init"), Mark.LATE, "starting"),
        (now(trouble="The card is read-only."), Mark.LATE, "ready"),
        (now(used=0.81), Mark.LATE, "ready"),
        (now(hours=23.9), Mark.LATE, "ready"),
        (now(used=None, hours=None), Mark.LIVE, "ready"),
    ],
)
def test_gateway_has_a_mark_and_a_word(one: GatewayNow, mark: Mark, word: str) -> None:
    (row,) = rows([one], NOW_US)
    assert (row.mark, row.state) == (mark, word)


@pytest.mark.parametrize(
    ("hours", "words"),
    [(None, "–"), (0.4, f"24{NBSP}min"), (6.2, f"6{NBSP}h"), (71.0, f"71{NBSP}h"), (412.0, f"17{NBSP}days")],
)
def test_room_left_is_told_in_the_unit_that_fits(hours: float | None, words: str) -> None:
    assert rows([now(hours=hours)], NOW_US)[0].left == words


def test_gateways_come_worst_first_and_those_with_notes_before_others() -> None:
    noted = (Notice("Something.", act=True),)
    made = rows([now("a"), now("b", notices=noted), now("c", trouble="No."), now("d", "lost")], NOW_US)
    assert [row.name for row in made] == ["d", "c", "b", "a"]
    assert made[0].notes[0].text == "Lost at 14:31. It keeps what it measures."


def test_lost_records_are_told_with_their_reason_and_times(state: State) -> None:
    state.set_gaps("a-1", EPOCH, [lost(5, 131), lost(140, 140, at_us=NOW_US - 90 * MINUTE_US), lost(7, 7, reason="x")])

    told = [notice.text for notice in notices(state, NOW_US)["a-1"]]
    assert told == ["128 records lost: spool-full, 13:02 to 14:31.", "1 record lost: x, 14:29 to 14:31."]
    assert notices(state, NOW_US + GAPS_SHOWN_US + 1) == {}


def test_rejected_readings_and_gaps_without_times_are_told() -> None:
    refused = Gap("a-1", EPOCH, "rejected", 9, 9, 1, "spool-full", NOW_US, NOW_US, NOW_US)
    assert lost_words([refused], NOW_US) == "1 reading refused: spool-full, 14:32."
    unknown = Gap("a-1", EPOCH, "unnamed", 1, 4, 4, "why", NOW_US - 24 * 60 * MINUTE_US)
    assert lost_words([unknown], NOW_US) == "4 records lost: why, noted 23 Nov, 14:32."


def test_conflict_is_told_with_its_command_and_reply(state: State) -> None:
    state.add_finding("conflict", "a-1", "", 3, NOW_US)
    number = state.command_number("a-1", EPOCH, NOW_US)
    (notice,) = notices(state, NOW_US)["a-1"]
    assert notice.text == (
        "Sends other content than what is stored: 3 packs refused, the last at 14:32. "
        "It was told to begin a new epoch and has not replied."
    )

    state.replied("a-1", Reply(number, True, "begun"), NOW_US)
    assert notices(state, NOW_US)["a-1"][0].text.endswith("Told to begin a new epoch it replied: begun.")
    assert notices(state, NOW_US + FINDING_SHOWN_US + 1) == {}


def test_security_event_is_told_and_the_hubs_own_finding_is_not_a_gateways(state: State) -> None:
    state.add_finding("security", "a-1", "", 2, NOW_US)
    state.set_finding("disk", "", "full", 83, NOW_US)
    assert {gateway: [one.text for one in said] for gateway, said in notices(state, NOW_US).items()} == {
        "a-1": ["Names another gateway in its packs: 2 refused, the last at 14:32."]
    }


def test_page_shows_a_line_for_each_gateway_and_escapes_what_it_says() -> None:
    clock = Clock()
    live = LiveModel(clock.machine)
    status = Status(
        state="ready",
        connection="0" * 16,
        spool_used_bytes=93,
        spool_free_bytes=7,
        hours_left=6.0,
        trouble="<b>The card is full.</b>",
    )
    live.status("a-1", status, NOW_US)
    live.noticed({"a-1": (Notice("127 records lost.", act=True),)}, "The disk is 83% full.")
    html = Renderer(Assets()).whole(live.view(), renew=False)

    assert "93%" in html
    assert f"6{NBSP}h" in html
    assert "&lt;b&gt;The card is full.&lt;/b&gt;" in html
    assert '<p class="act">127 records lost.</p>' in html
    assert "The disk is 83% full." in html
    assert "style=" not in html


def test_change_of_a_notice_is_a_change_of_the_page() -> None:
    live = LiveModel(Clock().machine)
    version = live.version
    live.noticed({}, "")
    assert live.version == version
    live.noticed({"a-1": (Notice("x", act=True),)}, "")
    assert live.version > version


def test_retired_gateway_is_shown_no_longer(state: State) -> None:
    live = LiveModel(Clock().machine)
    junction = Junction(live)
    junction.says(at_us=NOW_US)
    assert len(live.view().gateways) == len(live.view().sensors) == 1

    live.retired("device-1136")
    assert (live.view().gateways, live.view().sensors) == ((), ())


def test_will_keeps_what_was_said_of_the_card() -> None:
    live = LiveModel(Clock().machine)
    ready = Status(state="ready", connection="0" * 16, spool_used_bytes=50, spool_free_bytes=50, hours_left=9.0)
    live.status("a-1", ready, NOW_US)
    live.status("a-1", Status(state="lost", connection="0" * 16), NOW_US + MINUTE_US)
    (one,) = live.view().gateways
    assert (one.state, one.used_share, one.hours_left) == ("lost", 0.5, 9.0)


OWN = [kind for kind in kinds() if entry(kind).every_gateway]


@pytest.mark.parametrize("kind", OWN)
def test_what_a_gateway_measures_of_itself_stands_in_its_row(clock: Clock, live: LiveModel, kind: str) -> None:
    street, known = Street(live), entry(kind)
    street.says(sensor("itself", kind), sensor("detector-2", "detector"), at_us=clock.now_us)
    assert [one.health for one in rows(live.view().gateways, clock.now_us)] == ["–"]
    street.sends("itself", clock.now_us, dict.fromkeys(known.quantities, 1.0))
    assert [one.sensor for one in live.view().sensors] == ["detector-2"]
    (row,) = rows(live.view().gateways, clock.now_us)
    assert all(f"{QUANTITIES[name].title} 1" in row.health for name in known.shown)
    assert (row.mark, row.notes) == (Mark.LIVE, ())
    clock.forward(100)
    (row,) = rows(live.view().gateways, clock.now_us)
    assert row.notes == (Notice("Its own readings are late. Overdue: newest reading 14:42:00.", act=False),)
