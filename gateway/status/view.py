"""`sensorhub gateway status`: what the running gateway last said of itself, for a person or a script."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.status.file import Said, is_running, read_said
from sensorhub.clock import BootClock, MeasurementClock, rfc3339, wall_us
from sensorhub.reading import NS_PER_S, US_PER_S

STALE_S = 180.0
"""It is written every minute: after three something is wrong."""

_NEARLY_FULL_PERCENT = 80.0
_HOURS_A_DAY = 24
_NONE = "No gateway runs here, and none has."
_WORDS = {"ntp": "NTP", "receipt": "the hub", "given": "a recording", "none": "nobody yet"}


@dataclass(frozen=True, slots=True)
class View:
    """What is known of a gateway on this machine.

    Arguments:
        running: whether a gateway holds the spool.
        age_s: how old what it said is.
        said: what it said last; None where nothing can be read.
    """

    running: bool
    age_s: float
    said: Said | None

    @property
    def well(self) -> bool:
        """Whether it runs, speaks, and has no trouble."""
        said = self.said
        if said is None or not self.running or self.age_s > STALE_S:
            return False
        return not said.status.trouble and not any(sensor.fault for sensor in said.status.sensors)


def view(spool: Path, clock: MeasurementClock | None = None) -> View:
    """Look at a spool's folder; nothing is changed."""
    clock = clock or BootClock()
    said = read_said(spool)
    if said is None:
        return View(is_running(spool), 0.0, None)
    same_boot = said.boot == str(clock.boot_id)
    age_s = clock.now_ns() / NS_PER_S - said.clock_s if same_boot else wall_us() / US_PER_S - said.written
    return View(is_running(spool), max(0.0, age_s), said)


def print_view(console: Console, gateway: str, spool: Path, seen: View, start: str) -> None:
    """Write it for a person.

    Arguments:
        start: the command that starts it.
    """
    said = seen.said
    console.print(Text.assemble("Gateway ", (gateway, "bold"), ", spool ", str(spool.absolute())), soft_wrap=True)
    if said is None:
        told = "It runs, and has not said anything yet." if seen.running else f"{_NONE} Start it: {start}"
        console.print(Text(told, style="yellow" if seen.running else "bold red"), soft_wrap=True)
        return
    table = Table.grid(padding=(0, 3))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in _rows(seen, said, start):
        table.add_row(Text(name, style="dim"), text)
    console.print(table)


def _rows(seen: View, said: Said, start: str) -> list[tuple[str, Text]]:
    status = said.status
    total = status.spool_used_bytes + status.spool_free_bytes
    full = f"{said.percent:.0f} % full: {_size(status.spool_used_bytes)} of {_size(total)}"
    left = "not known before it has run for a minute" if status.hours_left is None else _hours(status.hours_left)
    rows = [
        ("state", _state(seen, said, start)),
        ("connection", Text("connected to the broker") if said.connected else Text("no connection", style="yellow")),
        ("backlog", Text(f"{status.backlog:,} records wait for the hub" if status.backlog else "none")),
        ("spool", Text(full, style="yellow" if said.percent >= _NEARLY_FULL_PERCENT else "")),
        ("room for", Text(left if status.hours_left is None else f"{left} of outage at the present rate")),
        ("clock", _clock(said)),
    ]
    for at, epoch in enumerate(status.epochs):
        what = "current" if at == len(status.epochs) - 1 else "drains"
        kept = (
            f"records {epoch.lowest:,} to {epoch.next - 1:,} kept" if epoch.next > epoch.lowest else "no records kept"
        )
        rows.append(("epoch", Text(f"{epoch.epoch} ({what}), {kept}")))
    faults = [sensor for sensor in status.sensors if sensor.fault]
    rows.append(("sensors", Text(f"{len(status.sensors)}, {len(faults) or 'none'} with a fault")))
    for sensor in faults:
        assert sensor.fault is not None
        since = rfc3339(round(sensor.fault.since) * US_PER_S)
        rows.append(("fault", Text(f"{sensor.id}: {sensor.fault.text} (since {since})", style="bold red")))
    if status.trouble:
        rows.append(("trouble", Text(status.trouble, style="bold red")))
    return rows


def _state(seen: View, said: Said, start: str) -> Text:
    age = f"said {_age(seen.age_s)} ago"
    if not seen.running:
        return Text(f"does not run; last {age}. Start it: {start}", style="bold red")
    if seen.age_s > STALE_S:
        return Text(f"runs and does not speak; last {age}. See its log, and start it again", style="bold red")
    return Text(f"{said.status.state}, {age}", style="green")


def _clock(said: Said) -> Text:
    clock = said.status.clock
    if not clock.anchored:
        return Text("nobody has told the time since it started; nothing is sent before", style="yellow")
    error = "" if clock.error_s is None else f", to {clock.error_s:.3f} s"
    return Text(f"time from {_WORDS.get(clock.source, clock.source)}{error}")


def _hours(hours: float) -> str:
    if hours >= 3 * _HOURS_A_DAY:
        return f"{hours / _HOURS_A_DAY:,.0f} days"
    return f"{hours:,.0f} hours" if hours >= 3 else f"{hours * 60:,.0f} minutes"


def _age(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else str(timedelta(seconds=round(seconds)))


def _size(count: float) -> str:
    return f"{count / 1e9:,.2f} GB" if count >= 1e9 else f"{count / 1e6:,.1f} MB"
