"""The invariants that need both sides: what gateways have accepted and freed, and what the hub has committed."""

from uuid import UUID

from cloud.receipts import Outgoing
from cloud.stores.protocol import StorePack
from sensorhub.ranges import Range, RangeSet
from sensorhub.reading import Reading
from sensorhub.receipt import decode_receipt
from sensorhub.signing import verify
from sensorhub.topics import PackId
from tests.delivery.simulated.gateway import Gateway
from tests.delivery.simulated.hub import Hub
from tests.delivery.simulated.store import SpoolId
from tests.delivery.simulated.trace import Broken


class Audit:
    """Holds what was ever committed, and compares after each step.

    Two cards with one name at the same time are beyond what receipts can tell apart: a receipt for packs of the one,
    which covers a whole pack that the other has sent, frees it there. Such records are counted in `lost_to_copies`.
    """

    def __init__(self, keys: dict[str, bytes]) -> None:
        self.gateways: list[Gateway] = []
        self.hub: Hub | None = None
        self._keys = keys
        self._ever: dict[SpoolId, RangeSet] = {}
        self._times: dict[tuple[UUID, str, str, int], tuple[str, int]] = {}
        self.stored = 0
        self.lost_to_copies = 0

    def _was(self, spool: SpoolId) -> RangeSet:
        return self._ever.setdefault(spool, RangeSet())

    def _absent(self, spool: SpoolId, gone: Range) -> list[Range]:
        """The parts of a range that the hub has neither committed nor as dead letters, now."""
        assert self.hub is not None
        missing = self.hub.store.committed_of(spool).missing(*gone)
        letters = self.hub.state.covers.get(spool)
        return [part for one in missing for part in letters.missing(*one)] if letters else missing

    def _missing(self, gateway: Gateway, epoch: str, gone: Range) -> list[Range]:
        """The same; of a card that has a copy, what the hub has must be its own."""
        spool = gateway.gateway, epoch
        absent = self._absent(spool, gone)
        if not gateway.forked:
            return absent
        missing = RangeSet(absent)
        for sequence in range(gone[0], gone[1] + 1):
            if sequence not in missing and not self._has_its_own(gateway, epoch, sequence):
                missing.add(sequence, sequence)
        return list(missing)

    def _has_its_own(self, gateway: Gateway, epoch: str, sequence: int) -> bool:
        assert self.hub is not None
        if sequence not in gateway.ledger.epochs[epoch].records:
            return True
        stored = self.hub.store.record((gateway.gateway, epoch), sequence)
        clashed = self.hub.state.clashed.get((gateway.gateway, epoch, sequence), [])
        found = [*clashed, *([stored] if stored is not None else [])]
        return not found or any(gateway.ledger.same(epoch, sequence, record) is None for record in found)

    # Gateways ------------------------------------------------------------------------------------------------------

    def freed(self, gateway: Gateway, epoch: str, gone: Range) -> None:
        """I1, I9: what a spool does not keep any more is at the hub, or a marker names it."""
        known = gateway.ledger.epochs[epoch]
        for first, last in self._missing(gateway, epoch, gone):
            for part in known.unaccounted(first, last):
                self._freed_elsewhere(gateway, epoch, part)

    def _freed_elsewhere(self, gateway: Gateway, epoch: str, part: Range) -> None:
        assert self.hub is not None
        was = self._was((gateway.gateway, epoch))
        if gateway.knows.get(epoch) == self.hub.store.id or not was.covers(*part):
            raise Broken("lost", f"{gateway.label} keeps {part[0]}-{part[1]} of {epoch} no more; the hub has them not")
        gateway.ledger.epochs[epoch].excused.add(*part)

    def received(self, gateway: Gateway, epoch: str, named: Range) -> None:
        """I9: what is marked as received is committed; by a store that was lost since, where nobody said so yet."""
        assert self.hub is not None
        known = gateway.ledger.epochs[epoch]
        was = self._was((gateway.gateway, epoch))
        for first, last in self._missing(gateway, epoch, named):
            for a, b in known.unaccounted(first, last):
                # A hub that lost its disk lists what a copy has sent since under numbers that it had from this card.
                if gateway.forked and (gateway.may_take_for_its_own(epoch, (a, b)) or was.covers(a, b)):
                    known.excused.add(a, b)
                    self.lost_to_copies += b - a + 1
                elif gateway.knows.get(epoch) == self.hub.store.id:
                    for c, d in known.kept.within(a, b):
                        raise Broken("I9", f"{gateway.label} takes {c}-{d} of {epoch} for received; the hub has not")
                elif not was.covers(a, b):
                    raise Broken("I9", f"{gateway.label} takes {a}-{b} of {epoch} for received; no hub ever had it")

    # The hub ---------------------------------------------------------------------------------------------------------

    def committed(self, pack: StorePack) -> None:
        """I2, I3: what was stored is what was accepted: number, unit, quality and time."""
        spool = pack.id.gateway, pack.id.epoch
        self._was(spool).add(pack.id.first, pack.id.last)
        self.stored += len(pack.records)
        for sequence, record in pack.records:
            faults = [
                ledger.same(pack.id.epoch, sequence, record)
                for gateway in self.gateways
                if gateway.gateway == pack.id.gateway
                for ledger in (gateway.ledger, *gateway.past)
                if pack.id.epoch in ledger.epochs
            ]
            if None not in faults:
                raise Broken("altered", f"{sequence} of {spool} is stored as {record}, {faults or 'of nobody'}")
            if isinstance(record, Reading):
                self._one_at_a_time(pack.id, sequence, record)

    def _one_at_a_time(self, pack: PackId, sequence: int, reading: Reading) -> None:
        """A series has at most one reading at a time, within a boot: the clocks of two may overlap."""
        for gateway in self.gateways:
            known = gateway.ledger.epochs.get(pack.epoch)
            if gateway.gateway != pack.gateway or known is None or sequence not in known.records:
                continue
            if gateway.forked or gateway.ledger.damaged:
                continue  # what rot took away is made again from its edges, or what a copy took is another card's
            series = known.records[sequence].boot, reading.sensor, reading.quantity, reading.time_us
            first = self._times.setdefault(series, (pack.epoch, sequence))
            if first != (pack.epoch, sequence):
                raise Broken("duplicated", f"{reading} of {gateway.label} is {first} and {(pack.epoch, sequence)}")

    def answering(self, answer: Outgoing) -> None:
        """I5: a receipt names only what is committed, and what is kept as dead letters."""
        gateway = answer.topic.split("/")[2]
        body = verify(self._keys[gateway], answer.topic, answer.payload)
        if not answer.topic.endswith("/receipt"):
            return
        receipt = decode_receipt(body)
        assert self.hub is not None
        for first, last in receipt.stored:
            if self.hub.store.kept(gateway, receipt.epoch, first, last).stored != ((first, last),):
                raise Broken("I5", f"a receipt says that {first}-{last} of {gateway} is stored; it is not committed")
        for part in receipt.refused:
            if self._absent((gateway, receipt.epoch), part):
                raise Broken("I5", f"a receipt says that {part} of {gateway} is kept as dead letters; it is not")

    def before_restore(self) -> None:
        """The hub's disk is about to be lost."""
        assert self.hub is not None
        for spool, covers in self.hub.state.covers.items():
            for first, last in covers:
                self._was(spool).add(first, last)

    def after_restore(self) -> None:
        """What only the lost disk had, and no card has any more, is nobody's fault but the disk's."""
        for gateway in self.gateways:
            for epoch, known in gateway.ledger.epochs.items():
                for first, last in self._was((gateway.gateway, epoch)):
                    for part in self._missing(gateway, epoch, (first, last)):
                        for a, b in known.kept.missing(*part):
                            known.excused.add(a, b)

    # The end -----------------------------------------------------------------------------------------------------

    def waiting(self, gateway: Gateway, goal: dict[str, int]) -> list[tuple[str, Range]]:
        """What was accepted up to a goal and is neither committed, nor a dead letter, nor named by a marker."""
        found = []
        for epoch, last in goal.items():
            known = gateway.ledger.epochs[epoch]
            for first, end in self._missing(gateway, epoch, (1, last)):
                found += [(epoch, part) for part in known.unaccounted(first, end)]
        return found
