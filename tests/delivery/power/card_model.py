"""What must be found on a gateway's card after a power cut: the spools of all its epochs, and which is written."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.spool import Anchor, Entry
from gateway.spool.epochs import Epochs
from tests.delivery.power.findings import Findings
from tests.delivery.power.spool_model import SpoolModel


@dataclass
class CardModel:
    """Grows with what the writer says.

    Arguments:
        drops: whether the spools may drop their oldest records, with markers.
        current: the epoch that is written; None before there is one.
        spools: a model for each epoch.
        beginning: what closes the current epoch and what opens the next one, while it is being left.
        moments: where the writer was stopped.
    """

    drops: bool
    current: str | None = None
    spools: dict[str, SpoolModel] = field(default_factory=dict)
    beginning: tuple[list[Entry], list[Entry]] | None = None
    moments: Counter[str] = field(default_factory=Counter)

    def copy(self) -> "CardModel":
        """One that goes another way from here."""
        spools = {epoch: model.copy() for epoch, model in self.spools.items()}
        return replace(self, spools=spools, moments=Counter())

    def settled(self, before: "CardModel") -> "CardModel":
        """What another start on the same card may rely on.

        An epoch in which there is nothing yet may have been begun by this start alone; the other one may have to
        begin it as well.

        Arguments:
            before: the model as it was before this start was checked.
        """
        other = self.copy()
        if other.current is not None and other.current not in before.spools and not other._now.accepted:
            del other.spools[other.current]
            other.current, other.beginning = before.current, before.beginning
        return other

    def take(self, said: Iterable[tuple[Any, ...]]) -> None:
        """Follow the writer's words."""
        for what, *rest in said:
            if what == "stopping":
                self.moments[f"{rest[0]} {rest[1]}"] += 1
            elif what == "appending":
                self._offer(rest[0], rest[1])
            elif what == "receiving":
                self.spools[rest[0]].receive(rest[1])
            elif what == "beginning":
                self.beginning = rest[0], rest[1]
                self._offer(self._now.epoch, rest[0])
            else:
                self._settle(what, *rest)

    @property
    def _now(self) -> SpoolModel:
        assert self.current is not None
        return self.spools[self.current]

    def _offer(self, epoch: str, entries: list[Entry]) -> None:
        self.spools[epoch].offer(entries)
        for model in self.spools.values():  # anchors go to older spools too
            model.anchors.update((model.boot, entry) for entry in entries if isinstance(entry, Anchor))

    def _settle(self, what: str, *rest: Any) -> None:
        news = rest[-1]
        if what == "opened":
            self.current, self.beginning = rest[0], None
            for epoch, boot in rest[1].items():
                self.spools.setdefault(epoch, SpoolModel(epoch, boot, self.drops)).boot = boot
        for epoch, _, own in news:  # before the group: they made room for it
            if epoch in self.spools:
                self.spools[epoch].mark(own)
        if what == "accepted":
            self.spools[rest[0]].accept(rest[1])
        elif what == "refused":
            self.spools[rest[0]].appending = None
        elif what == "begun":
            self._begun(*rest[:-1])
        for epoch, following, _ in news:
            self.spools[epoch].next = following
        for epoch in self.spools.keys() - {epoch for epoch, _, _ in news}:
            if self.spools[epoch].may_retire():
                del self.spools[epoch]

    def _begun(self, outcome: str, first: int, epoch: str, boot: int) -> None:
        assert self.beginning is not None
        (_, opening), self.beginning = self.beginning, None
        if outcome == "refused":
            self._now.appending = None
            return
        self._now.accept(first)
        self._open(epoch, boot, opening)
        if outcome == "whole":
            self._now.accept(1)
        else:
            self._now.appending = None

    def _open(self, epoch: str, boot: int, opening: list[Entry]) -> None:
        self.current = epoch
        self.spools[epoch] = SpoolModel(epoch, boot, self.drops)
        self.spools[epoch].offer(opening)

    def check(self, found: Epochs) -> Findings:
        """Compare with the spools just opened; from then on the model is of what was found."""
        wrong = Findings()
        if self.current is None:
            for spool in found.all:
                self._open(spool.epoch, spool.boot, [])
        elif found.current.epoch != self.current:
            self._check_left(found, wrong)
        self.beginning = None
        for spool in found.all:
            model = self.spools.get(spool.epoch)
            if model is None:
                wrong.add("altered", f"a spool of the epoch {spool.epoch}, which was never begun")
            else:
                wrong.join(model.check(spool), spool.epoch)
        for epoch in self.spools.keys() - {spool.epoch for spool in found.all}:
            if epoch == self.current or not self.spools[epoch].may_retire():
                wrong.add("lost", f"the spool of the epoch {epoch} is gone")
            del self.spools[epoch]
        self.current = found.current.epoch
        return wrong

    def _check_left(self, found: Epochs, wrong: Findings) -> None:
        """Another epoch is written than the one that was: it must just have been left, with all that closes it."""
        if self.beginning is None:
            wrong.add("lost", f"the spool began anew: epoch {found.current.epoch} instead of {self.current}")
            return
        cut, opening = self.beginning
        old = found.get(self._now.epoch)
        if old is None:
            wrong.add("lost", f"the epoch {self.current} went while it was being left")
        elif cut:
            there = [located.entry for located in old.scan()]
            if not all(entry in there for entry in cut):
                wrong.add("lost", "an epoch was left without the readings that close it")
        self._open(found.current.epoch, 0, opening)  # written, if it was, in the first boot of that epoch
