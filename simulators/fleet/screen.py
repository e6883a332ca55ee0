"""What a fleet shows on a terminal: a bar while it runs, and a table at the end."""

import time

from rich.console import Console
from rich.table import Table

from simulators.bars import Bar
from simulators.fleet.counts import Counts
from simulators.fleet.outcome import FleetOutcome

RATE_S = 1.0
"""Over how long the rates that are shown are taken."""


class FleetBar(Bar):
    """A progress bar over a fleet's run.

    Arguments:
        console: where it is drawn.
        shown: whether it is drawn at all.
    """

    def __init__(self, console: Console, *, shown: bool) -> None:
        super().__init__(console, "connecting", None, shown=shown)
        self._then: tuple[float, int, int] | None = None
        self._rates = ""

    def connecting(self, counts: Counts, gateways: int) -> None:
        """Draw how many gateways the hub has answered."""
        said = f"{counts.answered:,} of {gateways:,} gateways answered"
        self.draw(completed=counts.answered, total=gateways, said=said)

    def running(self, counts: Counts, passed_s: float, seconds: float) -> None:
        """Draw how far the run is.

        Arguments:
            passed_s: since the beginning.
            seconds: for how long the gateways measure.
        """
        self._note_rates(counts)
        self.draw(
            description="sending" if passed_s < seconds else "ending",
            completed=min(passed_s, seconds),
            total=seconds,
            said=f"{self._rates}, {counts.outstanding:,} outstanding",
        )

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
