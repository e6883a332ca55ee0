"""The ledger of a county's run on a terminal: a line a gateway, and whole for what somebody will look for."""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from itertools import groupby

from rich.console import Console
from rich.table import Table

from sensorhub.quantity import QUANTITIES
from sensorhub.sentence import ended
from simulators.county.outcome import CountyOutcome, Line, Within


def print_outcome(console: Console, outcome: CountyOutcome, asked: Collection[str] = ()) -> None:
    """Print the ledger: a line a gateway; then all lines of those asked for and of what a fault hit, and what is wrong.

    Arguments:
        console: where.
        outcome: of the run.
        asked: gateways that were asked for by name.
    """
    console.print(_summary(outcome))
    for gateway in outcome.readings_of:
        mine = [line for line in outcome.lines if line.gateway == gateway]
        told = [line for line in mine if gateway in asked or line.name in outcome.shown or not line.holds]
        if told:
            console.print(f"\n{gateway}")
            console.print(_table(told))
            for reason in _reasons(told):
                console.print(reason, soft_wrap=True, style="dim")
    if not all(gateway in asked for gateway in outcome.readings_of):
        console.print(
            "\nEach quantity of a gateway: --gateway NAME (simulate world), or --json for all.", soft_wrap=True
        )
    for name, found in outcome.shown.items():
        said = f", and it says: {' '.join(map(ended, found.texts))}" if found.texts else "."
        console.print(f"{name}: its fault shows as {', '.join(found.words) or 'nothing'}{said}", soft_wrap=True)
    for each in outcome.within:
        console.print(_within(each), soft_wrap=True, style="" if each.holds else "bold red")
    for name, missing in outcome.silent_faults.items():
        console.print(f"{name}: its fault does not show as the scenario says; missing: {missing}.", soft_wrap=True)
    for name, text in outcome.strange.items():
        console.print(
            ended(f"{name}: where and when nothing happened to it that shows, it shows {text}"), soft_wrap=True
        )
    verdict = "All is stored as it truly was." if outcome.equal else "Not all is stored as it truly was."
    console.print(f"{verdict} {outcome.readings:,} readings in {outcome.seconds:.0f} s.")


def _within(each: Within) -> str:
    bound, unit = each.bound, QUANTITIES[each.bound.quantity].unit
    true, stored = f"{bound.lowest:,.6g} to {bound.highest:,.6g} {unit}", f"{each.lowest:,.6g} to {each.highest:,.6g}"
    verdict = "nothing of it is made up" if each.holds else f"WRONG, it may be off by {bound.tolerance:g}"
    return f"{each.name}: meanwhile its {bound.quantity} was {true}, and {stored} is stored: {verdict}."


def _summary(outcome: CountyOutcome) -> Table:
    table = Table("gateway", box=None, pad_edge=False)
    for head in ("sensors", "quantities that agree", "readings"):
        table.add_column(head, justify="right")
    for gateway, readings in outcome.readings_of.items():
        mine = [line for line in outcome.lines if line.gateway == gateway]
        names = {(line.sensor, line.truth.quantity) for line in mine}
        wrong = {(line.sensor, line.truth.quantity) for line in mine if not line.holds}
        agree = f"{len(names) - len(wrong)} of {len(names)}"
        table.add_row(
            gateway, f"{len({line.sensor for line in mine})}", agree, f"{readings:,}", style="bold red" if wrong else ""
        )
    return table


def _table(lines: Sequence[Line]) -> Table:
    """Lines of one gateway, under the name of their sensor, and under their time where that is not one for all."""
    with_times = len({_times(line) for line in lines}) > 1
    with_verdict = not all(line.holds for line in lines)
    table = Table(box=None, pad_edge=False)
    for head in ("sensor, quantity", ""):
        table.add_column(head, no_wrap=True)
    for head in ("true", "stored", "difference", "within"):
        table.add_column(head, justify="right", no_wrap=True)
    if with_verdict:
        table.add_column("verdict")
    for (sensor, times), group in groupby(lines, lambda line: (line.sensor, _times(line))):
        table.add_row(f"{sensor}, {times}" if with_times else sensor, style="bold")
        for line in group:
            verdict = ("" if line.holds else "WRONG",) if with_verdict else ()
            table.add_row(*_cells(line), *verdict, style="" if line.holds else "bold red")
    return table


def _times(line: Line) -> str:
    return f"{timedelta(seconds=line.from_s)} to {timedelta(seconds=line.until_s)}"


def _cells(line: Line) -> tuple[str, ...]:
    truth = line.truth
    return (
        f"  {truth.quantity}",
        f"{truth.how} {QUANTITIES[truth.quantity].unit}",
        f"{truth.value:,.6g}",
        f"{line.stored:,.6g}",
        f"{line.difference:,.3g}",
        f"{truth.tolerance:g}",
    )


def _reasons(lines: Sequence[Line]) -> Iterator[str]:
    """Why values may differ from the truth: each reason once, with its quantities."""
    quantities: dict[str, dict[str, None]] = {}
    for line in lines:
        if line.truth.tolerance:
            quantities.setdefault(line.truth.reason, {})[line.truth.quantity] = None
    yield from (f"  within: {reason} ({', '.join(names)})" for reason, names in quantities.items())
