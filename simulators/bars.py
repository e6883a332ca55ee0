"""Progress bars of commands that wait for other processes."""

from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from sensorhub.clock import rfc3339
from sensorhub.reading import NS_PER_US, US_PER_S
from simulators.pace import START_NS
from simulators.progress import RunProgress


class Bar:
    """A progress bar with some words behind it; on no terminal it shows nothing.

    Arguments:
        console: where it is drawn.
        begins: the words before it at first.
        total: where it ends; None while that is not known.
        shown: whether it is drawn at all.
    """

    def __init__(self, console: Console, begins: str, total: float | None, *, shown: bool) -> None:
        # Without the library's own refresh thread: the command has one thread, which forks.
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
        self._task = self._bar.add_task(begins, total=total, said="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def draw(self, **what: Any) -> None:
        """Draw it with these fields changed: description, completed, total, said."""
        self._bar.update(self._task, **what)
        self._bar.refresh()


class RunBar(Bar):
    """A bar over simulated or recorded time.

    Arguments:
        console: where it is drawn.
        begin_us, end_us: of the run in the readings' time, microseconds since 1970 UTC.
        shown: whether it is drawn at all.
    """

    def __init__(self, console: Console, begin_us: int, end_us: int, *, shown: bool) -> None:
        super().__init__(console, "starting", (end_us - begin_us) / US_PER_S, shown=shown)
        self._begin_us = begin_us
        self._end_us = end_us

    def show(self, progress: RunProgress | None) -> None:
        """Draw how far the run is."""
        if progress is None:
            self.draw()
            return
        run_us = (progress.clock_ns - START_NS) // NS_PER_US
        at_us = min(self._begin_us + run_us, self._end_us)
        self.draw(
            completed=run_us / US_PER_S,
            description=rfc3339(at_us // US_PER_S * US_PER_S),
            said=f"{progress.outstanding:,} records without a receipt",
        )
