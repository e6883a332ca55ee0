"""What `sensorhub watch` writes: a table that moves, or plain lines."""

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from firmware_config.catalogue import entry_of
from gateway.watching.inputs import GatewayNow, InputNow, ValueNow
from gateway.watching.state import state_of
from sensorhub.clock import rfc3339
from sensorhub.quantity import QUANTITIES, in_words
from sensorhub.states import State

_MARKS = {State.LIVE: "●", State.QUIET: "○", State.LATE: "▲", State.SILENT: "■"}
_STYLES = {State.LIVE: "cyan", State.QUIET: "default", State.LATE: "bold yellow", State.SILENT: "bold red"}
_S_PER_MIN, _S_PER_H = 60, 3_600

_COLUMNS_MIN = 120
"""Characters of a terminal that has room for all columns; a narrower one gets some lines for each input."""


def picture(gateways: list[GatewayNow]) -> RenderableType:
    """All gateways, each with a line of its own and its inputs, as far as the terminal has room."""
    return _Picture(gateways)


class _Picture:
    """Asks the terminal for its size whenever it is drawn."""

    def __init__(self, gateways: list[GatewayNow]) -> None:
        self._gateways = gateways

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType | Segment]:
        inputs = _table if options.max_width >= _COLUMNS_MIN else _blocks
        whole = Group(*(part for gateway in self._gateways for part in (_head(gateway), inputs(gateway))))
        lines = console.render_lines(whole, options.reset_height(), pad=False)
        room = options.max_height if console.is_terminal else len(lines)
        hidden = len(lines) - room + 1 if len(lines) > room else 0
        for at, line in enumerate(lines[: len(lines) - hidden]):
            yield from [Segment.line()] if at else []
            yield from line
        if hidden:
            which = ", --gateway NAME" if len(self._gateways) > 1 else ""
            more = f"{hidden:,} lines more: a higher terminal{which} or --plain shows them."
            yield Segment.line()
            yield Text(more, style="bold", no_wrap=True, overflow="ellipsis", end="")


def _head(gateway: GatewayNow) -> Text:
    return Text(head_words(gateway), style="bold")


def head_words(gateway: GatewayNow) -> str:
    """A gateway in one line: connection, clock, spool, hours left, trouble."""
    status = gateway.status
    words = [
        gateway.gateway,
        "connected" if gateway.connected else "not connected",
        rfc3339(gateway.time_us // 1_000_000 * 1_000_000) if gateway.time_us is not None else "time not known",
        f"spool {gateway.percent:.0f} % full, {_many(status.backlog, 'record')} to send",
    ]
    if status.hours_left is not None:
        words.append(f"{_many(round(status.hours_left), 'hour')} left")
    if status.trouble:
        words.append(status.trouble)
    return " | ".join(words)


def _table(gateway: GatewayNow) -> Table:
    table = Table("state", "sensor", "input", "edges", "newest reading", "age", "note", box=None, pad_edge=False)
    for each in gateway.inputs:
        table.add_row(
            _state(gateway, each),
            each.id if each.id == each.kind else f"{each.id} {each.kind}",
            inputs_words(each),
            "" if each.edges is None else f"{each.edges:,}",
            values_words(shown_of(each)),
            age_words(each.age_s),
            Text(each.fault or each.title, style="red" if each.fault else "default"),
        )
    return table


def _blocks(gateway: GatewayNow) -> Table:
    """State and sensor; below these what it is connected to, what it reads, and its fault."""
    table = Table.grid(padding=(0, 1))
    for each in gateway.inputs:
        first = Text.assemble((each.id, "bold"), ", " if each.title else "", each.title)
        words = [inputs_words(each), "" if each.edges is None else _many(each.edges, "edge")]
        words += [values_words(shown_of(each)), age_words(each.age_s) + ("" if each.age_s is None else " old")]
        told = [first, Text("; ".join(word for word in words if word)), Text(each.fault, style="red")]
        table.add_row(_state(gateway, each), Text("\n").join(line for line in told if line))
    return table


def _state(gateway: GatewayNow, each: InputNow) -> Text:
    state = state_of(gateway, each)
    return Text(f"{_MARKS[state]} {state}", style=_STYLES[state], no_wrap=True)


def shown_of(each: InputNow) -> tuple[ValueNow, ...]:
    """The values that a row of a page would show; all of a kind that is not in the catalogue."""
    known = entry_of(each.kind)
    return tuple(one for one in each.values if known is None or one.quantity in known.shown)


def inputs_words(each: InputNow) -> str:
    """Where it is connected, and how each contact is now."""
    pins = [f"GPIO{pin.number} {'active' if pin.active else 'idle'}" for pin in each.pins]
    return ", ".join([*([each.bus] if each.bus else []), *pins])


def values_words(values: tuple[ValueNow, ...]) -> str:
    """The newest reading in words."""
    return ", ".join(_value(one) for one in values if one.quantity != "coverage")


def _value(one: ValueNow) -> str:
    row = QUANTITIES.get(one.quantity)
    if row is None:
        return f"{one.quantity} {one.value:g}"
    text = in_words(row, one.value)
    return f"{text} ({one.quality.replace(',', ', ')})" if one.quality else text


def age_words(age_s: float | None) -> str:
    """How old something is."""
    if age_s is None:
        return "none yet"
    if age_s < _S_PER_MIN:
        return f"{age_s:.0f} s"
    return f"{age_s / _S_PER_MIN:.0f} min" if age_s < _S_PER_H else f"{age_s / _S_PER_H:.1f} h"


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


class PlainLines:
    """Lines for a terminal that cannot move its cursor, or a log: all at first, then whatever changed."""

    def __init__(self) -> None:
        self._said: dict[str, str] = {}

    def of(self, gateway: GatewayNow) -> Iterator[str]:
        """The lines to write now."""
        when = rfc3339(gateway.time_us // 1_000_000 * 1_000_000) if gateway.time_us is not None else "-"
        head = [gateway.connected, gateway.status.trouble, gateway.status.backlog > 0, round(gateway.percent)]
        if self._new(gateway.gateway, repr(head)):
            yield head_words(gateway)
        for each in gateway.inputs:
            state = state_of(gateway, each)
            words = [inputs_words(each), "" if each.edges is None else _many(each.edges, "edge")]
            words += [values_words(each.values), each.fault]
            line = f"{state} {gateway.gateway}/{each.id} " + "; ".join(word for word in words if word)
            if self._new(f"{gateway.gateway}/{each.id}", line):
                yield f"{when} {line}"

    def _new(self, name: str, line: str) -> bool:
        changed = self._said.get(name) != line
        self._said[name] = line
        return changed
