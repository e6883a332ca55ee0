"""What the hub of a simulation keeps: a store whose commits can fail, and books that can."""

import random
from collections.abc import Callable, Sequence
from dataclasses import fields

from cloud.conflicts import REASON_CONFLICT
from cloud.letters import DeadLetter
from cloud.stores.protocol import Fate, Outcome, StorePack, StoreUnavailable
from sensorhub.pack import decode_pack
from sensorhub.ranges import RangeSet
from sensorhub.reading import Record
from sensorhub.topics import PackId, parse_pack_levels, parse_topic
from tests.cloud.model_state import ModelState
from tests.cloud.stores.model_store import ModelStore
from tests.delivery.simulated.plan import Plan

SpoolId = tuple[str, str]
"""Gateway and epoch."""


class HubCut(BaseException):
    """The hub's process is gone; nothing that runs in it may catch this."""


class Faults:
    """When what the hub keeps fails.

    Arguments:
        honest: nothing does any more.
    """

    def __init__(self, plan: Plan, chance: random.Random) -> None:
        self.plan = plan
        self.chance = chance
        self.honest = False

    def strike(self, rate: float) -> bool:
        """Whether a fault of this rate strikes now."""
        return not self.honest and rate > 0 and self.chance.random() < rate

    def cut(self, where: str) -> None:
        """The process may end here."""
        if self.strike(self.plan.hub_cut):
            raise HubCut(where)


class DurableStore(ModelStore):
    """The model store, with commits that can be cut short, and copies of it that can be put back.

    Arguments:
        committed: told of each pack that was not there before, once it is durable.
    """

    def __init__(self, faults: Faults, committed: Callable[[StorePack], None]) -> None:
        super().__init__(f"{faults.chance.getrandbits(63):016x}")
        self._faults = faults
        self._committed = committed

    def draw_id(self) -> None:
        """Another id, as at each start of the hub."""
        self._id = f"{self._faults.chance.getrandbits(63):016x}"

    def backup(self) -> "DurableStore":
        """A copy of all that is committed, with another id."""
        copy = DurableStore(self._faults, self._committed)
        copy._epochs = {
            spool: type(epoch)(
                list(epoch.firsts),
                dict(epoch.packs),
                *(RangeSet(ranges) for ranges in (epoch.refused, epoch.here, epoch.forgotten, epoch.wanted)),
            )
            for spool, epoch in self._epochs.items()
        }
        return copy

    def committed_of(self, spool: SpoolId) -> RangeSet:
        """The sequences of a spool that are committed, or kept as dead letters with their pack."""
        epoch = self._epochs.get(spool)
        return epoch.here if epoch else RangeSet()

    def record(self, spool: SpoolId, sequence: int) -> Record | None:
        """The committed record of a sequence; None where there is none, or it is a dead letter."""
        epoch = self._epochs.get(spool)
        packs = epoch.overlapping(sequence, sequence) if epoch else []
        return dict(packs[0].records).get(sequence) if packs else None

    def write(self, packs: Sequence[StorePack]) -> list[Outcome]:
        faults = self._faults
        if faults.strike(faults.plan.store_away):
            raise StoreUnavailable("The store is away.")
        faults.cut("before the commit")
        if len(packs) > 1 and faults.strike(faults.plan.store_partly):
            for pack in packs[: faults.chance.randrange(1, len(packs))]:
                self._write(pack)
            raise StoreUnavailable("The store went away within a group.")
        outcomes = [self._write(pack) for pack in packs]
        faults.cut("after the commit")
        return outcomes

    def _write(self, pack: StorePack) -> Outcome:
        outcome = super()._write(pack)
        if outcome.fate in {Fate.STORED, Fate.RENEWED}:
            self._committed(pack)
        return outcome


class DurableState(ModelState):
    """The model of the hub's books, with calls that can be cut short."""

    def follow(self, faults: Faults) -> "DurableState":
        """Fail as these say; returns itself."""
        self._faults = faults
        self.covers: dict[SpoolId, RangeSet] = {}
        self.clashed: dict[tuple[str, str, int], list[Record]] = {}
        return self

    def add_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        self._faults.cut("before a dead letter")
        if self._faults.strike(self._faults.plan.store_away / 2):
            raise StoreUnavailable("The state database is away.")
        super().add_dead_letters(letters)
        for letter in letters:
            pack_id = pack_named(letter.topic)
            if pack_id is not None:
                covers = self.covers.setdefault((pack_id.gateway, pack_id.epoch), RangeSet())
                first, last = (letter.sequence,) * 2 if letter.sequence else (pack_id.first, pack_id.last)
                covers.add(first, last)
                if letter.reason == REASON_CONFLICT:
                    for sequence, record in decode_pack(pack_id, letter.raw).records:
                        self.clashed.setdefault((pack_id.gateway, pack_id.epoch, sequence), []).append(record)

    def backup(self) -> "DurableState":
        """A copy."""
        copy = DurableState(*(dict(getattr(self, one.name)) for one in fields(ModelState))).follow(self._faults)
        copy.covers = {spool: RangeSet(ranges) for spool, ranges in self.covers.items()}
        copy.clashed = {key: list(records) for key, records in self.clashed.items()}
        return copy


def pack_named(topic: str) -> PackId | None:
    """The pack that a topic names, if it names one."""
    parsed = parse_topic(topic)
    found = parse_pack_levels(parsed.gateway, parsed.levels) if parsed else None
    return found if isinstance(found, PackId) else None
