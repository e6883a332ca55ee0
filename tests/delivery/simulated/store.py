"""What the hub of a simulation keeps: a store whose commits can fail, dead letters, and the names of gateways."""

import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cloud.state import DeadLetter
from cloud.stores.protocol import Fate, Kept, Outcome, StorePack, StoreUnavailable, conflict
from sensorhub.ranges import RangeSet
from sensorhub.topics import PackId, parse_pack_levels, parse_topic
from tests.cloud.stores.model_store import ModelStore
from tests.delivery.simulated.plan import Plan

SpoolId = tuple[str, str]
"""Gateway and epoch."""


class HubCut(BaseException):
    """The hub's process is gone; nothing that runs in it may catch this."""


@dataclass(slots=True)
class Shelf:
    """The packs of one spool by their first sequence, and what they cover."""

    firsts: list[int] = field(default_factory=list)
    packs: list[StorePack] = field(default_factory=list)
    stored: RangeSet = field(default_factory=RangeSet)
    refused: RangeSet = field(default_factory=RangeSet)

    def copy(self) -> "Shelf":
        return Shelf(list(self.firsts), list(self.packs), RangeSet(self.stored), RangeSet(self.refused))


class DurableStore(ModelStore):
    """The model store with an index, and with commits that can be cut short.

    Arguments:
        committed: told of each pack that was not there before, once it is durable.
    """

    def __init__(self, plan: Plan, chance: random.Random, committed: Callable[[StorePack], None]) -> None:
        super().__init__(f"{chance.getrandbits(64):016x}")
        self._plan = plan
        self._chance = chance
        self._committed = committed
        self._shelves: dict[SpoolId, Shelf] = {}
        self.honest = False

    def draw_id(self) -> None:
        """Another id, as at each start of the hub."""
        self._id = f"{self._chance.getrandbits(64):016x}"

    def shelf(self, gateway: str, epoch: str) -> Shelf:
        """What is committed of one spool."""
        return self._shelves.setdefault((gateway, epoch), Shelf())

    def backup(self) -> dict[SpoolId, Shelf]:
        """A copy of all that is committed."""
        return {spool: shelf.copy() for spool, shelf in self._shelves.items()}

    def restore(self, backup: dict[SpoolId, Shelf]) -> None:
        """Be as the copy was, under another id."""
        self._shelves = {spool: shelf.copy() for spool, shelf in backup.items()}
        self._packs = [pack for shelf in self._shelves.values() for pack in shelf.packs]
        self.draw_id()

    def _strikes(self, rate: float) -> bool:
        return not self.honest and rate > 0 and self._chance.random() < rate

    def write(self, packs: Sequence[StorePack]) -> list[Outcome]:
        if self._strikes(self._plan.store_away):
            raise StoreUnavailable("The store is away.")
        if self._strikes(self._plan.hub_cut):
            raise HubCut("before the commit")
        if len(packs) > 1 and self._strikes(self._plan.store_partly):
            for pack in packs[: self._chance.randrange(1, len(packs))]:
                self._write(pack)
            raise StoreUnavailable("The store went away within a group.")
        outcomes = [self._write(pack) for pack in packs]
        if self._strikes(self._plan.hub_cut):
            raise HubCut("after the commit")
        return outcomes

    def _write(self, pack: StorePack) -> Outcome:
        shelf = self.shelf(pack.id.gateway, pack.id.epoch)
        at = bisect_right(shelf.firsts, pack.id.first)
        if at and shelf.packs[at - 1].id == pack.id and shelf.packs[at - 1].hash == pack.hash:
            return Outcome(Fate.DUPLICATE, shelf.packs[at - 1].refused)
        if (at and shelf.packs[at - 1].id.last >= pack.id.first) or (
            at < len(shelf.firsts) and shelf.firsts[at] <= pack.id.last
        ):
            return conflict(pack)
        shelf.firsts.insert(at, pack.id.first)
        shelf.packs.insert(at, pack)
        shelf.stored.add(pack.id.first, pack.id.last)
        for first, last in pack.refused:
            shelf.stored.remove(first, last)
            shelf.refused.add(first, last)
        self._packs.append(pack)
        self._committed(pack)
        return Outcome(Fate.STORED, pack.refused)

    def kept(self, gateway: str, epoch: str, first: int, last: int) -> Kept:
        shelf = self._shelves.get((gateway, epoch))
        if shelf is None:
            return Kept((), ())
        return Kept(tuple(shelf.stored.within(first, last)), tuple(shelf.refused.within(first, last)))

    def pack_at(self, gateway: str, epoch: str, sequence: int) -> StorePack | None:
        """The committed pack that covers a sequence."""
        shelf = self._shelves.get((gateway, epoch))
        at = bisect_right(shelf.firsts, sequence) - 1 if shelf else -1
        return shelf.packs[at] if shelf and at >= 0 and shelf.packs[at].id.last >= sequence else None


class Letters:
    """The dead letters, as the state database keeps them: committed when `add_dead_letters` returns.

    Arguments:
        room: how many a gateway may have.
    """

    def __init__(self, plan: Plan, chance: random.Random) -> None:
        self._plan = plan
        self._chance = chance
        self.kept: dict[tuple[str, int | None, bytes], DeadLetter] = {}
        self.covers: dict[SpoolId, RangeSet] = {}
        self.honest = False

    def add_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        """Keep letters; the same again changes nothing."""
        if not self.honest and self._plan.hub_cut and self._chance.random() < self._plan.hub_cut:
            raise HubCut("before a dead letter")
        for letter in letters:
            self.kept[letter.topic, letter.sequence, letter.raw] = letter
            pack_id = pack_named(letter.topic)
            if pack_id is not None:
                covers = self.covers.setdefault((pack_id.gateway, pack_id.epoch), RangeSet())
                first, last = (letter.sequence,) * 2 if letter.sequence else (pack_id.first, pack_id.last)
                covers.add(first, last)

    def dead_letter_room(self, gateway: str) -> bool:
        """There is always room here."""
        return True

    def backup(self) -> "Letters":
        """A copy."""
        copy = Letters(self._plan, self._chance)
        copy.kept = dict(self.kept)
        copy.covers = {spool: RangeSet(ranges) for spool, ranges in self.covers.items()}
        return copy


class Names:
    """Which gateways are named, with their keys."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes] = {}

    def name(self, gateway: str, key: bytes) -> None:
        """Name a gateway."""
        self._keys[gateway] = key

    def key(self, gateway: str) -> bytes | None:
        """The key of a named gateway."""
        return self._keys.get(gateway)

    def refresh(self) -> list[str]:
        """Nothing is looked for: names are given by `name`."""
        return []

    def heard(self, gateway: str, arrived_us: int) -> None:
        """Not noted."""

    def forget(self, gateway: str, arrived_us: int) -> bool:
        """Not noted."""
        return True

    def note(self, *, now: bool = False) -> None:
        """Not noted."""


def pack_named(topic: str) -> PackId | None:
    """The pack that a topic names, if it names one."""
    parsed = parse_topic(topic)
    found = parse_pack_levels(parsed.gateway, parsed.levels) if parsed else None
    return found if isinstance(found, PackId) else None


__all__ = ["DurableStore", "HubCut", "Letters", "Names", "Shelf", "SpoolId", "pack_named"]
