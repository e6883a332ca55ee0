"""The folder of a demo or a run: one that was asked for stays, a new one goes with a run that ended well."""

import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(slots=True)
class RunFolder:
    """One folder.

    Arguments:
        path: where it is.
        is_scratch: whether it was made for this run, because nobody named one.
        ended_well: whether the run had an end and it was right: nobody will look for the reason of anything.
    """

    path: Path
    is_scratch: bool
    ended_well: bool = False

    @property
    def while_it_runs(self) -> str:
        """What becomes of the data of a run that has an end, to follow a semicolon."""
        if self.is_scratch:
            return f"the data is in {self.path} until the run ends well, and is deleted then (--data DIR keeps it)"
        return f"the data is kept in {self.path}"

    def leave(self) -> str:
        """Delete what nobody needs any more; or say where it is kept, in a sentence, where that is worth saying."""
        if self.ended_well and self.is_scratch:
            shutil.rmtree(self.path, ignore_errors=True)
        if self.ended_well:
            return ""
        remove = f"; when you need it no more: rm -r {self.path}" if self.is_scratch else ""
        return f"The data is kept in {self.path}{remove}"
