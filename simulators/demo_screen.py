"""What a demo shows on a terminal: a bar while it plays, and the ledger as a table."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from sensorhub.clock import rfc3339
from sensorhub.reading import NS_PER_US, US_PER_S
from simulators.outcome import Outcome
from simulators.pace import START_NS
from simulators.progress import RunProgress
from simulators.recording import Span


class PlayingBar:
    """A progress bar over the recording's span; on no terminal it shows nothing.

    Arguments:
        console: where it is drawn.
        span: what is played.
        shown: whether it is drawn at all.
    """

    def __init__(self, console: Console, span: Span, *, shown: bool) -> None:
        self._span = span
        # Without the library's own refresh thread: a demo has one thread, which forks.
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
        self._task = self._bar.add_task("starting", total=(span.end_us - span.start_us) / US_PER_S, waiting=0)

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
            played_us = (progress.clock_ns - START_NS) // NS_PER_US
            at_us = min(self._span.start_us + played_us, self._span.end_us)
            self._bar.update(
                self._task,
                completed=played_us / US_PER_S,
                description=rfc3339(at_us // US_PER_S * US_PER_S),
                waiting=f"{progress.outstanding:,}",
            )
        self._bar.refresh()


def outcome_table(outcome: Outcome) -> Table:
    """The ledger: closures driven and stored for each sensor, and their sums."""
    table = Table(
        title="Closures driven and stored",
        caption=(
            f"{outcome.readings:,} readings in {outcome.seconds:.1f} s; {outcome.skipped_events:,} events of the "
            f"recording repeat a state and were skipped.\nLost {outcome.lost:,}, duplicated {outcome.duplicated:,}."
        ),
        caption_justify="left",
        show_footer=True,
    )
    driven, stored = sum(outcome.driven.values()), sum(outcome.stored.values())
    table.add_column("Sensor", "all")
    table.add_column("Driven", f"{driven:,}", justify="right")
    table.add_column("Stored", f"{stored:,}", justify="right")
    for name, count in outcome.driven.items():
        differs = "" if count == outcome.stored[name] else "bold red"
        table.add_row(name, f"{count:,}", f"{outcome.stored[name]:,}", style=differs)
    return table
