"""How many records wait for a receipt that should be there by now: the backlog that a status tells."""

from collections import deque

from gateway.spool.epochs import Epochs

NOTE_S = 1.0


class Backlog:
    """Records without a receipt that are older than a pack is held open and a grace; those found at the start count.

    Arguments:
        epochs: the spools.
        grace_s: how long a record may be without a receipt, seconds.
    """

    def __init__(self, epochs: Epochs, grace_s: float) -> None:
        self._epochs = epochs
        self._grace_s = grace_s
        self._below = {spool.epoch: spool.next for spool in epochs.all}
        self._nexts: deque[tuple[float, str, int]] = deque()

    def note(self, now_s: float) -> None:
        """Note how far the present epoch is; called often."""
        current = self._epochs.current
        if not self._nexts or now_s - self._nexts[-1][0] >= NOTE_S or self._nexts[-1][1] != current.epoch:
            self._nexts.append((now_s, current.epoch, current.next))
        while self._nexts and now_s - self._nexts[0][0] > self._grace_s:
            _, epoch, below = self._nexts.popleft()
            if epoch != current.epoch and (left := self._epochs.get(epoch)) is not None:
                below = left.next
            self._below[epoch] = below

    def count(self) -> int:
        """How many records that is."""
        return sum(
            last - first + 1
            for spool in self._epochs.all
            for first, last in spool.received.missing(spool.lowest, self._below.get(spool.epoch, 1) - 1)
        )
