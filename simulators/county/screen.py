"""The ledger of a county's run on a terminal."""

from datetime import timedelta

from rich.console import Console
from rich.table import Table

from sensorhub.quantity import QUANTITIES
from simulators.county.outcome import CountyOutcome, Line

LINES_MAX = 60
"""Lines of the ledger that are printed where all hold; `--json` has all of them."""


def print_outcome(console: Console, outcome: CountyOutcome) -> None:
    """Print the ledger: what does not hold first, then the rest as far as it fits."""
    wrong = [line for line in outcome.lines if not line.holds]
    shown = [*wrong, *(line for line in outcome.lines if line.holds)][: max(LINES_MAX, len(wrong))]
    table = Table("sensor", "quantity", "time", "true", "stored", "difference", "tolerance", "")
    for line in shown:
        table.add_row(*_cells(line))
    console.print(table)
    if len(shown) < len(outcome.lines):
        console.print(f"and {len(outcome.lines) - len(shown)} lines more that hold; --json prints all.")
    for name, found in outcome.shown.items():
        console.print(f"{name}: its fault shows as {', '.join(found) or 'nothing'}.")
    for name, missing in outcome.silent_faults.items():
        console.print(f"{name}: its fault does not show as the scenario says; missing: {missing}.")
    for name, text in outcome.strange.items():
        console.print(f"{name}: where and when nothing happened to it that shows, it shows {text}")
    verdict = "All is stored as it truly was." if outcome.equal else "Not all is stored as it truly was."
    console.print(f"{verdict} {outcome.readings:,} readings in {outcome.seconds:.0f} s.")


def _cells(line: Line) -> tuple[str, ...]:
    truth, unit = line.truth, QUANTITIES[line.truth.quantity].unit
    within = f"{truth.tolerance:g} {truth.reason}".strip() if truth.tolerance else "0"
    return (
        f"{line.gateway}/{line.sensor}",
        f"{truth.quantity} {truth.how}, {unit}",
        f"{timedelta(seconds=line.from_s)} to {timedelta(seconds=line.until_s)}",
        f"{truth.value:,.6g}",
        f"{line.stored:,.6g}",
        f"{line.difference:,.3g}",
        within,
        "" if line.holds else "WRONG",
    )
