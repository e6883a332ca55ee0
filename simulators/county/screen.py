"""What a county's run shows on a terminal: a bar while it runs, and its ledger."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from sensorhub.clock import rfc3339
from sensorhub.quantity import QUANTITIES
from sensorhub.reading import NS_PER_S, US_PER_S
from simulators.county.order import Order
from simulators.county.outcome import CountyOutcome, Line
from simulators.progress import RunProgress

LINES_MAX = 60
"""Lines of the ledger that are printed where all hold; `--json` has all of them."""


class CountyBar:
    """A progress bar over the world's time; on no terminal it shows nothing.

    Arguments:
        console: where it is drawn.
        order: what is run.
        shown: whether it is drawn at all.
    """

    def __init__(self, console: Console, order: Order, *, shown: bool) -> None:
        self._order = order
        # Without the library's own refresh thread: the command has one thread, which forks.
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[waiting]} records without a receipt"),
            TimeElapsedColumn(),
            console=console,
            auto_refresh=False,
            disable=not (shown and console.is_terminal),
            transient=True,
        )
        self._task = self._bar.add_task("starting", total=order.seconds, waiting=0)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, progress: RunProgress | None) -> None:
        """Draw how far the run is."""
        if progress is not None:
            self._bar.update(
                self._task,
                completed=(progress.clock_ns - self._order.start_ns) / NS_PER_S,
                description=rfc3339(self._order.wall_us_at(progress.clock_ns) // US_PER_S * US_PER_S),
                waiting=f"{progress.outstanding:,}",
            )
            self._bar.refresh()


def print_outcome(console: Console, outcome: CountyOutcome) -> None:
    """Print the ledger: what does not hold first, then the rest as far as it fits."""
    wrong = [line for line in outcome.lines if not line.holds]
    shown = [*wrong, *(line for line in outcome.lines if line.holds)][: max(LINES_MAX, len(wrong))]
    table = Table("sensor", "quantity", "true", "stored", "difference", "tolerance", "")
    for line in shown:
        table.add_row(*_cells(line))
    console.print(table)
    if len(shown) < len(outcome.lines):
        console.print(f"and {len(outcome.lines) - len(shown)} lines more that hold; --json prints all.")
    for name, found in outcome.shown.items():
        console.print(f"{name}: its fault shows as {', '.join(found) or 'nothing'}.")
    for name in outcome.silent_faults:
        console.print(f"{name}: its fault does not show as the scenario says.")
    for name, text in outcome.strange.items():
        console.print(f"{name}: nothing happened to it that shows, and yet it shows {text}")
    verdict = "All is stored as it truly was." if outcome.equal else "Not all is stored as it truly was."
    console.print(f"{verdict} {outcome.readings:,} readings in {outcome.seconds:.0f} s.")


def _cells(line: Line) -> tuple[str, ...]:
    truth, unit = line.truth, QUANTITIES[line.truth.quantity].unit
    within = f"{truth.tolerance:g} {truth.reason}".strip() if truth.tolerance else "0"
    return (
        f"{line.gateway}/{line.sensor}",
        f"{truth.quantity} {truth.how}, {unit}",
        f"{truth.value:,.6g}",
        f"{line.stored:,.6g}",
        f"{line.difference:,.3g}",
        within,
        "" if line.holds else "WRONG",
    )
