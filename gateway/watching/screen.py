"""What `sensorhub watch` writes: a table that moves, or plain lines."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gateway.watching.inputs import GatewayNow, InputNow, ValueNow
from gateway.watching.state import state_of
from sensorhub.clock import rfc3339
from sensorhub.quantity import QUANTITIES, screen_unit
from sensorhub.states import State

_MARKS = {State.LIVE: "●", State.QUIET: "○", State.LATE: "▲", State.SILENT: "■"}
_STYLES = {State.LIVE: "cyan", State.QUIET: "default", State.LATE: "bold yellow", State.SILENT: "bold red"}
_S_PER_MIN, _S_PER_H = 60, 3_600


def picture(gateways: list[GatewayNow]) -> RenderableType:
    """All gateways, each with a line of its own and a table of its inputs."""
    return Group(*(part for gateway in gateways for part in (_head(gateway), _table(gateway))))


def _head(gateway: GatewayNow) -> Text:
    return Text(head_words(gateway), style="bold")


def head_words(gateway: GatewayNow) -> str:
    """A gateway in one line: connection, clock, spool, hours left, trouble."""
    status = gateway.status
    words = [
        gateway.gateway,
        "connected" if gateway.connected else "not connected",
        rfc3339(gateway.time_us // 1_000_000 * 1_000_000) if gateway.time_us is not None else "time not known",
        f"spool {gateway.percent:.0f} % full, {status.backlog:,} records wait",
    ]
    if status.hours_left is not None:
        words.append(f"{status.hours_left:,.0f} hours left")
    if status.trouble:
        words.append(status.trouble)
    return " | ".join(words)


def _table(gateway: GatewayNow) -> Table:
    table = Table("state", "sensor", "input", "edges", "newest reading", "age", "note", box=None, pad_edge=False)
    for each in gateway.inputs:
        state = state_of(gateway, each)
        table.add_row(
            Text(f"{_MARKS[state]} {state}", style=_STYLES[state]),
            f"{each.id} {each.kind}",
            inputs_words(each),
            "" if each.edges is None else f"{each.edges:,}",
            values_words(each.values),
            age_words(each.age_s),
            Text(each.fault or each.title, style="red" if each.fault else "default"),
        )
    return table


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
    unit = screen_unit(row.unit)
    text = f"{row.title} {one.value:,.{row.decimals}f}{unit if unit in ('%', '°') else ' ' + unit if unit else ''}"
    return f"{text} ({one.quality.replace(',', ', ')})" if one.quality else text


def age_words(age_s: float | None) -> str:
    """How old something is."""
    if age_s is None:
        return "none yet"
    if age_s < _S_PER_MIN:
        return f"{age_s:.0f} s"
    return f"{age_s / _S_PER_MIN:.0f} min" if age_s < _S_PER_H else f"{age_s / _S_PER_H:.1f} h"


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
            words = [inputs_words(each), f"{each.edges} edges" if each.edges is not None else ""]
            words += [values_words(each.values), each.fault]
            line = f"{state} {gateway.gateway}/{each.id} " + "; ".join(word for word in words if word)
            if self._new(f"{gateway.gateway}/{each.id}", line):
                yield f"{when} {line}"

    def _new(self, name: str, line: str) -> bool:
        changed = self._said.get(name) != line
        self._said[name] = line
        return changed
