"""What breaks a simulation, and the log of one."""

from collections.abc import Callable


class Broken(AssertionError):
    """An invariant does not hold.

    Arguments:
        what: `lost`, `duplicated`, `altered`, `failed start`, or the invariant's name.
        sentence: which record or edge, and where it should be.
    """

    def __init__(self, what: str, sentence: str) -> None:
        super().__init__(f"{what}: {sentence}")
        self.what = what


Log = Callable[[str], None]
