"""What a card loses in the call that made it: records that are too old at once, looked at before their file goes."""

from gateway.spool import Spool
from gateway.spool.entries import Located
from tests.delivery.simulated.accounts import EpochLedger
from tests.delivery.simulated.disk import Card
from tests.delivery.simulated.ledger import Ledger


class Going:
    """Kept for one process, until its call returns and what it accepted is compared with the ledger.

    Of a call that is cut nothing is accepted: what is in here then is nobody's.
    """

    def __init__(self) -> None:
        self._seen: dict[str, list[Located]] = {}

    def look(self, spool: Spool | None, ledger: Ledger, card: Card) -> None:
        """A file is about to be removed from the folder of a spool; of a spool that is None, nothing is looked at."""
        if spool is not None:
            known = ledger.epochs.setdefault(spool.epoch, EpochLedger())
            known.segments |= {place for place in card.segments(spool.epoch) if place[0] < spool.next}
            self._seen[spool.epoch] = self._so_far(spool, known.next)

    def records(self, spool: Spool, first: int) -> list[Located]:
        """All that a spool has accepted from a sequence on, also what it has no more."""
        found = self._so_far(spool, first)
        self._seen.pop(spool.epoch, None)
        return found

    def _so_far(self, spool: Spool, first: int) -> list[Located]:
        seen = self._seen.get(spool.epoch, [])
        return seen + spool.records(seen[-1].last + 1 if seen else first, spool.next - 1)
