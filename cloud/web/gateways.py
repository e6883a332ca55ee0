"""What the page says of gateways, in words: how they are, how much room they have, and what is known against them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cloud.books import Finding, GivenCommand, SqlBooks
from cloud.gaps import Gap
from cloud.view import GatewayNow, Notice, SensorNow
from cloud.web import words
from sensorhub.quantity import QUANTITIES
from sensorhub.reading import US_PER_S
from sensorhub.states import State

GAPS_SHOWN_US = 7 * 24 * 3_600 * US_PER_S
"""Lost records stay lost: what somebody had a week to see goes from the page; `sensorhub gaps` lists all."""

FULL_SHARE = 0.8
"""A card that is fuller than this is to be watched."""

HOURS_FEW = 24.0
"""Less room than for a day does not outlast a night and the drive in the morning."""

REASONS_SHOWN_MAX = 5

_STATES = {
    "ready": ("ready", State.LIVE),
    "init": ("starting", State.LATE),
    "sleeping": ("asleep", State.QUIET),
    "disconnected": ("stopped", State.SILENT),
    "lost": ("lost", State.SILENT),
}
_WRONG = (State.SILENT, State.LATE)
_ORDER = (State.SILENT, State.LATE, State.LIVE, State.QUIET)


@dataclass(frozen=True, slots=True)
class GatewayRow:
    """One gateway as a row of its table.

    Arguments:
        mark: which mark and colour.
        state: its word.
        name: its id.
        plays: what it plays; empty where it measures on the road.
        used, left, backlog: how full its spool is, for how long it has room, what it has still to send.
        health: what it measures of itself.
        notes: sentences about it.
    """

    mark: State
    state: str
    name: str
    plays: str
    used: str
    left: str
    backlog: str
    health: str
    notes: tuple[Notice, ...]


def rows(gateways: Iterable[GatewayNow], now_us: int) -> list[GatewayRow]:
    """All gateways in words, worst first."""
    made = [_row(one, now_us) for one in gateways]
    return sorted(made, key=lambda row: (_ORDER.index(row.mark), not row.notes, row.name))


def _row(one: GatewayNow, now_us: int) -> GatewayRow:
    state, mark = _STATES.get(one.state or "", ("unknown", State.SILENT))
    few = one.hours_left is not None and one.hours_left < HOURS_FEW
    full = one.used_share is not None and one.used_share > FULL_SHARE
    if mark is State.LIVE and (one.trouble or few or full):
        mark = State.LATE
    notes: list[Notice] = []
    if mark is State.SILENT and one.since_us is not None:
        notes.append(
            Notice(f"{state.capitalize()} at {words.since(one.since_us, now_us)}. It keeps what it measures.", False)
        )
    if one.trouble:
        notes.append(Notice(one.trouble, act=True))
    if one.health is not None and mark is not State.SILENT and one.health.judgement.state in _WRONG:
        why = words.note(one.health, now_us)
        notes.append(Notice(f"Its own readings are {one.health.judgement.state}. {why}.", act=False))
    return GatewayRow(
        mark=mark,
        state=state,
        name=one.gateway,
        plays=one.plays,
        used=f"{words.number(100 * one.used_share, 0)}%" if one.used_share is not None else words.NO_VALUE,
        left=_left(one.hours_left),
        backlog=words.number(one.backlog, 0),
        health=_health(one.health),
        notes=(*notes, *one.notices),
    )


def _health(health: SensorNow | None) -> str:
    if health is None or health.judgement.state is State.SILENT:
        return words.NO_VALUE
    known = [(QUANTITIES[shown.quantity], shown.value) for shown in health.shown]
    said = [f"{one.title} {''.join(words.value(one, value.value))}" for one, value in known if value is not None]
    return ", ".join(said) or words.NO_VALUE


def _left(hours: float | None) -> str:
    if hours is None:
        return words.NO_VALUE
    if hours < 1:
        return f"{words.number(60 * hours, 0)}{words.NBSP}min"
    if hours < 72:
        return f"{words.number(hours, 0)}{words.NBSP}h"
    return f"{words.number(hours / 24, 0)}{words.NBSP}days"


def notices(books: SqlBooks, now_us: int) -> dict[str, tuple[Notice, ...]]:
    """What the books have against each gateway, in sentences.

    Raises:
        StoreUnavailable: they cannot be read.
    """
    said: dict[str, list[Notice]] = {}
    for finding in books.findings(now_us):
        if finding.gateway and finding.kind != "gap":
            command = next(iter(books.commands(finding.gateway)), None) if finding.kind == "conflict" else None
            said.setdefault(finding.gateway, []).append(Notice(_finding(finding, command, now_us), act=True))
    lost: dict[tuple[str, bool, str], list[Gap]] = {}
    for gap in books.gaps(since_us=now_us - GAPS_SHOWN_US):
        lost.setdefault((gap.gateway, gap.kind == "rejected", gap.reason), []).append(gap)
    for (gateway, _, _), gaps in lost.items():
        sentences = said.setdefault(gateway, [])
        if len(sentences) < REASONS_SHOWN_MAX:
            sentences.append(Notice(lost_words(gaps, now_us), act=True))
    return {gateway: tuple(sentences) for gateway, sentences in said.items()}


def _finding(finding: Finding, command: GivenCommand | None, now_us: int) -> str:
    last = words.since(finding.last_us, now_us)
    count = words.number(finding.count, 0)
    if finding.kind == "security":
        return f"Names another gateway in its packs: {count} refused, the last at {last}."
    packs = "pack" if finding.count == 1 else "packs"
    told = ""
    if command is not None and command.replied_us is None:
        told = " It was told to begin a new epoch and has not replied."
    elif command is not None:
        told = f" Told to begin a new epoch it replied: {command.text or 'done'}."
    return f"Sends other content than what is stored: {count} {packs} refused, the last at {last}.{told}"


def lost_words(gaps: Sequence[Gap], now_us: int) -> str:
    """Gaps of one gateway and reason, as in "127 records lost: spool-full, 03:10 to 03:12."."""
    count = sum(gap.count for gap in gaps)
    rejected = gaps[0].kind == "rejected"
    thing = ("reading" if rejected else "record") + ("" if count == 1 else "s")
    begun = [gap.from_us for gap in gaps if gap.from_us is not None]
    ended = [gap.to_us for gap in gaps if gap.to_us is not None]
    if begun and ended:
        first, last = words.since(min(begun), now_us), words.since(max(ended), now_us)
        when = first if first == last else f"{first} to {last}"
    else:
        when = f"noted {words.since(max(gap.noted_us for gap in gaps), now_us)}"
    what = "refused" if rejected else "lost"
    return f"{words.number(count, 0)} {thing} {what}: {gaps[0].reason}, {when}."
