"""What a fleet shows on a terminal: a bar while it runs, and a table at the end."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from simulators.fleet.counts import Counts
from simulators.fleet.outcome import FleetOutcome

RATE_S = 1.0
"""Over how long the rates that are shown are taken."""


class FleetBar:
    """A progress bar; on no terminal it shows nothing.

    Arguments:
        console: where it is drawn.
        shown: whether it is drawn at all.
    """

    def __init__(self, console: Console, *, shown: bool) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[said]}"),
            TimeElapsedColumn(),
            console=console,
            auto_refresh=False,
            disable=not (shown and console.is_terminal),
            transient=True,
        )
        self._task = self._bar.add_task("connecting", said="")
        self._then: tuple[float, int, int] | None = None
        self._rates = ""

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def connecting(self, counts: Counts, gateways: int) -> None:
        """Draw how many gateways the hub has answered."""
        said = f"{counts.answered:,} of {gateways:,} gateways answered"
        self._bar.update(self._task, completed=counts.answered, total=gateways, said=said)
        self._bar.refresh()

    def running(self, counts: Counts, passed_s: float, seconds: float) -> None:
        """Draw how far the run is.

        Arguments:
            passed_s: since the beginning.
            seconds: for how long the gateways measure.
        """
        self._note_rates(counts)
        self._bar.update(
            self._task,
            description="sending" if passed_s < seconds else "ending",
            completed=min(passed_s, seconds),
            total=seconds,
            said=f"{self._rates}, {counts.outstanding:,} outstanding",
        )
        self._bar.refresh()

    def _note_rates(self, counts: Counts) -> None:
        now_s = time.monotonic()
        if self._then is None:
            self._then = (now_s, counts.sent, counts.receipted)
        then_s, sent, receipted = self._then
        past_s = now_s - then_s
        if past_s >= RATE_S or not self._rates:
            past_s = max(past_s, RATE_S)
            sent_s, receipted_s = (counts.sent - sent) / past_s, (counts.receipted - receipted) / past_s
            self._rates = f"{sent_s:,.0f} sent/s, {receipted_s:,.0f} receipted/s"
            self._then = (now_s, counts.sent, counts.receipted)


def print_fleet(console: Console, outcome: FleetOutcome) -> None:
    """Print what came of it."""
    table = Table("", "readings", box=None)
    table.columns[1].justify = "right"
    for what in ("sent", "receipted", "refused", "outstanding", "waiting", "resent"):
        table.add_row(what, f"{getattr(outcome, what):,}")
    console.print(table)
    console.print(
        f"{outcome.gateways:,} gateways with {outcome.sensors} sensors each: {outcome.readings_per_s:,.0f} readings a "
        f"second over {outcome.seconds:.1f} s, {outcome.per_core:,.0f} per second of processor time."
    )
