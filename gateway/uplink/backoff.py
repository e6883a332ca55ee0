"""How long to wait before a broker is tried again: full jitter under a bound that doubles."""

import random

FIRST_S = 1.0
MAX_S = 300.0


class Backoff:
    """Waits between tries that failed.

    Each is drawn by chance between nothing and a bound, so that gateways which lost their broker together do not come
    back together. The bound is 1 s at first, doubles with each try, and ends at 300 s: a broker that is back is tried
    within five minutes at most.

    Arguments:
        chance: random numbers.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._bound_s = FIRST_S

    def begin(self) -> None:
        """All was well: the next wait is a short one again."""
        self._bound_s = FIRST_S

    def next_s(self) -> float:
        """The next wait, seconds."""
        wait_s = self._bound_s * self._chance.random()
        self._bound_s = min(self._bound_s * 2, MAX_S)
        return wait_s
