"""A run that a person may stop: with a folder and processes of its own, and nothing left running at its end."""

from collections.abc import Callable
from contextlib import ExitStack

from rich.console import Console

from simulators.demo_checks import DemoOptions, demo_folder
from simulators.interrupts import BOTH, interrupt_on, stop_for_good
from simulators.processes import Processes
from simulators.run_folder import RunFolder


def run_stoppable(
    options: DemoOptions, notes: Console, run: Callable[[RunFolder, Processes], int], stopped_code: int
) -> int:
    """Run until it ends, or Ctrl-C or SIGTERM stops it; the exit code.

    Arguments:
        options: which folder.
        notes: where a person is told of what happens meanwhile.
        run: given the folder and the processes to start its parts with.
        stopped_code: the exit code of a run that was stopped.
    """
    interrupt_on(*BOTH)
    with ExitStack() as stack:
        folder = stack.enter_context(demo_folder(options, notes.print))
        processes = Processes(folder.path, notes.print)
        stack.callback(stop_for_good, processes)
        try:
            return run(folder, processes)
        except KeyboardInterrupt:
            processes.stop()
            notes.print("Stopped.")
            return stopped_code
