"""Questions for what is lost or wanted again: gaps and findings, and records that a gateway is to send again."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cloud.books import Finding, GivenCommand
from cloud.gaps import Floor, Gap
from cloud.questions import MEDIA_TYPES, Answer, QuestionWrong, only, text_or_json, time_us
from cloud.state import State
from cloud.stores.protocol import Store, Wanted
from sensorhub.clock import rfc3339
from sensorhub.names import check_gateway_id
from sensorhub.ranges import RangeSet


def gaps(asked: Mapping[str, str], state: State, now_us: int) -> Answer:
    """What is lost, newest first, and what else somebody should look at; of `gateway` where named.

    Arguments:
        asked: `gateway`, and `format`: `json` (default) or `text`, a line each.
        state: where it is kept.
        now_us: the hub's time, microseconds since 1970 UTC.

    Raises:
        QuestionWrong, NameInvalid: a parameter cannot be used.
    """
    only(asked, "format", "gateway")
    name = text_or_json(asked)
    gateway = check_gateway_id(asked["gateway"]) if "gateway" in asked else None
    found = [one for one in state.findings(now_us) if one.kind != "gap" and gateway in {None, one.gateway}]
    told = {one.gateway: next(iter(state.commands(one.gateway)), None) for one in found if one.kind == "conflict"}
    lost = state.gaps(gateway)
    content = _gaps_json(lost, found, told) if name == "json" else _gaps_text(lost, found, told)
    return Answer(content, MEDIA_TYPES[name], f"gaps.{name}")


def gap_line(gap: Gap) -> str:
    """A gap in words, as in "127 records lost: spool-full"."""
    number = f"{gap.count:,} {'record' if gap.count == 1 else 'records'}"
    if gap.kind == "rejected":
        what = "reading refused before it had" if gap.count == 1 else "readings refused before they had"
        return f"{gap.count:,} {what} a number: {gap.reason}"
    return f"{number} lost: {gap.reason}"


def _gaps_text(
    lost: Sequence[Gap], found: Sequence[Finding], told: Mapping[str, GivenCommand | None]
) -> Iterator[bytes]:
    for one in found:
        if one.kind == "disk":
            yield f"{rfc3339(one.last_us)}  this hub  {one.text}\n".encode()
            continue
        line = f"{rfc3339(one.last_us)}  {one.gateway}  {one.text}, {one.count:,} since {rfc3339(one.since_us)}"
        yield f"{line}{_command_words(told.get(one.gateway))}\n".encode()
    for gap in lost:
        which = "" if gap.kind == "rejected" else f" ({gap.first} to {gap.last} of epoch {gap.epoch})"
        yield f"{rfc3339(gap.noted_us)}  {gap.gateway}  {gap_line(gap)}{_when(gap)}{which}\n".encode()
    if not lost and not found:
        yield b"Nothing is lost, and nothing is in conflict.\n"


def _when(gap: Gap) -> str:
    if gap.from_us is None and gap.to_us is None:
        return ""
    if gap.from_us == gap.to_us and gap.from_us is not None:
        return f", {rfc3339(gap.from_us)}"
    after = f"after {rfc3339(gap.from_us)}" if gap.from_us is not None else ""
    before = f"before {rfc3339(gap.to_us)}" if gap.to_us is not None else ""
    return ", " + " and ".join(part for part in (after, before) if part)


def _command_words(command: GivenCommand | None) -> str:
    if command is None:
        return ""
    asked = f"; told to begin a new epoch at {rfc3339(command.given_us)}"
    if command.replied_us is None:
        return f"{asked}, no reply yet"
    return f"{asked}, reply: {'' if command.ok else 'not done, '}{command.text or 'done'}"


def _gaps_json(
    lost: Iterable[Gap], found: Iterable[Finding], told: Mapping[str, GivenCommand | None]
) -> Iterator[bytes]:
    findings = []
    for one in found:
        command = told.get(one.gateway)
        findings.append(
            {
                "kind": one.kind,
                "gateway": one.gateway,
                "since": rfc3339(one.since_us),
                "last": rfc3339(one.last_us),
                "text": one.text,
                "count": one.count,
                "command": None
                if command is None
                else {
                    "number": command.number,
                    "epoch": command.epoch,
                    "given": rfc3339(command.given_us),
                    "replied": _time(command.replied_us),
                    "ok": command.ok,
                    "text": command.text,
                },
            }
        )
    rows = [
        {
            "gateway": gap.gateway,
            "epoch": gap.epoch,
            "kind": gap.kind,
            "first": gap.first,
            "last": gap.last,
            "count": gap.count,
            "reason": gap.reason,
            "noted": rfc3339(gap.noted_us),
            "after": _time(gap.from_us),
            "before": _time(gap.to_us),
        }
        for gap in lost
    ]
    yield (json.dumps({"gaps": rows, "findings": findings}, indent=1) + "\n").encode()


def _time(time: int | None) -> str | None:
    return None if time is None else rfc3339(time)


def refetch(asked: Mapping[str, str], store: Store, state: State) -> Answer:
    """Want again what arrived at or after `since`, of `gateway` or of all; then answer as `still_wanted`.

    Raises:
        QuestionWrong, NameInvalid: a parameter cannot be used; nothing is wanted.
    """
    only(asked, "format", "gateway", "since")
    if "since" not in asked:
        raise QuestionWrong("since is missing; write it as 2026-11-25T03:00:00Z: what came from then on is wanted.")
    name = text_or_json(asked)
    gateway = check_gateway_id(asked["gateway"]) if "gateway" in asked else None
    since_us = time_us("since", asked["since"])
    store.want(since_us, gateway)
    wanted = store.wanted()
    counts = _counts(wanted, gateway)
    if name == "json":
        return Answer(
            _wanted_json(wanted, gateway, state.floors(), rfc3339(since_us)), MEDIA_TYPES[name], "refetch.json"
        )
    lines = [_asked_line(counts, since_us)]
    lines += _by_gateway(counts)
    if counts:
        lines.append(
            "The gateways learn of it with their next status, within a minute, and send what their cards still hold. "
            "How much still misses: sensorhub hub refetch --status."
        )
    return Answer(_lines(lines), MEDIA_TYPES[name], "refetch.text")


def still_wanted(asked: Mapping[str, str], store: Store, state: State) -> Answer:
    """How many records that are wanted again have not come, by gateway.

    Raises:
        QuestionWrong, NameInvalid: a parameter cannot be used.
    """
    only(asked, "format", "gateway")
    name = text_or_json(asked)
    gateway = check_gateway_id(asked["gateway"]) if "gateway" in asked else None
    wanted = store.wanted()
    floors = state.floors()
    if name == "json":
        return Answer(_wanted_json(wanted, gateway, floors, None), MEDIA_TYPES[name], "refetch.json")
    counts, gone = _counts(wanted, gateway), _gone(wanted, floors)
    if not counts:
        return Answer(_lines(["Nothing is wanted again."]), MEDIA_TYPES[name], "refetch.text")
    lines = [f"Still missing: {_number(counts)}.", *_by_gateway(counts)]
    lines += [
        f"{one}: {gone[one]:,} of these are on its card no more and will not come; what was here of them is kept."
        for one in counts
        if gone[one]
    ]
    return Answer(_lines(lines), MEDIA_TYPES[name], "refetch.text")


def _asked_line(counts: Mapping[str, int], since_us: int) -> str:
    when = f"at or after {rfc3339(since_us)}"
    return f"Asked for again: {_number(counts)} that came {when}." if counts else f"Nothing came {when}."


def _number(counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    whose = f"{len(counts):,} gateways" if len(counts) != 1 else "1 gateway"
    return f"{total:,} {'record' if total == 1 else 'records'} of {whose}"


def _by_gateway(counts: Mapping[str, int]) -> list[str]:
    return [f"  {gateway}  {count:,}" for gateway, count in sorted(counts.items())]


def _counts(wanted: Iterable[Wanted], gateway: str | None) -> Counter[str]:
    counts: Counter[str] = Counter()
    for one in wanted:
        if gateway in {None, one.gateway}:
            counts[one.gateway] += one.last - one.first + 1
    return counts


def _gone(wanted: Iterable[Wanted], floors: Iterable[Floor]) -> Counter[str]:
    """How many of the wanted records lie below what their gateway said to keep."""
    lowest = {(floor.gateway, floor.epoch): floor.lowest for floor in floors}
    gone: Counter[str] = Counter()
    for one in wanted:
        kept_from = lowest.get((one.gateway, one.epoch), 1)
        gone[one.gateway] += RangeSet([(one.first, min(one.last, kept_from - 1))]).total()
    return gone


def _wanted_json(
    wanted: Sequence[Wanted], gateway: str | None, floors: Iterable[Floor], since: str | None
) -> Iterator[bytes]:
    gone = _gone(wanted, floors)
    fields: dict[str, object] = {
        "wanted": [
            {"gateway": one, "records": count, "on_no_card": gone[one]}
            for one, count in sorted(_counts(wanted, gateway).items())
        ]
    }
    if since is not None:
        fields["since"] = since
    yield (json.dumps(fields, indent=1) + "\n").encode()


def _lines(lines: Iterable[str]) -> Iterator[bytes]:
    for line in lines:
        yield f"{line}\n".encode()
